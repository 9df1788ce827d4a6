import { createStore } from './store';

const news = createStore('');

/** Says something to people who do not see the page change. */
export const announce = (text: string) => news.set(text);

/** Where that is read from, once on the page. */
export function Announcer() {
  return (
    <p className="sr-only" role="status">
      {news.use()}
    </p>
  );
}
