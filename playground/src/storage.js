import { tryParseJSONC } from '@graphiql/react';
import { parse } from 'graphql';

const namespace = 'graphiql:';

/**
 * Makes the storage that GraphiQL starts from. It is the browser's, with three differences. What the browser
 * does not keep, because it denies the page its storage or has no room, is kept as long as the page is open.
 * What is stored in a shape that GraphiQL cannot start from is left out, as far as it is damaged. And each tenant has
 * one of its own, as does the sandbox, for which the name is empty: the ids of one are of no use to the other.
 */
export function createStorage(tenant = '') {
  const own = tenant ? `${tenant}/${namespace}` : namespace;
  const inMemory = new Map(); // by key; null for what the browser should have removed
  const change = (given, value, act) => {
    const key = own + given.slice(namespace.length);
    try {
      act(localStorage, key);
      inMemory.delete(key);
    } catch {
      inMemory.set(key, value);
    }
  };
  const stored = (key) => (inMemory.has(key) ? inMemory.get(key) : attempt(() => localStorage.getItem(key)) ?? null);
  const keys = () => [...new Set([...(attempt(() => Object.keys(localStorage)) ?? []), ...inMemory.keys()])].filter(
    (key) => key.startsWith(own) && stored(key) !== null,
  );
  return {
    getItem(key) {
      const name = key.slice(namespace.length);
      const text = stored(own + name);
      const tabs = () => attempt(() => tabsOf(stored(`${own}tabState`)));
      const usable = text === null || !checks[name] ? text : attempt(() => checks[name](text, tabs()));
      return usable ?? (ofActiveTab.includes(name) ? activeTab(tabs())?.[name] : null) ?? null;
    },
    setItem: (key, value) => change(key, value, (storage, key) => storage.setItem(key, value)),
    removeItem: (key) => change(key, null, (storage, key) => storage.removeItem(key)),
    clear() {
      keys().forEach((key) => this.removeItem(namespace + key.slice(own.length)));
    },
    get length() {
      return keys().length;
    },
  };
}

/** Returns what act returns, or undefined if it throws. */
function attempt(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}

const isText = (value) => typeof value === 'string';
const isTextOrNone = (value) => value == null || isText(value);

/** What is stored of the active tab by itself, beside the tabs. */
const ofActiveTab = ['query', 'variables'];

/** What can be used of the text of a key, given the tabs that can be shown: a text or null. To throw means null. */
const checks = {
  tabState(text) {
    const state = tabsOf(text);
    return state && JSON.stringify(state);
  },
  headers: () => null, // none are stored, so these come from elsewhere
  // What somebody is still writing may be no document yet, but then a tab has it as well.
  query: (text, state) => (isInTab('query', text, state) || parse(text)) && text,
  variables(text, state) {
    if (!isInTab('variables', text, state)) {
      tryParseJSONC(text);
    }
    return text;
  },
  queries: (text) => operationsOf(text, 'queries'),
  favorites: (text) => operationsOf(text, 'favorites'),
  docExplorerFlex: sizeOf,
  editorFlex: sizeOf,
  secondaryEditorFlex: sizeOf,
};

const isInTab = (name, text, state) => state?.tabs.some((tab) => tab[name] === text);
const activeTab = (state) => state?.tabs[state.activeTabIndex];

/** Returns the tabs that can be shown, as `{ tabs, activeTabIndex }`, or null if there are none. */
function tabsOf(text) {
  const { tabs, activeTabIndex } = JSON.parse(text);
  const ids = new Set();
  const good = tabs
    .filter((tab) => isText(tab?.id) && isText(tab.title) && tabTexts.every((name) => isTextOrNone(tab[name])) && !ids.has(tab.id) && ids.add(tab.id))
    .map((tab) => ({ ...tab, ...Object.fromEntries(tabTexts.map((name) => [name, tab[name] ?? null])) }));
  if (good.length === 0) {
    return null;
  }
  const active = Number.isInteger(activeTabIndex) ? good.findIndex(({ id }) => id === tabs[activeTabIndex]?.id) : 0;
  return { tabs: good, activeTabIndex: Math.max(active, 0) };
}

const tabTexts = ['query', 'variables', 'headers', 'operationName', 'response'];

/** Returns the operations of the history that can be listed. */
function operationsOf(text, name) {
  const good = JSON.parse(text)[name].filter(
    (operation) =>
      isText(operation?.query) &&
      ['variables', 'headers', 'operationName', 'label'].every((each) => isTextOrNone(operation[each])) &&
      ['undefined', 'boolean'].includes(typeof operation.favorite),
  );
  return JSON.stringify({ [name]: good });
}

/** Returns the relation of two panes' sizes, or which of them is hidden, unless one of them would be out of reach. */
function sizeOf(text) {
  const fits = ['hide-first', 'hide-second'].includes(text) || (Number(text) > 0.01 && Number(text) < 100);
  return fits ? text : null;
}
