import { createStore } from './store';

export type User = { name: string; identityId: string };

/** Who is signed in: not known yet, somebody, nobody, or nobody any more. */
export type Session = { is: 'unknown' | 'out' | 'ended' } | { is: 'in'; user: User } | { is: 'unreachable'; message: string };

export const session = createStore<Session>({ is: 'unknown' });

/** Who has been signed in here: what is on the page, and in the cache, is theirs. */
let known: string | undefined;

/** Asks the gateway who is signed in. A session that was there and is gone has ended. */
export async function checkSession() {
  const before = session.get();
  try {
    const response = await fetch('/auth/me');
    if (response.ok) {
      const user: User = await response.json();
      if (known !== undefined && known !== user.identityId) {
        location.reload(); // somebody else has signed in, in another tab
        return;
      }
      known = user.identityId;
      session.set({ is: 'in', user });
    } else if (response.status === 401) {
      session.set({ is: before.is === 'in' || before.is === 'ended' ? 'ended' : 'out' });
    } else {
      throw new Error(`The gateway does not say who is signed in (status ${response.status}).`);
    }
  } catch (error) {
    if (before.is === 'unknown' || before.is === 'unreachable') {
      session.set({ is: 'unreachable', message: error instanceof TypeError ? 'The gateway cannot be reached.' : String(error) });
    }
  }
}

/** Notes that the gateway has refused a request since nobody is signed in any more. */
export function endSession() {
  if (session.get().is === 'in') {
    session.set({ is: 'ended' });
  }
}

/** Where the browser signs in, and comes back from to the page it is on, filters and all. */
export const signInAddress = () => `/auth/login?return=${encodeURIComponent(location.pathname + location.search)}`;

/** Ends the session, here and, if the tenant has such a page, there. */
export async function signOut() {
  const response = await fetch(`/auth/logout?return=${encodeURIComponent(import.meta.env.BASE_URL)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  if (!response.ok) {
    throw new Error(`Signing out failed (status ${response.status}).`);
  }
  session.set({ is: 'out' });
  const { logoutUrl } = await response.json();
  location.assign(logoutUrl ?? import.meta.env.BASE_URL);
}
