import { graphql } from 'relay-runtime';

/** Reads everything that the graph has on a certification and its items, for all the clients. */
export const everything = graphql`
  query everythingQuery($first: Int!, $items: Int!) {
    certifications(first: $first, orderBy: [{ field: NAME }]) {
      edges {
        node {
          id
          name
          campaign { id name type }
          reviewer { id name email type }
          reassignment { comment from { id name reviewer { id name } } }
          reviewers(first: 5) { edges { node { id name email } } }
          reviewItems(first: $items) {
            edges {
              node {
                id
                decision
                identity { id identityId name completed }
                access {
                  __typename
                  id
                  name
                  owner { id name email }
                  ... on Entitlement { attributeValue account { id name nativeIdentity owner { id displayName } } }
                  ... on AccessProfile { endDate entitlements { id name account { id nativeIdentity } } }
                  ... on Role {
                    endDate
                    accessProfiles { id name endDate entitlements { id name account { id nativeIdentity } } }
                    entitlements { id name account { id nativeIdentity } }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
`;
