// UNRECOGNIZED stands for what the upstream returns and the schema does not list. It cannot be sent: the
// build fails where TypeScript takes it, since each error that is expected here has to be one.
import type { AccessReviewItemFilter, CertificationFilter, CertificationPhase, CertificationTaskFilter, ReviewDecisionInput } from '../build/gql/graphql';
import type { ReviewDecisionInput as OfRelay } from '../build/relay/reviewItemDecideMutation.graphql';

import { graphql } from '../build/gql';

// Only inputs that a document uses have a type.
graphql(`
  query Inputs($certifications: CertificationFilter, $items: AccessReviewItemFilter, $tasks: CertificationTaskFilter) {
    certifications(first: 1, filter: $certifications) { nodes { id reviewItems(first: 1, filter: $items) { nodes { id } } } }
    pendingCertificationTasks(first: 1, filter: $tasks) { nodes { id } }
  }
`);

export const read: CertificationPhase = 'UNRECOGNIZED';

export const sent: [CertificationFilter, AccessReviewItemFilter, CertificationTaskFilter, ReviewDecisionInput, OfRelay] = [
  { phase: 'ACTIVE' },
  { accessType: 'ROLE' },
  { types: ['REASSIGN'] },
  { itemId: 'i', decision: 'APPROVE' },
  { itemId: 'i', decision: 'REVOKE' },
];

// @ts-expect-error
export const phase: CertificationFilter = { phase: 'UNRECOGNIZED' };

// @ts-expect-error
export const accessType: AccessReviewItemFilter = { accessType: 'UNRECOGNIZED' };

// @ts-expect-error
export const types: CertificationTaskFilter = { types: ['UNRECOGNIZED'] };

// @ts-expect-error
export const decision: ReviewDecisionInput = { itemId: 'i', decision: 'UNRECOGNIZED' };

// @ts-expect-error
export const decisionOfRelay: OfRelay = { itemId: 'i', decision: 'UNRECOGNIZED' };
