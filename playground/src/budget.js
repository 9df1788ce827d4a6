import { useEffect, useState } from 'react';
import { authorised } from './caller.js';
import { createStore } from './store.js';

/** The caller's request budget: `{ limit, remaining, queued, fullAt }`, the last in milliseconds; null if it is not known. */
export const budget = createStore(null);

const query = 'query PlaygroundBudget { rateLimit { limit remaining resetAt queued } }';
const often = 1000; // in milliseconds
const period = 10; // seconds in which the whole budget comes back
let ahead = 0; // of this machine's clock, of the gateway's, in milliseconds

/** Notes what time it is for the gateway. */
export function noteClock(response) {
  const date = Date.parse(response.headers.get('date') ?? '');
  if (!Number.isNaN(date)) {
    ahead = Math.abs(Date.now() - date) > 2000 ? Date.now() - date : 0; // the header has whole seconds
  }
}

/** Notes a budget, as `extensions.upstream` and `rateLimit` have it. */
export function noteBudget({ limit, remaining, resetAt, queued = 0 }) {
  if (limit > 0) {
    budget.set({ limit, remaining, queued, fullAt: Date.parse(resetAt) + ahead });
  }
}

/** Reads the budget, which costs nothing. */
export async function readBudget(url, signal) {
  const response = await fetch(url, {
    method: 'POST',
    headers: authorised({ 'content-type': 'application/json' }),
    body: JSON.stringify({ query }),
    signal,
  });
  noteClock(response);
  const { data } = await response.json();
  if (data?.rateLimit) {
    noteBudget(data.rateLimit);
  }
}

/**
 * Returns about how many seconds a call waits that asks for its turn now; 0 if it may go at once. The budget says when all
 * of it is there again, and each call that waits takes a part of it.
 */
export function waitOf({ limit, remaining, queued, fullAt }, now) {
  if (remaining > 0 && queued === 0) {
    return 0;
  }
  return Math.max(1, Math.ceil((fullAt - now) / 1000) + period * Math.floor(queued / limit));
}

/** Follows the caller's budget while something is under way or until it is full again, and returns it. */
export function useBudget(url, caller, running) {
  const known = budget.use();
  useEffect(() => {
    const abort = new AbortController();
    budget.set(null); // that was another caller's
    readBudget(url, abort.signal).catch(() => {}); // the next answer tells it as well
    return () => abort.abort();
  }, [url, caller]);
  const live = running || (known !== null && known.remaining < known.limit);
  useEffect(() => {
    if (!live) {
      return undefined;
    }
    const abort = new AbortController();
    let timer;
    const next = async () => {
      if (!document.hidden) {
        await readBudget(url, abort.signal).catch(() => {}); // the next one may do better
      }
      if (!abort.signal.aborted) {
        timer = setTimeout(next, often);
      }
    };
    timer = setTimeout(next, often);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [url, live]);
  return known;
}

/** Returns the time in milliseconds, and again each second as long as it is wanted. */
export function useNow(wanted) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!wanted) {
      return undefined;
    }
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [wanted]);
  return now;
}
