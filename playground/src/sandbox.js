import { identity, resets, signIn } from './caller.js';
import { createStore } from './store.js';

const everywhere = { operation: '*' };

/** What the sandbox can be made to do, as docs/sandbox.md describes it. What it does once is not on for long: `once` says so. */
export const scenes = [
  { name: 'None', about: 'it plays a tenant that is well', faults: [] },
  { name: 'Slow', about: 'each call takes 2 s', faults: [{ ...everywhere, kind: 'latency', latencyMillis: 2000, strikes: 'beforeApplying' }] },
  {
    name: 'Pause once',
    about: 'the next call gets 429 and waits 12 s',
    once: 'The next call is asked to wait for 12 s.',
    faults: [{ ...everywhere, kind: 'status', status: 429, retryAfter: '12', strikes: 'beforeApplying', count: 1 }],
  },
  { name: 'Down', about: 'each call gets 503', faults: [{ ...everywhere, kind: 'status', status: 503, strikes: 'beforeApplying' }] },
  {
    name: 'Permissions fail',
    about: 'one list gets 403, the rest is there',
    faults: [{ operation: 'getIdentityCertificationItemPermissions', kind: 'status', status: 403 }],
  },
  {
    name: 'Hidden rows',
    about: 'every third certification is left out',
    faults: [{ operation: 'listIdentityCertifications', kind: 'listing', listing: { hideEvery: 3 } }],
  },
];

/** The scene that is on; null if the faults in force are others, which somebody has set elsewhere. */
export const scene = createStore(scenes[0]);

/** Finds out which scene is on. */
export async function readScene() {
  const response = await fetch('playground/sandbox/faults');
  const faults = response.ok ? await response.json() : [];
  show(scenes.find((each) => sameFaults(each.faults, faults)) ?? null);
}

function show(next) {
  scene.set(next?.once ? scenes[0] : next);
}

function sameFaults(wanted, inForce) {
  return wanted.length === inForce.length && wanted.every((fault, i) => Object.entries(fault).every(([name, value]) => JSON.stringify(inForce[i][name]) === JSON.stringify(value)));
}

/** Puts a scene on. */
export async function putScene(next) {
  const response = await fetch('playground/sandbox/faults', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(next.faults),
  });
  if (!response.ok) {
    throw new Error('The sandbox did not take the fault.');
  }
  show(next);
}

/** Restores the sandbox as it was at the start. Its tokens are new after that. */
export async function resetSandbox() {
  const response = await fetch('playground/sandbox/reset', { method: 'POST' });
  if (!response.ok) {
    throw new Error('The sandbox was not reset.');
  }
  scene.set(scenes[0]);
  await signIn(identity.get());
  resets.set(resets.get() + 1);
}
