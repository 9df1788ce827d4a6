import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answerOf, awaitAnswer, launch, open, profile, readme, run, runs, signIn, text, type } from './page.mjs';

const base = process.env.GATEWAY;
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const profiles = {};

/** Opens the playground as it is at first, in the profile that all tests with the same options share. */
async function openWith(options, at = base) {
  return open(await (profiles[JSON.stringify(options)] ??= profile(browser, options)), at);
}

/** Declares a test on the playground, which must not have complained at its end, nor asked another host. */
function onPage(name, options, act) {
  test(name, async () => {
    const opened = await openWith(options);
    await act(opened.page, opened);
    assert.deepEqual(opened.seen.problems, [], 'what the browser complained about');
    const elsewhere = opened.seen.requests.filter((url) => !url.startsWith('data:') && new URL(url).origin !== new URL(base).origin);
    assert.deepEqual(elsewhere, [], 'what was asked of other hosts');
  });
}

const panel = (page) => page.getByRole('region', { name: 'Upstream calls' });
const figure = (page, shown) => panel(page).locator('dl > div').filter({ hasText: shown });

/** Opens the history and answers the names of what it holds. */
async function history(page) {
  await page.getByRole('button', { name: 'Show History' }).click();
  const names = page.locator('.graphiql-history-item-label');
  await names.first().waitFor();
  return names.allInnerTexts();
}

/** Answers what the gateway itself says to an operation. */
async function ask(query, variables) {
  const response = await fetch(new URL('graphql', base), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
}

onPage('the page loads under its policy, with three workers', {}, async (page, { answer }) => {
  assert.match(answer.headers()['content-security-policy'], /^default-src 'none'; script-src 'self';/);
  await answerOf(page);
  await type(page, '{ __type');
  const workers = () => page.workers().map((worker) => new URL(worker.url()).pathname).sort();
  while (workers().length < 3) {
    await page.waitForEvent('worker');
  }
  assert.deepEqual(workers(), ['/playground/editor.worker.js', '/playground/graphql.worker.js', '/playground/json.worker.js']);
});

onPage("the first tabs hold the README's operations", {}, async (page) => {
  const titles = await page.locator('.graphiql-tab-button').allInnerTexts();
  assert.deepEqual(titles, readme);
  const { data } = await answerOf(page);
  assert.equal(data.certifications.nodes.length, 10);
});

onPage('a typed query is answered, and kept in the history', {}, async (page) => {
  await type(page, 'query Two { certifications(first: 2) { nodes { name } } }');
  const { data } = await answerOf(page);
  assert.equal(data.certifications.nodes.length, 2);
  assert.deepEqual(await history(page), ['Two']);
});

onPage('what runs twice is in the history once', {}, async (page) => {
  await answerOf(page);
  await answerOf(page);
  assert.deepEqual(await history(page), [readme[0]]);
});

onPage('completion offers the fields of the schema', {}, async (page) => {
  await type(page, '{ certif');
  const offered = page.locator('.suggest-widget .monaco-list-row');
  while ((await offered.count()) === 0) {
    await page.keyboard.press('Control+Space'); // offers nothing while the schema is on its way
    await page.waitForTimeout(200);
  }
  const names = await offered.locator('.label-name').allInnerTexts();
  for (const field of ['certification', 'certifications', 'certificationTask']) {
    assert.ok(names.includes(field), `${field} is not among ${names}`);
  }
});

onPage('what was typed a moment ago is what runs, and what the history keeps', {}, async (page) => {
  await page.locator('.graphiql-query-editor .monaco-editor').click();
  await page.keyboard.press('ControlOrMeta+a');
  const request = page.waitForRequest(runs);
  await page.keyboard.insertText('query Quick { rateLimit { limit');
  await page.keyboard.press('ControlOrMeta+Enter'); // before the editor knows the new name
  assert.equal((await request).postDataJSON().operationName, 'Quick');
  await awaitAnswer(page, (answer) => answer.data);
  assert.deepEqual(await history(page), ['Quick']);
});

onPage('a field that the schema does not have is marked', {}, async (page) => {
  await type(page, '{ nobody }');
  await page.locator('.graphiql-query-editor .squiggly-error').first().waitFor();
});

onPage('the documentation describes the schema', {}, async (page) => {
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.locator('.graphiql-plugin').getByText('Query', { exact: true }).click();
  await page.locator('.graphiql-plugin').getByText('rateLimit', { exact: true }).click();
  await page.locator('.graphiql-plugin').getByText(/budget/).first().waitFor();
});

onPage('the explorer adds a field', {}, async (page) => {
  await type(page, '{ rateLimit { limit } }');
  await answerOf(page);
  await page.getByRole('button', { name: 'Show GraphiQL Explorer' }).click();
  await page.locator('.graphiql-explorer-root').getByText('remaining', { exact: true }).click();
  await page.waitForFunction(() =>
    globalThis.__MONACO.editor.getModels().find((model) => model.uri.path.endsWith('operation.graphql')).getValue().includes('remaining'),
  );
  const { data } = await answerOf(page, (answer) => answer.data?.rateLimit.remaining != null);
  assert.deepEqual(Object.keys(data.rateLimit).sort(), ['limit', 'remaining']);
});

onPage('a mutation changes the data', {}, async (page) => {
  await page.locator('.graphiql-tab-button', { hasText: 'Approve' }).click();
  const { data } = await answerOf(page);
  assert.deepEqual(data.decideReviewItems.decidedItems, [{ decision: 'APPROVE', comment: 'Still needed', completed: true }]);
});

onPage('a subscription shows a task on its way and at its end', {}, async (page) => {
  // All but the id is typed before there is a task, so that the task is not over before it is watched.
  await type(page, 'subscription { certificationTask(id: "") { status }');
  for (const key of ['Control+Home', ...Array(38).fill('ArrowRight')]) {
    await page.keyboard.press(key);
  }
  const { certifications } = await ask(
    `{ certifications(first: 2, filter: { phase: ACTIVE, completed: false }, orderBy: [{ field: NAME }]) {
      nodes { id reviewer { rawId } reviewItems(first: 1, filter: { completed: false }) { nodes { rawId } } }
    } }`,
  );
  const [from, to] = certifications.nodes;
  const { reassignReviewItemsAsync } = await ask(
    'mutation ($input: ReassignReviewItemsInput!) { reassignReviewItemsAsync(input: $input) { tasks { id } errors { message } } }',
    {
      input: {
        certificationId: from.id,
        references: [{ id: from.reviewItems.nodes[0].rawId, type: 'ITEM' }],
        reassignTo: to.reviewer.rawId,
        reason: 'Knows the team better',
      },
    },
  );
  assert.deepEqual(reassignReviewItemsAsync.errors, []);
  await page.keyboard.insertText(reassignReviewItemsAsync.tasks[0].id);
  const status = (answer) => answer.data?.certificationTask?.status;
  const stream = page.waitForResponse((response) => response.url().endsWith('/graphql') && response.request().postData().includes('subscription'));
  const first = await answerOf(page, status);
  assert.ok(['QUEUED', 'IN_PROGRESS'].includes(status(first)), `it starts as ${status(first)}`);
  assert.match((await stream).headers()['content-type'], /^text\/event-stream/);
  const last = await awaitAnswer(page, (answer) => ['SUCCESS', 'ERROR'].includes(status(answer)));
  assert.equal(status(last), 'SUCCESS');
  await page.getByRole('button', { name: /^Execute query/ }).waitFor(); // no longer the button that stops it
});

onPage('what is deferred comes in a part of its own', {}, async (page) => {
  await type(page, '{ certifications(first: 1) { nodes { name ... @defer { reviewers(first: 1) { nodes { email } } } } } }');
  const answer = page.waitForResponse((response) => runs(response.request()));
  const { data } = await answerOf(page, ({ data }) => data?.certifications?.nodes[0].reviewers);
  assert.match((await answer).headers()['content-type'], /^multipart\/mixed/);
  assert.equal(data.certifications.nodes[0].reviewers.nodes.length, 1);
  assert.equal(typeof data.certifications.nodes[0].name, 'string');
});

onPage('a subscription stops when it is stopped', {}, async (page) => {
  const { pendingCertificationTasks } = await ask('{ pendingCertificationTasks(first: 1) { nodes { id } } }');
  await type(page, `subscription { certificationTask(id: "${pendingCertificationTasks.nodes[0].id}") { status } }`);
  const ended = page.waitForEvent('requestfailed', runs);
  await answerOf(page, (answer) => answer.data);
  await page.getByRole('button', { name: /^Stop query/ }).click();
  await ended;
  await page.getByRole('button', { name: /^Execute query/ }).waitFor();
});

onPage('the panel shows what the answer has cost', {}, async (page) => {
  await type(page, '{ a: certifications(first: 1) { nodes { name } } b: certifications(first: 2) { nodes { name } } }');
  const { extensions } = await answerOf(page);
  await figure(page, new RegExp(`calls\\s*${extensions.upstream.calls}\\b`)).waitFor();
  const { trace } = extensions.upstream;
  assert.ok(trace.length > 0 && trace.every(({ template }) => template === '/certifications'), JSON.stringify(trace));
  await panel(page).getByRole('row', { name: 'GET /certifications' }).nth(trace.length - 1).waitFor();
});

onPage('the panel shows everything that an answer may say', {}, async (page) => {
  const at = 'http://localhost:1/v3';
  const trace = [
    { method: 'GET', template: '/certifications/{id}', path: '/certifications/c1', url: `${at}/certifications/c1`, startMs: 1, status: 200, ms: 12 },
    {
      method: 'GET', template: '/certifications', path: '/certifications', startMs: 2, status: 429, ms: 3,
      url: `${at}/certifications?filters=name+eq+%22Ana%22&limit=5`,
    },
    { method: 'GET', template: '/certifications', path: '/certifications', url: `${at}/certifications?offset=%`, startMs: 7005, waitedMs: 7000, status: 200, ms: 995 },
    { method: 'GET', template: '/certifications/{id}/reviewers', path: `/certifications/${'c1d05e3f'.repeat(4)}/reviewers`, startMs: 13, cached: true },
    { method: 'GET', template: '/certification-tasks', path: '/certification-tasks', url: `${at}/certification-tasks`, startMs: 13, coalesced: true },
  ];
  const upstream = {
    calls: 2, coalesced: 1, cached: 3, estimatedCalls: 5, waitedMs: 120, limit: 100, remaining: 93, resetAt: '2026-03-01T10:20:30.000Z', trace,
  };
  await page.route('**/graphql', (route) => route.fulfill({ json: { data: { ok: true }, extensions: { upstream } } }));
  await run(page);
  const figures = panel(page).locator('dl > div');
  await figures.first().waitFor();
  const time = await page.evaluate((at) => new Date(at).toLocaleTimeString(), upstream.resetAt);
  assert.deepEqual((await figures.allInnerTexts()).map((figure) => figure.replace(/\s+/g, ' ').trim()), [
    'calls 2', 'estimated 5', 'cached 3', 'coalesced 1', 'waited 120 ms', 'budget left 93 of 100', `budget full at ${time}`,
  ]);
  const rows = panel(page).locator('tbody tr');
  assert.deepEqual((await rows.allInnerTexts()).map((row) => row.replace(/\s+/g, ' ').trim()), [
    'GET /certifications/c1 200 12 ms',
    'GET /certifications?filters=name eq "Ana"&limit=5 429 3.0 ms',
    'GET /certifications?offset=% 200 7.0 s waited, 995 ms',
    `GET /certifications/${'c1d05e3f'.repeat(4)}/reviewers cache`,
    'GET /certification-tasks joined',
  ]);
  assert.deepEqual(
    await rows.locator('.path').evaluateAll((cells) => cells.map(({ title }) => title)),
    trace.map(({ url, path }) => url ?? path),
  );
  const bars = await rows.evaluateAll((all) =>
    all.map((row) => {
      const lane = row.querySelector('.lane').getBoundingClientRect();
      return [...row.querySelectorAll('.lane > span')].map((bar) => {
        const { left, right } = bar.getBoundingClientRect();
        return [bar.className, Math.round((100 * (left - lane.left)) / lane.width), Math.round((100 * (right - lane.left)) / lane.width)];
      });
    }),
  );
  assert.deepEqual(bars[2], [['bar-waited', 0, 88], ['bar-took', 88, 100]], 'how long it waited, and took');
  assert.deepEqual([bars[3][0][0], bars[4][0][0]], ['bar-none', 'bar-none']);
});

for (const width of [1280, 360]) {
  onPage(`a long path keeps within ${width} px`, { viewport: { width, height: 740 } }, async (page) => {
    const path = `/certifications/${'c1d05e3f'.repeat(40)}/permissions`;
    const trace = [{ method: 'GET', template: path, path, status: 200, ms: 1.5 }];
    await page.route('**/graphql', (route) => route.fulfill({ json: { data: { ok: true }, extensions: { upstream: { trace } } } }));
    await run(page);
    const row = await panel(page).locator('tbody tr').boundingBox();
    assert.ok(row.x >= 0 && row.x + row.width <= width, `the row goes from ${row.x} to ${row.x + row.width}`);
    const cell = await panel(page).locator('tbody .path').boundingBox();
    assert.ok(cell.width > row.width / 2, `the path has ${cell.width} of ${row.width}`);
    const editor = await page.locator('.graphiql-query-editor').boundingBox();
    assert.ok(editor.width > width / 3, `the editor is left ${editor.width}`);
  });
}

onPage('the panel shows the estimate of a dry run by path', {}, async (page) => {
  const upstream = {
    dryRun: true, estimatedCalls: 11, maxEstimatedCalls: 500,
    byPath: [{ path: 'certifications.nodes.reviewers', calls: 10 }, { path: 'certifications', calls: 1 }],
  };
  await page.route('**/graphql', (route) => route.fulfill({ json: { data: null, extensions: { upstream } } }));
  await run(page);
  await figure(page, /^estimated\s*11 of 500$/).waitFor();
  const rows = await panel(page).locator('tbody tr').allInnerTexts();
  assert.deepEqual(rows.map((row) => row.split(/\s+/)), [['certifications.nodes.reviewers', '10'], ['certifications', '1']]);
});

onPage('requests ask for the trace, and for a dry run where the switch is on', {}, async (page) => {
  const sent = async () => {
    const request = page.waitForRequest(runs);
    await run(page);
    return (await request).postDataJSON().extensions;
  };
  assert.deepEqual(await sent(), { trace: true });
  await awaitAnswer(page, (answer) => answer.data);
  await page.getByRole('switch', { name: 'Dry run' }).check();
  assert.deepEqual(await sent(), { trace: true, dryRun: true });
  const { data, extensions } = await awaitAnswer(page, (answer) => answer.extensions?.upstream.dryRun);
  assert.equal(data, null);
  await figure(page, new RegExp(`^estimated\\s*${extensions.upstream.estimatedCalls} of`)).waitFor();
  await panel(page).getByRole('row', { name: /^certifications \d+$/ }).waitFor();
});

onPage('another identity gets another answer', {}, async (page) => {
  await type(page, '{ certifications(first: 1) { totalCount } }');
  const total = async (fits) => (await answerOf(page, (answer) => answer.data && fits(answer))).data.certifications.totalCount;
  const all = await total(() => true);
  await signIn(page, 'reviewer-1');
  const own = await total((answer) => answer.data.certifications.totalCount !== all);
  assert.ok(own > 0 && own < all, `${own} of ${all}`);
  await page.getByLabel('Signed in as').selectOption('the gateway itself');
  assert.equal(await total((answer) => answer.data.certifications.totalCount !== own), all);
});

onPage('the header editor sends headers, and its token goes before that of the menu', {}, async (page) => {
  await signIn(page, 'reviewer-1');
  await page.getByRole('button', { name: 'Headers', exact: true }).click();
  await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines').click();
  await page.keyboard.insertText('{ "Authorization": "Bearer of-the-editor", "X-Mine": "1" }');
  const request = page.waitForRequest(runs);
  await page.route('**/graphql', (route) => route.fulfill({ json: { data: null } }));
  await run(page);
  const headers = (await request).headers();
  assert.equal(headers.authorization, 'Bearer of-the-editor');
  assert.equal(headers['x-mine'], '1');
});

/** Answers how light the background is, from 0 to 255. */
function lightness(page) {
  return page.locator('.graphiql-container').evaluate((element) => {
    const [red, green, blue] = getComputedStyle(element).backgroundColor.match(/\d+/g).map(Number);
    return (red + green + blue) / 3;
  });
}

for (const colorScheme of ['light', 'dark']) {
  onPage(`a system that prefers ${colorScheme} gets it`, { colorScheme }, async (page) => {
    const shown = await lightness(page);
    assert.ok(colorScheme === 'dark' ? shown < 80 : shown > 200, `the background has ${shown}`);
  });
}

onPage('who wants it dark on a light system gets it', { colorScheme: 'light' }, async (page) => {
  await page.getByRole('button', { name: 'Open settings dialog' }).click();
  await page.getByRole('button', { name: 'Dark', exact: true }).click();
  assert.ok((await lightness(page)) < 80);
});

onPage('it can be used on a screen of 360 px', { viewport: { width: 360, height: 740 }, hasTouch: true }, async (page) => {
  await type(page, '{ certifications(first: 1) { totalCount } }');
  await answerOf(page);
  await figure(page, /calls\s*\d/).scrollIntoViewIfNeeded();
  const overflow = await page.evaluate(() =>
    [...document.querySelectorAll('.graphiql-query-editor, .graphiql-response, .bar, .upstream, .graphiql-execute-button')]
      .filter((element) => element.getBoundingClientRect().right > innerWidth || element.getBoundingClientRect().width === 0)
      .map((element) => element.className),
  );
  assert.deepEqual(overflow, []);
  for (const [editor, pane] of [['.graphiql-query-editor .monaco-editor', '.graphiql-query-editor'], ['.result-window .monaco-editor', '.result-window']]) {
    const [inner, outer] = [await page.locator(editor).first().boundingBox(), await page.locator(pane).boundingBox()];
    assert.ok(outer.height >= 300, `${pane} is ${outer.height} high`);
    assert.ok(inner.y >= outer.y && inner.y <= outer.y + 50, `${editor} is at ${inner.y}, ${pane} at ${outer.y}, after scrolling`);
  }
  await page.getByRole('button', { name: 'Show GraphiQL Explorer' }).click();
  await page.locator('.graphiql-explorer-root').getByText('certificationTask', { exact: true }).first().waitFor();
});

test('somebody signs in at the gateway, and out', async () => {
  const { page, seen } = await openWith({}, process.env.SESSIONS);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.locator('button[name=identity][value=reviewer-1]').click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  await page.waitForFunction(() => globalThis.__MONACO?.editor.getModels().some((model) => model.uri.path.endsWith('response.json')));
  await type(page, '{ certifications(first: 1) { nodes { reviewer { name } } } }');
  const { data } = await answerOf(page);
  assert.equal(data.certifications.nodes.length, 1);
  assert.deepEqual(seen.problems.filter((problem) => !problem.includes('401')), []);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Sign in' }).waitFor();
  const { errors } = await answerOf(page, ({ errors }) => errors);
  assert.equal(errors[0].extensions.code, 'UNAUTHENTICATED');
});

test('a problem with the sign-in is said', async () => {
  const { page } = await openWith({});
  await page.route('**/playground/token', (route) => route.fulfill({ status: 502, body: '' }));
  await page.getByLabel('Signed in as').selectOption('reviewer-2');
  await page.getByText('The sandbox gave no token for reviewer-2.').waitFor();
  assert.equal(await page.getByLabel('Signed in as').inputValue(), '');
});
