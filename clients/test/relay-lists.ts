import { graphql } from 'relay-runtime';

/** Everything that a page on a certification and a reviewer's queue show, and that a write can change. */
export const lists = graphql`
  query relayListsQuery($id: ID!) {
    certification(id: $id) {
      id
      ...writes_progress @relay(mask: false)
      all: reviewItems(first: 250) @connection(key: "lists_all") {
        edges { node { id decision comment completed identity { id completed } } }
      }
      undecided: reviewItems(first: 250, filter: { completed: false }) @connection(key: "lists_undecided") {
        edges { node { id decision } }
      }
      identities: identitySummaries(first: 250) @connection(key: "lists_identities") {
        edges {
          node {
            id
            completed
            undecided: reviewItems(first: 50, filter: { completed: false }) @connection(key: "lists_undecided") { edges { node { id } } }
          }
        }
      }
    }
    active: certifications(first: 1000, filter: { phase: ACTIVE }) @connection(key: "lists_active") {
      edges { node { id phase decisionsTotal reassignment { from { rawId } } } }
    }
  }
`;
