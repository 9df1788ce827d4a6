import { createStore } from './store.js';

/** Whether operations are only estimated. */
export const dryRun = createStore(false);

/**
 * What came of the latest operation of each tab, by the tab's id: `{ caller, kind, running, since, cancelled, upstream, tasks,
 * retryAt }`. `upstream` is what the response says in `extensions.upstream`, `tasks` are the ids of the tasks that it
 * began, and `retryAt` is when one that was refused for want of budget may be sent again, in milliseconds.
 */
export const results = createStore({});

/**
 * Notes that an operation of a tab begins, with what is known of it. Returns the function that notes more, as long as no
 * other operation has begun in the tab.
 */
export function begin(tab, known) {
  let result = { ...known, running: true, since: Date.now() };
  results.set({ ...results.get(), [tab]: result });
  return (change) => {
    const all = results.get();
    if (all[tab] === result) {
      result = { ...result, ...change };
      results.set({ ...all, [tab]: result });
    }
  };
}

/** Returns the ids of the tasks that mutations began, of which a response's data tells. */
export function tasksOf(data) {
  return Object.values(data ?? {}).flatMap((field) => (Array.isArray(field?.tasks) ? field.tasks : [])).map((task) => task?.id).filter(Boolean);
}
