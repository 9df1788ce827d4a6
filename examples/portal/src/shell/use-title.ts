import { useEffect, useRef } from 'react';

/** Names the page in the browser, and moves the focus to its heading, as loading a page would. */
export function useTitle(title: string | undefined) {
  const heading = useRef<HTMLHeadingElement>(null);
  const isKnown = title !== undefined;
  useEffect(() => {
    if (title !== undefined) {
      document.title = `${title} – Access reviews`;
    }
  }, [title]);
  useEffect(() => {
    if (isKnown) {
      heading.current?.focus({ preventScroll: true });
    }
  }, [isKnown]);
  return heading;
}
