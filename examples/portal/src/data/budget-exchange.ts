import type { Exchange, Operation, OperationResult } from 'urql';
import { filter, makeSubject, merge, pipe, tap } from 'wonka';
import { createStore } from '../shell/store';

/** When what waits for the budget of upstream calls is sent again, in milliseconds since 1970; null if nothing waits. */
export const waitsUntil = createStore<number | null>(null);

/** Returns after how many seconds to send an operation again, or undefined if that is not for want of budget. */
function secondsToWait({ operation, data, error }: OperationResult): number | undefined {
  const limited = error?.graphQLErrors.find(({ extensions }) => extensions.code === 'RATE_LIMITED');
  // A mutation of which something is left was executed; only reading its outcome failed.
  const executed = operation.kind === 'mutation' && Object.values(data ?? {}).some((payload) => payload !== null);
  return limited && !executed ? Number(limited.extensions.retryAfter ?? 1) : undefined;
}

/** Sends what the gateway refused for want of budget again, once it may. Until then its page goes on waiting. */
export const budgetExchange: Exchange = ({ forward }) => (operations) => {
  const { source: again, next } = makeSubject<Operation>();
  const waiting = new Map<number, ReturnType<typeof setTimeout>>();

  const stop = (key: number) => {
    clearTimeout(waiting.get(key));
    waiting.delete(key);
    if (waiting.size === 0) {
      waitsUntil.set(null);
    }
  };
  const wait = (operation: Operation, seconds: number) => {
    clearTimeout(waiting.get(operation.key));
    const resend = () => {
      stop(operation.key);
      next(operation);
    };
    waiting.set(operation.key, setTimeout(resend, seconds * 1000));
    waitsUntil.set(Date.now() + seconds * 1000);
  };

  const wanted = pipe(operations, tap(({ kind, key }) => kind === 'teardown' && waiting.has(key) && stop(key)));
  return pipe(
    merge([wanted, again]),
    forward,
    filter((result) => {
      const seconds = secondsToWait(result);
      if (seconds !== undefined) {
        wait(result.operation, seconds);
      }
      return seconds === undefined;
    }),
  );
};
