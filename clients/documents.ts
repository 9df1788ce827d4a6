import { graphql } from './build/gql';

/** The fields of a review item that a row shows. */
graphql(`
  fragment ReviewItem on AccessReviewItem {
    id
    decision
    identity { id name completed }
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
      errors { code message }
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
      errors { code message }
    }
  }
`);

/** Signs off a certification. */
export const signOff = graphql(`
  mutation SignOff($input: SignOffCertificationInput!) {
    signOffCertification(input: $input) {
      certification { ...Progress }
      errors { code message }
    }
  }
`);

/** What a summary shows at once, and what it shows as soon as it is counted. */
export const summary = graphql(`
  query Summary($id: ID!) {
    certification(id: $id) {
      id
      phase
      ...Counts @defer
    }
  }
`);

graphql(`
  fragment Counts on Certification {
    decisionSummary { all { made total } }
  }
`);

/** A task whenever it changes, until it ends. */
export const task = graphql(`
  subscription Task($id: ID!) {
    certificationTask(id: $id) { id status }
  }
`);
