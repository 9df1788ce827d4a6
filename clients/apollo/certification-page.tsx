import { useApolloClient, useMutation, useQuery } from '@apollo/client/react';
import type { ReviewItemFragment } from '../build/gql/graphql';
import { certificationPage, decide, refreshReviewItem } from '../documents';
import { Heading, pageSize, Row, Rows } from '../view';

/** A certification with its items, read in pages. */
export function CertificationPage({ id }: { id: string }) {
  const { data, fetchMore } = useQuery(certificationPage, { variables: { id, first: pageSize } });
  const certification = data?.certification;
  if (!certification) {
    return null;
  }
  const items = certification.reviewItems;
  const more = () => fetchMore({ variables: { after: items?.pageInfo.endCursor } });
  return (
    <>
      <Heading name={certification.name} made={certification.decisionsMade} total={certification.decisionsTotal} />
      <Rows more={items?.pageInfo.hasNextPage ? more : undefined}>
        {items?.edges.map(({ node }) => <ReviewItem key={node.id} item={node} certificationId={certification.id} />)}
      </Rows>
    </>
  );
}

/** A row that reads itself again through `node`, and decides. Apollo updates every view of the item by its id. */
function ReviewItem({ item, certificationId }: { item: ReviewItemFragment; certificationId: string }) {
  const { id, identity, access, decision } = item;
  const client = useApolloClient();
  const [send, { data }] = useMutation(decide);
  const input = { certificationId, decisions: [{ itemId: id, decision: 'APPROVE' as const, comment: 'Still needed' }] };
  return (
    <Row
      id={id}
      identity={identity?.name}
      access={access?.name}
      account={access?.__typename === 'Entitlement' ? access.account?.nativeIdentity : undefined}
      decision={decision}
      approve={() => send({ variables: { input } })}
      refresh={() => client.query({ query: refreshReviewItem, variables: { id }, fetchPolicy: 'network-only' })}
      refusals={data?.decideReviewItems?.errors}
    />
  );
}
