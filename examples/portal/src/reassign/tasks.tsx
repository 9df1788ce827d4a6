import { useSubscription } from 'urql';
import { textOf } from '../data/problems';
import { graphql } from '../gql';

const taskSubscription = graphql(`
  subscription Task($id: ID!) {
    certificationTask(id: $id) {
      id
      status
      errors { text }
      certification { id phase decisionsMade decisionsTotal identitiesCompleted identitiesTotal }
    }
  }
`);

const words = {
  QUEUED: 'waiting to be started',
  IN_PROGRESS: 'moving items',
  SUCCESS: 'done',
  ERROR: 'failed',
  UNRECOGNIZED: 'under way',
};
const steps = { QUEUED: 1, IN_PROGRESS: 2, SUCCESS: 3, ERROR: 3, UNRECOGNIZED: 2 };

/** The reassignments that the tenant works on in the background, with how far each has come. */
export function Tasks({ ids }: { ids: string[] }) {
  return ids.length === 0 ? null : (
    <ul className="tasks" aria-label="Reassignments under way">
      {ids.map((id) => (
        <Task key={id} id={id} />
      ))}
    </ul>
  );
}

/** One of them, as the gateway tells each change. When it is done, the cache has the lists read again. */
function Task({ id }: { id: string }) {
  const [{ data, error }] = useSubscription({ query: taskSubscription, variables: { id } });
  const task = data?.certificationTask;
  const status = task?.status ?? 'QUEUED';
  const reasons = task?.errors?.map(({ text }) => text).join(' ');
  return (
    <li className="notice">
      <span role="status">
        Reassignment: {words[status]}
        {reasons && `. ${reasons}`}
        {error && `. ${textOf(error)}`}
      </span>
      <progress aria-label="Reassignment" value={steps[status]} max={3} />
    </li>
  );
}
