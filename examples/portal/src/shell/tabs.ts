/** Tells the other tabs what has happened in this one. */
const channel = new BroadcastChannel('certql-portal');

export type News = { certification: string } | { session: 'changed' };

export const tellOtherTabs = (news: News) => channel.postMessage(news);

/** Calls back for what has happened in other tabs; returns how to stop that. */
export function onNews(listener: (news: News) => void) {
  const receive = ({ data }: MessageEvent<News>) => listener(data);
  channel.addEventListener('message', receive);
  return () => channel.removeEventListener('message', receive);
}
