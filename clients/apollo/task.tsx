import { useSubscription } from '@apollo/client/react';
import { task } from '../documents';
import { Problems, Status } from '../view';
import { errorsOf } from './client';

/** The status of a task, as it changes. */
export function Task({ id }: { id: string }) {
  const { data, error } = useSubscription(task, { variables: { id } });
  return error ? <Problems errors={errorsOf(error)} /> : <Status status={data?.certificationTask?.status} />;
}
