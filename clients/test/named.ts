import { graphql } from '../build/gql';

/** The name of a certification. */
export const named = graphql(`
  query Named($id: ID!) {
    certification(id: $id) { id name }
  }
`);
