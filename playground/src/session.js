import { createStore } from './store.js';

/** The identity whose token requests carry: `{ id, token }`, or null for none. */
export const identity = createStore(null);

/** Whether operations are only estimated. */
export const dryRun = createStore(false);

/** What the last answer said in `extensions.upstream`, or null. */
export const upstream = createStore(null);

/**
 * Signs in as one of the sandbox's identities; an empty id signs out. The token stays in memory, and
 * the identity as it was where there is none to be had.
 */
export async function signIn(id) {
  if (!id) {
    identity.set(null);
    return;
  }
  const response = await fetch('playground/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id }),
  });
  if (!response.ok) {
    throw new Error(`The sandbox gave no token for ${id}.`);
  }
  const { token } = await response.json();
  identity.set({ id, token });
}
