import { useClient, useMutation } from 'urql';
import type { ReviewItemFragment } from '../build/gql/graphql';
import { decide, refreshReviewItem } from '../documents';
import { Row } from '../view';
import { errorsOf } from './client';

/** A row that reads itself again through `node`, and decides. graphcache updates every view of the item by its id. */
export function ReviewItem({ item, certificationId }: { item: ReviewItemFragment; certificationId: string }) {
  const { id, identity, access, decision } = item;
  const client = useClient();
  const [{ data, error }, send] = useMutation(decide);
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
      errors={errorsOf(error)}
    />
  );
}
