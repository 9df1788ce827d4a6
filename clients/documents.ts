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

/** Decides, and reads the fields on the page that a decision changes. */
export const decide = graphql(`
  mutation Decide($input: DecideReviewItemsInput!) {
    decideReviewItems(input: $input) {
      decidedItems { id decision }
      certification { id decisionsMade decisionsTotal }
      errors { message }
    }
  }
`);
