import { graphql } from '../build/gql';

/** Everything that a page on a certification and a reviewer's queue show, and that a write can change. */
export const lists = graphql(`
  query Lists($id: ID!) {
    certification(id: $id) {
      ...Progress
      all: reviewItems(first: 250) { edges { node { id decision comment completed identity { id completed } } } }
      undecided: reviewItems(first: 250, filter: { completed: false }) { edges { node { id decision } } }
      identities: identitySummaries(first: 250) { edges { node { id completed undecided: reviewItems(first: 50, filter: { completed: false }) { edges { node { id } } } } } }
    }
    active: certifications(first: 1000, filter: { phase: ACTIVE }) {
      edges { node { id phase decisionsTotal reassignment { from { rawId } } } }
    }
  }
`);
