import { createStore } from './store.js';

/** The identity whose token requests carry, as `{ id, label, token }`; null for none. The token stays in memory. */
export const identity = createStore(null);

/** The person who has signed in at the gateway in this browser, as `{ label }`; null for nobody. */
export const person = createStore(null);

/** How often the sandbox was reset since the page was opened. */
export const resets = createStore(0);

/** Returns on whose behalf requests are made now, in words, and what tells it from others. */
export function callerNow(callsAs) {
  return callerOf(identity.get(), person.get(), resets.get(), callsAs);
}

/** The same for components, which follow it. */
export function useCaller(callsAs) {
  return callerOf(identity.use(), person.use(), resets.use(), callsAs);
}

function callerOf(identity, person, resets, callsAs) {
  const label = identity?.label ?? person?.label ?? (callsAs ? `the gateway itself (${callsAs})` : 'nobody');
  return { label, key: identity ? `${identity.id}` : label, resets };
}

/**
 * Signs in as one of the sandbox's identities, `{ id, name }`; null signs out. The identity stays as it was if
 * there is no token to be had.
 */
export async function signIn(chosen) {
  if (!chosen) {
    identity.set(null);
    return;
  }
  const { id, name } = chosen;
  const response = await fetch('playground/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id }),
  });
  if (!response.ok) {
    throw new Error(`The sandbox gave no token for ${id}.`);
  }
  const { token } = await response.json();
  identity.set({ id, name, token, label: name ? `${id} (${name})` : id });
}

let tokens = 0;

/** Uses an access token of the tenant, which the user has; an empty one for none. */
export function bringToken(token) {
  identity.set(token ? { id: `token ${++tokens}`, token, label: 'the bearer of your token' } : null);
}

/** Returns headers with the token of the identity, unless they have one of their own. */
export function authorised(headers = {}) {
  const chosen = identity.get();
  const own = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  return chosen && !own ? { ...headers, authorization: `Bearer ${chosen.token}` } : headers;
}
