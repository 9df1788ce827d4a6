import type { ComponentProps, MouseEvent } from 'react';
import { createStore } from './store';

const base = import.meta.env.BASE_URL; // where the pages are, with a slash at its end

const current = () => ({ path: location.pathname.slice(base.length), search: new URLSearchParams(location.search) });
const place = createStore(current());
addEventListener('popstate', () => place.set(current()));

/** Returns the path below the base, and the parameters. */
export const useLocation = place.use;

/** Goes to a path below the base. */
export function navigate(path: string) {
  history.pushState(null, '', base + path);
  place.set(current());
  scrollTo(0, 0);
}

/** Changes parameters of the address, without a step for the back button; empty ones are left out. */
export function setParameters(changes: Record<string, string>) {
  const { search } = current();
  for (const [name, value] of Object.entries(changes)) {
    if (value) {
      search.set(name, value);
    } else {
      search.delete(name);
    }
  }
  history.replaceState(null, '', location.pathname + (search.size > 0 ? `?${search}` : ''));
  place.set(current());
}

/** A link to a path below the base that does not load the page anew. */
export function Link({ to, ...rest }: { to: string } & ComponentProps<'a'>) {
  const follow = (event: MouseEvent) => {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      navigate(to);
    }
  };
  return <a href={base + to} onClick={follow} {...rest} />;
}
