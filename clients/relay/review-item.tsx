import { useState } from 'react';
import { graphql, useMutation, useRefetchableFragment } from 'react-relay';
import type { reviewItemDecideMutation, reviewItemDecideMutation$data } from '../build/relay/reviewItemDecideMutation.graphql';
import type { reviewItemRefetchQuery } from '../build/relay/reviewItemRefetchQuery.graphql';
import type { reviewItem_item$key } from '../build/relay/reviewItem_item.graphql';
import type { GatewayError } from '../gateway/errors';
import { Row } from '../view';
import { errorsOf } from './environment';

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
    mutation reviewItemDecideMutation($input: DecideReviewItemsInput!) @raw_response_type {
      decideReviewItems(input: $input) {
        decidedItems { decision }
        certification { decisionsMade decisionsTotal }
        errors { code message }
      }
    }
  `);
  const [answer, setAnswer] = useState<reviewItemDecideMutation$data>();
  const [errors, setErrors] = useState<readonly GatewayError[]>([]);
  const decided = { itemId: id, decision: 'APPROVE' as const, comment: 'Still needed' };
  const approve = () =>
    decide({
      variables: { input: { certificationId, decisions: [decided] } },
      // What the gateway will respond. Relay shows it at once, and takes it back when the response is there.
      optimisticResponse: {
        decideReviewItems: { decidedItems: [{ id, decision: decided.decision }], certification: null, errors: [] },
      },
      onCompleted(data, errors) {
        setAnswer(data);
        setErrors(errors ?? []);
      },
      onError: (error) => setErrors(errorsOf(error)), // there is no response
    });
  return (
    <Row
      id={id}
      identity={identity?.name}
      access={access?.name}
      account={access?.account?.nativeIdentity}
      decision={decision}
      approve={approve}
      refresh={() => refetch({}, { fetchPolicy: 'store-and-network' })}
      refusals={answer?.decideReviewItems?.errors}
      errors={errors}
    />
  );
}
