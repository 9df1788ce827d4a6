import { graphql } from './build/gql';

/** The fields of a review item that a row shows. */
graphql(`
  fragment ReviewItem on AccessReviewItem {
    id
    decision
    identity { id name }
    access {
      __typename
      rawId
      name
      ... on Entitlement { account { rawId nativeIdentity } }
    }
  }
`);

/** A certification with a page of its items. */
export const certificationPage = graphql(`
  query CertificationPage($id: ID!, $first: Int!, $after: String) {
    certification(id: $id) {
      id
      name
      decisionsMade
      decisionsTotal
      reviewItems(first: $first, after: $after) {
        edges { cursor node { ...ReviewItem } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

/** One item again. */
export const refreshReviewItem = graphql(`
  query RefreshReviewItem($id: ID!) {
    node(id: $id) { ...ReviewItem }
  }
`);

/** What writes change of a certification. */
graphql(`
  fragment Progress on Certification {
    id
    phase
    completed
    signed
    decisionsMade
    decisionsTotal
    identitiesCompleted
    identitiesTotal
  }
`);

/** Decides, and reads what a decision changes. */
export const decide = graphql(`
  mutation Decide($input: DecideReviewItemsInput!) {
    decideReviewItems(input: $input) {
      decidedItemIds
      decidedItems { id decision comment completed identity { id completed } }
      certification { ...Progress }
      errors { message }
    }
  }
`);

/** Moves items to another reviewer. `identities` are the ids of the summaries that they belong to. */
export const reassign = graphql(`
  mutation Reassign($input: ReassignReviewItemsInput!, $identities: [ID!]!) {
    reassignReviewItems(input: $input) {
      reassignedItemIds
      reassignedIdentitySummaryIds
      certification {
        ...Progress
        identitySummaries(filter: { ids: $identities }) { edges { node { id completed } } }
      }
      errors { message }
    }
  }
`);

/** Signs off a certification. */
export const signOff = graphql(`
  mutation SignOff($input: SignOffCertificationInput!) {
    signOffCertification(input: $input) {
      certification { ...Progress }
      errors { message }
    }
  }
`);
