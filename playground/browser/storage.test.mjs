import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { answerOf, complaints, launch, launchProfile, profile, readme, text, type } from './page.mjs';

const base = process.env.GATEWAY;
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Opens the playground in a page as it is, and waits until there is an editor. */
async function start(page) {
  await page.goto(base);
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
}

/** Checks that the README's operations are there, and that the first of them runs. */
async function startsAsAtFirst(page) {
  const titles = await page.locator('.graphiql-tab-button').allInnerTexts();
  assert.deepEqual(titles, readme);
  assert.match(await text(page, 'operation.graphql'), new RegExp(`^query ${readme[0]}\\b`));
  await runs(page);
}

/** Checks that the operation in the editor, one of the README's that lists certifications, runs. */
async function runs(page) {
  const { data, errors } = await answerOf(page);
  assert.equal(errors, undefined);
  assert.equal(data.certifications.nodes.length, 10);
}

/** Checks that what runs is kept in the history as long as the page is open. */
async function keepsTheHistory(page) {
  await type(page, 'query Two { certifications(first: 2) { nodes { name } } }');
  await answerOf(page, ({ data }) => data?.certifications.nodes.length === 2);
  await page.getByRole('button', { name: 'Show History' }).click();
  const names = page.locator('.graphiql-history-item-label');
  await names.first().waitFor();
  assert.deepEqual(await names.allInnerTexts(), ['Two', readme[0]]);
}

test('it starts where the browser blocks the data of sites', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'profile-'));
  mkdirSync(path.join(folder, 'Default'));
  const blocked = { profile: { default_content_setting_values: { cookies: 2 } } };
  writeFileSync(path.join(folder, 'Default', 'Preferences'), JSON.stringify(blocked));
  const context = await launchProfile(folder, { viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    const problems = complaints(page);
    await start(page);
    const denied = await page.evaluate(() => {
      try {
        return String(localStorage);
      } catch (error) {
        return error.name;
      }
    });
    assert.equal(denied, 'SecurityError');
    await startsAsAtFirst(page);
    await keepsTheHistory(page);
    assert.deepEqual(problems, [], 'what the browser complained about');
  } finally {
    await context.close();
    rmSync(folder, { recursive: true });
  }
});

/** What a browser may do to a page that uses its storage, each as a script that runs before the page's own. */
const storages = {
  'that is denied': () => {
    Object.defineProperty(globalThis, 'localStorage', {
      get() {
        throw new DOMException('Access is denied for this document.', 'SecurityError');
      },
    });
  },
  'that there is not': () => Object.defineProperty(globalThis, 'localStorage', { value: null }),
  'that has no room': () => {
    Storage.prototype.setItem = () => {
      throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
    };
  },
  'that can be read alone': () => {
    for (const method of ['setItem', 'removeItem', 'clear']) {
      Storage.prototype[method] = () => {
        throw new Error('The storage is broken.');
      };
    }
  },
  'that forgets': () => {
    Storage.prototype.setItem = () => {};
    Storage.prototype.getItem = () => null;
  },
};

for (const [name, script] of Object.entries(storages)) {
  test(`it starts on a storage ${name}`, async () => {
    const { context, page, seen } = await profile(browser);
    try {
      await page.addInitScript(script);
      await start(page);
      await startsAsAtFirst(page);
      await keepsTheHistory(page);
      await page.reload();
      await page.locator('.graphiql-query-editor .view-line').first().waitFor();
      assert.deepEqual(seen.problems, [], 'what the browser complained about');
    } finally {
      await context.close();
    }
  });
}

test('it starts on a storage that is full', async () => {
  const { context, page, seen } = await profile(browser);
  try {
    await page.goto(new URL('playground/favicon.svg', base).href);
    const room = await page.evaluate(() => {
      let key = 0;
      for (let size = 1 << 22; size >= 1; ) {
        try {
          localStorage.setItem(`other:${key++}`, 'x'.repeat(size));
        } catch {
          size >>= 1;
        }
      }
      try {
        localStorage.setItem('graphiql:theme', 'dark');
        return true;
      } catch {
        return false;
      }
    });
    assert.equal(room, false);
    seen.problems.length = 0; // the file of the icon has no icon
    await start(page);
    await startsAsAtFirst(page);
    await keepsTheHistory(page);
    assert.deepEqual(seen.problems, [], 'what the browser complained about');
  } finally {
    await context.close();
  }
});

/** Texts that are of no use under any key of GraphiQL's, and others that look right at first. */
const tab = { id: '1', title: 'Mine', query: '{ __typename }', variables: null, headers: null, operationName: null, response: null };
const anywhere = ['}{', 'null', '[]', '{}', '7', '"text"', '\u0000', '{"tabs":{"0":1},"activeTabIndex":0}'];
const damaged = {
  tabState: [
    '{"tabs":[],"activeTabIndex":0}',
    '{"tabs":[null],"activeTabIndex":0}',
    '{"tabs":"text","activeTabIndex":0}',
    JSON.stringify({ tabs: [{ ...tab, query: { kind: 'Document' } }], activeTabIndex: 0 }),
    JSON.stringify({ tabs: [{ ...tab, title: 7 }, { ...tab, id: null }], activeTabIndex: 0 }),
    JSON.stringify({ tabs: [{ ...tab, response: { data: null } }], activeTabIndex: 0 }),
    JSON.stringify({ tabs: [tab], activeTabIndex: 0 }).slice(0, -5),
  ],
  query: ['{ certifications', '[object Object]'],
  variables: ['{"first": ', '[1]', 'first'],
  headers: ['{"authorization": "Bearer of-nobody"}', '{"accept":', '[]'],
  shouldPersistHeaders: ['yes'],
  theme: ['pink', '{"name":"dark"}'],
  visiblePlugin: ['No Such Plugin', '{"title":"History"}'],
  docExplorerFlex: ['-1', '1e999', '0', '0.0000001', 'NaN', '1 1 auto'],
  editorFlex: ['-1', '1e999', '0', '0.0000001', 'NaN', '1000000000'],
  secondaryEditorFlex: ['-1', '1e999', '0', '0.0000001', 'NaN'],
  queries: ['{"queries":null}', '{"queries":{"length":1}}', '{"queries":[null,7,"text",{}]}', '{"queries":[{"query":{"a":1},"label":{}}]}', '{"favorites":[]}'],
  favorites: ['{"favorites":"text"}', '{"favorites":[{"query":"{ a }","label":{"b":1},"favorite":"yes"}]}', '{"queries":[]}'],
};

/** Opens the playground on a storage with the given texts, as {key: text}. */
async function startOn(page, seen, stored) {
  await page.goto(new URL('playground/favicon.svg', base).href); // whose storage is the playground's
  await page.evaluate((entries) => {
    localStorage.clear();
    entries.forEach(([name, text]) => localStorage.setItem(`graphiql:${name}`, text));
  }, Object.entries(stored));
  seen.problems.length = 0; // the file of the icon has no icon
  await start(page);
}

/** Checks that the editor and the answer can be seen, each with room for some words. */
async function canBeSeen(page) {
  for (const pane of ['.graphiql-query-editor', '.graphiql-response']) {
    const { width, height } = await page.locator(pane).boundingBox();
    assert.ok(width >= 100 && height >= 60, `${pane} has ${width} by ${height}`);
  }
}

/** Declares a test that the playground starts as at first on each of the storages. */
function startsOn(name, storages) {
  test(`it starts with ${name} damaged`, async () => {
    const { context, page, seen } = await profile(browser);
    try {
      for (const stored of storages) {
        await startOn(page, seen, stored);
        await startsAsAtFirst(page);
        await canBeSeen(page);
        assert.deepEqual(seen.problems, [], `what the browser complained about with ${JSON.stringify(stored)}`);
      }
      await page.getByRole('button', { name: 'Show History' }).click();
      await page.locator('.graphiql-history-item-label').first().waitFor();
    } finally {
      await context.close();
    }
  });
}

for (const name of ['tabState', 'query', 'variables', 'queries', 'favorites']) {
  startsOn(`the ${name}`, damaged[name].map((text) => ({ [name]: text })));
}
const looks = ['headers', 'shouldPersistHeaders', 'theme', 'visiblePlugin', 'docExplorerFlex', 'editorFlex', 'secondaryEditorFlex'];
startsOn('what it looks like', damaged.editorFlex.map((_, i) => Object.fromEntries(looks.map((name) => [name, damaged[name][i % damaged[name].length]]))));
startsOn('everything', anywhere.map((text) => Object.fromEntries(Object.keys(damaged).map((name) => [name, text]))));

test('what is not damaged is kept', async () => {
  const { context, page, seen } = await profile(browser);
  const mine = { ...tab, id: '2', title: 'Unfinished', query: 'query Unfinished { certifications', variables: '{"first":' };
  try {
    await startOn(page, seen, {
      tabState: JSON.stringify({ tabs: [{ ...tab, query: 7 }, { ...tab, id: '1' }, mine, { ...mine }], activeTabIndex: 2 }),
      queries: JSON.stringify({ queries: [{ query: '{ a }', label: 'Good' }, { query: '{ b }', label: { bad: 1 } }] }),
      favorites: '}{',
    });
    assert.deepEqual(await page.locator('.graphiql-tab-button').allInnerTexts(), ['Mine', 'Unfinished']);
    assert.equal(await text(page, 'operation.graphql'), mine.query, 'what somebody is still writing');
    assert.equal(await text(page, 'variables.json'), mine.variables);
    await page.getByRole('button', { name: 'Show History' }).click();
    assert.deepEqual(await page.locator('.graphiql-history-item-label').allInnerTexts(), ['Good']);

    await page.getByRole('button', { name: 'Hide History' }).click();
    await type(page, 'query Again { rateLimit { limit');
    await page.waitForFunction(() => localStorage.getItem('graphiql:tabState').includes('{ limit}}'));
    await page.reload();
    await page.locator('.graphiql-query-editor .view-line').first().waitFor();
    assert.equal(await text(page, 'operation.graphql'), 'query Again { rateLimit { limit}}', 'with the brackets that the editor closes');
    assert.deepEqual(seen.problems, [], 'what the browser complained about');
  } finally {
    await context.close();
  }
});
