import { graphql } from 'relay-runtime';

/** Decides items, and takes them out of the given connections of undecided items. */
export const decide = graphql`
  mutation writesDecideMutation($input: DecideReviewItemsInput!, $undecided: [ID!]!) {
    decideReviewItems(input: $input) {
      decidedItemIds @deleteEdge(connections: $undecided)
      decidedItems { decision comment completed identity { completed } }
      certification { ...writes_progress }
      errors { code message }
    }
  }
`;

/**
 * Moves items to another reviewer. They leave the given connections of items, and identities of which nothing stays
 * those of identities; the certification that they go to is added to those of certifications. `identities` are the ids
 * of the summaries that the items belong to.
 */
export const reassign = graphql`
  mutation writesReassignMutation(
    $input: ReassignReviewItemsInput!
    $identities: [ID!]!
    $itemLists: [ID!]!
    $identityLists: [ID!]!
    $certificationLists: [ID!]!
  ) {
    reassignReviewItems(input: $input) {
      reassignedItemIds @deleteEdge(connections: $itemLists)
      reassignedIdentitySummaryIds @deleteEdge(connections: $identityLists)
      certification {
        ...writes_progress
        identitySummaries(filter: { ids: $identities }) { edges { node { completed } } }
      }
      newCertification @appendNode(connections: $certificationLists, edgeTypeName: "CertificationEdge") {
        ...writes_progress
        reassignment { from { rawId } }
      }
      errors { code message }
    }
  }
`;

/** Signs off a certification, and takes it out of the given connections of active certifications. */
export const signOff = graphql`
  mutation writesSignOffMutation($input: SignOffCertificationInput!, $active: [ID!]!) {
    signOffCertification(input: $input) {
      certification {
        id @deleteEdge(connections: $active)
        ...writes_progress
      }
      errors { code message }
    }
  }
`;

/** What writes change of a certification. */
export const progress = graphql`
  fragment writes_progress on Certification {
    phase
    completed
    signed
    decisionsMade
    decisionsTotal
    identitiesCompleted
    identitiesTotal
  }
`;
