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
          reviewer { rawId name email type }
          reassignment { comment from { rawId name reviewer { rawId name } } }
          reviewers(first: 5) { edges { node { rawId name email } } }
          reviewItems(first: $items) {
            edges {
              node {
                id
                decision
                identity { id identityId name completed }
                access {
                  __typename
                  rawId
                  name
                  owner { rawId name email }
                  ... on Entitlement { attributeValue account { rawId name nativeIdentity owner { rawId displayName } } }
                  ... on AccessProfile { endDate entitlements { rawId name account { rawId nativeIdentity } } }
                  ... on Role {
                    endDate
                    accessProfiles { rawId name endDate entitlements { rawId name account { rawId nativeIdentity } } }
                    entitlements { rawId name account { rawId nativeIdentity } }
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
