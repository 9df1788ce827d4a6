import { useSyncExternalStore } from 'react';

/** Makes a value that components can follow: `use` in a component, `get` and `set` elsewhere. */
export function createStore(value) {
  const followers = new Set();
  const get = () => value;
  const follow = (follower) => {
    followers.add(follower);
    return () => followers.delete(follower);
  };
  return {
    get,
    set(next) {
      value = next;
      followers.forEach((follower) => follower());
    },
    use: () => useSyncExternalStore(follow, get),
  };
}
