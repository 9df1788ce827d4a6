import { graphql } from 'relay-runtime';

/** Reads a certification, and a task by an id that is not a task's, which is refused. */
export const partly = graphql`
  query partlyQuery($id: ID!) {
    certification(id: $id) { id name }
    certificationTask(id: $id) { id status }
  }
`;
