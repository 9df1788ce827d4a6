import { useMemo, useState } from 'react';
import { graphql, useSubscription } from 'react-relay';
import type { taskSubscription, taskSubscription$data } from '../build/relay/taskSubscription.graphql';
import { Problems, Status } from '../view';
import { errorsOf } from './environment';

const subscription = graphql`
  subscription taskSubscription($id: ID!) {
    certificationTask(id: $id) { id status }
  }
`;

/** The status of a task, as it changes. */
export function Task({ id }: { id: string }) {
  const [data, setData] = useState<taskSubscription$data | null>();
  const [error, setError] = useState<Error>();
  useSubscription<taskSubscription>(
    useMemo(() => ({ subscription, variables: { id }, onNext: setData, onError: setError }), [id]),
  );
  return error ? <Problems errors={errorsOf(error)} /> : <Status status={data?.certificationTask?.status} />;
}
