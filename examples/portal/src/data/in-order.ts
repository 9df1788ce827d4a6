import type { Exchange, Operation, OperationResult } from 'urql';
import { fromPromise, fromValue, map, mergeMap, pipe, tap } from 'wonka';
import type { DecideMutationVariables } from '../gql/graphql';

/** Returns what a mutation changes: items of a certification, or undefined for `items` where that may be any of them. */
function scopeOf({ variables }: Operation): { certification: string; items?: string[] } {
  const { certificationId, decisions } = (variables as DecideMutationVariables).input;
  return { certification: certificationId, items: decisions && [decisions].flat().map(({ itemId }) => itemId) };
}

/** Reports whether two mutations may change the same item. */
function meet(one: Operation, other: Operation): boolean {
  const [a, b] = [scopeOf(one), scopeOf(other)];
  return a.certification === b.certification && (!a.items || !b.items || a.items.some((item) => b.items?.includes(item)));
}

/**
 * Sends mutations that may change the same item in the order they were made: each waits until those before it have been
 * answered. The gateway may execute requests that are under way together in any order, and the last decision must count.
 * As long as one is unanswered, the browser asks before it leaves the page.
 */
export const inOrderExchange: Exchange = ({ forward }) => (operations) => {
  const unanswered: { operation: Operation; answered: Promise<void>; resolve: () => void }[] = [];
  addEventListener('beforeunload', (event) => unanswered.length > 0 && event.preventDefault());

  /** Returns a source of the operation, once it may be sent. */
  const inTurn = (operation: Operation) => {
    if (operation.kind !== 'mutation') {
      return fromValue(operation);
    }
    const before = unanswered.filter((each) => meet(each.operation, operation)).map((each) => each.answered);
    let resolve = () => {};
    const answered = new Promise<void>((done) => (resolve = done));
    unanswered.push({ operation, answered, resolve });
    return pipe(fromPromise(Promise.all(before)), map(() => operation));
  };
  const answer = ({ operation: { key } }: OperationResult) => {
    const i = unanswered.findIndex(({ operation }) => operation.key === key); // the first, where the same is made twice
    unanswered.splice(i, i < 0 ? 0 : 1).forEach(({ resolve }) => resolve());
  };
  return pipe(operations, mergeMap(inTurn), forward, tap(answer));
};
