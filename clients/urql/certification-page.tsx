import { useState } from 'react';
import { useClient, useMutation, useQuery } from 'urql';
import type { ReviewItemFragment } from '../build/gql/graphql';
import { certificationPage, decide, refreshReviewItem } from '../documents';
import { Heading, pageSize, Row, Rows } from '../view';

/** A certification with its items, read in pages. */
export function CertificationPage({ id }: { id: string }) {
  const [after, setAfter] = useState<string | null>();
  const [{ data }] = useQuery({ query: certificationPage, variables: { id, first: pageSize, after } });
  const certification = data?.certification;
  if (!certification) {
    return null;
  }
  const items = certification.reviewItems;
  return (
    <>
      <Heading name={certification.name} made={certification.decisionsMade} total={certification.decisionsTotal} />
      <Rows more={items?.pageInfo.hasNextPage ? () => setAfter(items.pageInfo.endCursor) : undefined}>
        {items?.edges.map(({ node }) => <ReviewItem key={node.id} item={node} certificationId={certification.id} />)}
      </Rows>
    </>
  );
}

/** A row that reads itself again through `node`, and decides. graphcache updates every view of the item by its id. */
function ReviewItem({ item, certificationId }: { item: ReviewItemFragment; certificationId: string }) {
  const { id, identity, access, decision } = item;
  const client = useClient();
  const [{ data }, send] = useMutation(decide);
  const input = { certificationId, decisions: [{ itemId: id, decision: 'APPROVE' as const, comment: 'Still needed' }] };
  return (
    <Row
      id={id}
      identity={identity?.name}
      access={access?.name}
      account={access?.__typename === 'Entitlement' ? access.account?.nativeIdentity : undefined}
      decision={decision}
      approve={() => send({ input })}
      refresh={() => client.query(refreshReviewItem, { id }, { requestPolicy: 'network-only' }).toPromise()}
      refusals={data?.decideReviewItems?.errors}
    />
  );
}
