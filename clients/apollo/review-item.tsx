import { useApolloClient, useMutation } from '@apollo/client/react';
import type { DecideMutation, ReviewItemFragment } from '../build/gql/graphql';
import { decide, refreshReviewItem } from '../documents';
import { Row } from '../view';
import { errorsOf } from './client';
import { afterDecisions } from './writes';

/** A row that reads itself again through `node`, and decides. Apollo updates every view of the item by its id. */
export function ReviewItem({ item, certificationId }: { item: ReviewItemFragment; certificationId: string }) {
  const { id, identity, access, decision } = item;
  const client = useApolloClient();
  const [send, { data, error }] = useMutation(decide, { update: afterDecisions });
  const decided = { itemId: id, decision: 'APPROVE' as const, comment: 'Still needed' };
  const approve = () =>
    send({
      variables: { input: { certificationId, decisions: [decided] } },
      optimisticResponse: approved(item, decided),
    });
  return (
    <Row
      id={id}
      identity={identity?.name}
      access={access?.name}
      account={access?.__typename === 'Entitlement' ? access.account?.nativeIdentity : undefined}
      decision={decision}
      approve={approve}
      refresh={() => client.query({ query: refreshReviewItem, variables: { id }, fetchPolicy: 'network-only' })}
      refusals={data?.decideReviewItems?.errors}
      errors={errorsOf(error)}
    />
  );
}

/** What the gateway will respond. Apollo shows it at once, and takes it back when the response is there. */
function approved({ id, identity }: ReviewItemFragment, { decision, comment }: { decision: 'APPROVE'; comment: string }): DecideMutation {
  return {
    decideReviewItems: {
      __typename: 'DecideReviewItemsPayload',
      decidedItemIds: [id],
      decidedItems: [{ __typename: 'AccessReviewItem', id, decision, comment, completed: true, identity }],
      certification: null,
      errors: [],
    },
  };
}
