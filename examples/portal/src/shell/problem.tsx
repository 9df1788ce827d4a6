import type { CombinedError } from 'urql';
import { textOf } from '../data/problems';

/** Says why something cannot be shown, or not all of it, and offers to try again. */
export function Problem({ error, retry }: { error: CombinedError; retry: () => void }) {
  return (
    <div className="problem" role="alert">
      <p>{textOf(error)}</p>
      <button type="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}
