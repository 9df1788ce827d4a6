import { useState } from 'react';
import { graphql, useMutation, useRefetchableFragment } from 'react-relay';
import type { reviewItemDecideMutation, reviewItemDecideMutation$data } from '../build/relay/reviewItemDecideMutation.graphql';
import type { reviewItemRefetchQuery } from '../build/relay/reviewItemRefetchQuery.graphql';
import type { reviewItem_item$key } from '../build/relay/reviewItem_item.graphql';
import { Row } from '../view';

/** A row that reads itself again through `node`, and decides. Relay updates every view of the item by its id. */
export function ReviewItem({ item, certificationId }: { item: reviewItem_item$key; certificationId: string }) {
  const [{ id, decision, identity, access }, refetch] = useRefetchableFragment<reviewItemRefetchQuery, reviewItem_item$key>(
    graphql`
      fragment reviewItem_item on AccessReviewItem @refetchable(queryName: "reviewItemRefetchQuery") {
        id
        decision
        identity { name }
        access {
          name
          ... on Entitlement { account { nativeIdentity } }
        }
      }
    `,
    item,
  );
  const [decide] = useMutation<reviewItemDecideMutation>(graphql`
    mutation reviewItemDecideMutation($input: DecideReviewItemsInput!) {
      decideReviewItems(input: $input) {
        decidedItems { decision }
        certification { decisionsMade decisionsTotal }
        errors { message }
      }
    }
  `);
  const [answer, setAnswer] = useState<reviewItemDecideMutation$data>();
  const input = { certificationId, decisions: [{ itemId: id, decision: 'APPROVE' as const, comment: 'Still needed' }] };
  return (
    <Row
      id={id}
      identity={identity?.name}
      access={access?.name}
      account={access?.account?.nativeIdentity}
      decision={decision}
      approve={() => decide({ variables: { input }, onCompleted: setAnswer })}
      refresh={() => refetch({}, { fetchPolicy: 'store-and-network' })}
      refusals={answer?.decideReviewItems?.errors}
    />
  );
}
