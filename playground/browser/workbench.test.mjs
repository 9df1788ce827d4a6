// What the playground has beside GraphiQL: on a sandbox of its own, since it is reset and made to fail here.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, beforeEach, test } from 'node:test';
import { promisify } from 'node:util';
import { transformSync } from 'esbuild';
import { answerOf, awaitAnswer, launch, open, profile, readme, run, runs, signIn, text, type } from './page.mjs';

const base = process.env.CONTROLLED;
const execute = promisify(execFile);
let browser;
const profiles = {};

before(async () => {
  browser = await launch();
});
after(() => browser?.close());
beforeEach(() => control('reset', 'POST'));

/** Asks the sandbox's controls for something. */
async function control(path, method, body) {
  const response = await fetch(new URL(`playground/sandbox/${path}`, base), { method, headers: { 'content-type': 'application/json' }, body });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  return response;
}

/** Declares a test on the playground as it is at first, which must not have complained at its end. */
function onPage(name, options, act) {
  test(name, async () => {
    const at = (profiles[JSON.stringify(options)] ??= await profile(browser, options));
    await at.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const opened = await open(at, base);
    await act(opened.page, { ...opened, context: at.context });
    assert.deepEqual(opened.seen.problems, [], 'what the browser complained about');
  });
}

const wide = { viewport: { width: 1440, height: 900 } };
const estimate = (page) => page.getByRole('status', { name: 'Estimate' });
const notices = (page) => page.locator('.notices');
const menuOf = async (page, menu, item) => {
  await page.getByRole('button', { name: menu }).click();
  await page.getByRole('menu').getByText(item, { exact: true }).click();
};
const tabButtons = (page) => page.locator('.graphiql-tab-button');
/** Opens an example, and waits for its tab: what it needs is looked up first, and until then another operation would run. */
const example = async (page, name) => {
  const before = await tabButtons(page).count();
  await menuOf(page, 'Examples', name);
  await tabButtons(page).nth(before).waitFor();
};
const scene = (page, name) => menuOf(page, /^Sandbox/, name);
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

/** Waits until the page holds that an expression is true of the given argument. */
const until = (page, holds, argument) => page.waitForFunction(holds, argument);

onPage('a page without an answer says what this is, on which data, as whom, and where to begin', wide, async (page) => {
  const start = page.getByRole('region', { name: 'Access reviews as one graph' });
  await start.getByText('The sandbox, which plays a tenant').waitFor();
  await start.getByText('the gateway itself (org-admin)').waitFor();
  await signIn(page, 'reviewer-1');
  await start.getByText('reviewer-1 (priya.raman)').waitFor();
  await start.getByRole('button', { name: /^My queue/ }).click();
  assert.match(await text(page, 'operation.graphql'), /query Queue \{/);
  await answerOf(page);
  assert.equal(await start.count(), 0, 'there is an answer');
  await tabButtons(page).first().click();
  await start.waitFor(); // there is none in that tab
});

onPage('the estimate follows what is typed, and is quiet about what is not finished', wide, async (page) => {
  await type(page, '{ certifications(first: 3) { nodes { reviewers { totalCount');
  await until(page, () => document.querySelector('.estimate').innerText.replace(/\s+/g, ' ') === '4 calls');
  assert.match(await estimate(page).getAttribute('title'), /at most 4 upstream calls\.\ncertifications\.nodes\.reviewers: 3\ncertifications: 1/);
  let asked = 0;
  page.on('request', (request) => {
    asked += request.url().endsWith('/graphql') && request.postDataJSON().extensions?.dryRun === true;
  });
  await type(page, '{ certifications(first: ');
  await until(page, () => document.querySelector('.estimate').innerText === '');
  assert.equal(asked, 0, 'estimates of what is no document');
  await type(page, '{ certifications(first: 600) { nodes { reviewers { totalCount');
  await until(page, () => document.querySelector('.estimate').innerText.replace(/\s+/g, ' ') === '603 of 500');
  assert.match(await estimate(page).getAttribute('title'), /^It would be refused/);
});

onPage('an estimate that is no longer wanted is cancelled', wide, async (page) => {
  const isEstimate = (request) => request.url().endsWith('/graphql') && request.postDataJSON().extensions?.dryRun === true;
  let held;
  const isHeld = new Promise((resolve) => {
    page.route('**/graphql', (route) => {
      if (isEstimate(route.request()) && !held) {
        held = route.request();
        resolve();
        return undefined;
      }
      return route.continue();
    });
  });
  // Where typing is slow, the one that is held may be of a part of what is typed, and cancelled by the rest.
  const cancelled = new Promise((resolve) => page.on('requestfailed', (request) => request === held && resolve()));
  await type(page, '{ certifications { totalCount');
  await isHeld;
  await page.keyboard.press('Space');
  await cancelled;
  await until(page, () => document.querySelector('.estimate').innerText.replace(/\s+/g, ' ') === '1 call');
});

onPage('the calls of an answer are shown with their URLs along the time', wide, async (page) => {
  await type(page, '{ certifications(first: 3, filter: { phase: ACTIVE }) { nodes { reviewers { totalCount');
  const { extensions } = await answerOf(page);
  const rows = page.getByRole('region', { name: 'Upstream calls' }).locator('tbody tr');
  assert.equal(await rows.count(), 4);
  assert.match(await rows.first().locator('.path').innerText(), /^\/certifications\?.*filters=phase eq "ACTIVE".*limit=3/);
  assert.match(await rows.first().locator('.path').getAttribute('title'), /^http:\/\/127\.0\.0\.1:\d+\/v3\/certifications\?.*phase%20eq%20%22ACTIVE%22/);
  assert.match(await rows.nth(1).locator('.path').innerText(), /^\/certifications\/[0-9a-f]{8}…\/reviewers/);
  const lefts = await rows.locator('.bar-took').evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().left));
  assert.ok(lefts.slice(1).every((left) => left > lefts[0]), `the reviewers are asked for after the certifications: ${lefts}`);
  assert.ok(extensions.upstream.trace.every(({ startMs }) => startMs >= 0));
});

onPage('what waits for budget says how long, and can be cancelled', wide, async (page) => {
  await scene(page, 'Pause once');
  await page.getByText('The next call is asked to wait for 12 s.').waitFor();
  await run(page);
  const waiting = page.getByText(/^Waiting for budget, about \d+ s$/);
  await waiting.waitFor();
  const seconds = Number((await waiting.innerText()).match(/\d+/)[0]);
  assert.ok(seconds >= 1 && seconds <= 13, `about ${seconds} s`);
  await page.getByText('0 of 95').waitFor();
  await notices(page).getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Cancelled.').waitFor();
  await page.getByRole('button', { name: /^Execute query/ }).waitFor();
});

onPage('what is refused for want of budget says when it may be run again', wide, async (page) => {
  const errors = [{ message: 'The budget is spent.', extensions: { code: 'RATE_LIMITED', retryAfter: 12 } }];
  await page.route('**/graphql', (route) => route.fulfill({ json: { data: null, errors } }));
  await run(page);
  await page.getByText(/^Refused for want of budget\. It may be run again in 1[0-2] s\.$/).waitFor();
});

onPage('the budget is live', wide, async (page) => {
  const meter = page.getByRole('meter', { name: 'Budget' });
  await page.locator('.budget-figures').waitFor();
  await signIn(page, 'cert-admin'); // whose budget nobody else here spends
  await answerOf(page);
  await page.locator('.budget-full').waitFor();
  const left = () => meter.evaluate((element) => element.value);
  const first = await left();
  // Somebody else spends some of it, of which no answer of this page tells.
  const { token } = await (
    await fetch(new URL('playground/token', base), { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"id":"cert-admin"}' })
  ).json();
  await fetch(new URL('graphql', base), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ certifications(first: 30) { nodes { reviewers { totalCount } } } }' }),
  });
  await until(page, (most) => document.querySelector('.budget meter').value <= most, first - 20);
});

onPage('an operation is copied as curl, fetch and TypeScript, each of which works', wide, async (page) => {
  await type(page, 'query Some($n: Int!) { certifications(first: $n) { nodes { name phase access: campaign { name');
  await page.getByRole('button', { name: 'Variables' }).click();
  await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines').click();
  await page.keyboard.insertText('{ "n": 2 }');
  const copied = async (name) => {
    await menuOf(page, 'Copy as …', name);
    await page.getByText(`Copied: ${name}`).waitFor();
    return clipboard(page);
  };
  const curl = await copied('curl');
  const { stdout } = await execute('sh', ['-c', curl]);
  assert.equal(JSON.parse(stdout).data.certifications.nodes.length, 2, curl);

  const asFetch = await execute(process.execPath, ['--input-type=module', '-e', await copied('fetch')]);
  assert.match(asFetch.stdout, /certifications: \{ nodes: \[/);

  const typescript = await copied('TypeScript');
  assert.match(typescript, /export type Variables = \{\n {2}n: number;\n\};/);
  assert.match(typescript, /nodes: Array<\{\n {6}name: string \| null;\n {6}phase: '[A-Z_' |]+ \| null;\n {6}access: \{\n {8}name: string \| null;/);
  const { code } = transformSync(`${typescript}console.log(JSON.stringify(await some({ n: 2 })));`, { loader: 'ts', format: 'esm' });
  const asScript = await execute(process.execPath, ['--input-type=module', '-e', code]);
  assert.equal(JSON.parse(asScript.stdout).certifications.nodes.length, 2);

  await signIn(page, 'reviewer-1');
  const named = await copied('curl');
  assert.match(named, /-H "Authorization: Bearer \$TOKEN"/, 'a token is named, not copied');
});

onPage('a link carries the query, and runs nothing', wide, async (page, { context }) => {
  await example(page, '@defer');
  await until(page, () => globalThis.__MONACO.editor.getModels().some((model) => model.uri.path.endsWith('variables.json') && model.getValue().includes('"id"')));
  const [query, variables] = [await text(page, 'operation.graphql'), await text(page, 'variables.json')];
  await menuOf(page, 'Copy as …', 'Link to this query');
  await page.getByText('Copied: a link').waitFor();
  const other = await context.newPage();
  try {
    const ran = [];
    other.on('request', (request) => runs(request) && ran.push(request.url()));
    await other.goto(await clipboard(page));
    await until(other, (wanted) => globalThis.__MONACO?.editor.getModels().some((model) => model.getValue() === wanted), query);
    assert.equal(await text(other, 'variables.json'), variables);
    assert.equal(new URL(other.url()).hash, '');
    assert.deepEqual(ran, []);
    await answerOf(other, ({ data }) => data?.certification?.reviewItems);
  } finally {
    await other.close();
  }
});

onPage('there is an example for each job, and each works', wide, async (page) => {
  await example(page, 'My queue');
  await until(page, () => document.querySelector('select[aria-label="Signed in as"]').value === 'reviewer-1');
  const queue = await answerOf(page);
  assert.ok(queue.data.certifications.nodes.length > 0 && queue.data.viewer.userName === 'priya.raman');

  await example(page, 'Decide an item');
  const decided = await answerOf(page, ({ data }) => data?.decideReviewItems);
  assert.deepEqual(decided.data.decideReviewItems.decidedItems.map(({ decision }) => decision), ['APPROVE']);

  await example(page, 'Decide in bulk');
  const many = await answerOf(page, ({ data }) => data?.decideReviewItems?.decidedItemIds);
  assert.ok(many.data.decideReviewItems.decidedItemIds.length >= 1);
  assert.deepEqual(many.data.decideReviewItems.errors, []);

  await example(page, '@defer');
  const deferred = await answerOf(page, ({ data }) => data?.certification?.reviewItems.nodes.every(({ permissions }) => permissions));
  assert.ok(deferred.data.certification.reviewItems.nodes.length > 0);

  await example(page, 'Reassign and follow');
  const moved = await answerOf(page, ({ data }) => data?.reassignReviewItemsAsync);
  assert.deepEqual(moved.data.reassignReviewItemsAsync.errors, []);
  await notices(page).getByRole('button', { name: 'Follow it' }).click();
  const followed = await answerOf(page, ({ data }) => ['SUCCESS', 'ERROR'].includes(data?.certificationTask?.status));
  assert.equal(followed.data.certificationTask.status, 'SUCCESS');
});

onPage("the reviewer's day is run from its queue to its sign-off", wide, async (page) => {
  await example(page, "A reviewer's day");
  const operation = async (name, fits) => {
    await page.getByRole('button', { name: /^Execute query/ }).and(page.locator('[aria-haspopup=menu]')).click(); // once it knows that there are several
    await page.getByRole('menuitem', { name, exact: true }).click();
    return (await awaitAnswer(page, ({ data }) => data && fits(data))).data;
  };
  await operation('Queue', ({ certifications }) => certifications);
  const { certification } = await operation('Review', ({ certification }) => certification);
  assert.ok(certification.reviewItems.nodes.length > 0);
  const { decideReviewItems } = await operation('DecideAll', ({ decideReviewItems }) => decideReviewItems);
  assert.deepEqual(decideReviewItems.errors, []);
  const { signOffCertification } = await operation('SignOff', ({ signOffCertification }) => signOffCertification);
  assert.deepEqual([signOffCertification.errors, signOffCertification.certification.signed !== null], [[], true]);
});

onPage('an answer that is old after another identity was chosen says so, in its own tab', wide, async (page) => {
  await answerOf(page);
  await signIn(page, 'reviewer-1');
  const old = page.getByText('This answer is old: it is what the gateway itself (org-admin) got. Requests are now made as reviewer-1 (priya.raman).');
  await old.waitFor();
  await tabButtons(page).nth(1).click();
  await answerOf(page);
  assert.equal(await old.count(), 0, 'this one is new');
  await tabButtons(page).first().click();
  await old.waitFor();
  await answerOf(page);
  assert.equal(await old.count(), 0, 'it was asked again');
});

onPage('the sandbox fails where it is told to, and starts over', wide, async (page) => {
  await scene(page, 'Permissions fail');
  await page.getByRole('button', { name: 'Sandbox: Permissions fail' }).waitFor();
  await type(page, '{ certifications(first: 1) { nodes { reviewItems(first: 1) { nodes { permissions { totalCount');
  const { errors } = await answerOf(page);
  assert.equal(errors[0].extensions.code, 'FORBIDDEN');
  await page.reload();
  await page.getByRole('button', { name: 'Sandbox: Permissions fail' }).waitFor(); // it is in force for all pages

  await page.locator('.graphiql-tab-button', { hasText: 'Approve' }).click();
  await answerOf(page, ({ data }) => data?.decideReviewItems?.certification?.decisionsMade > 0);
  await scene(page, 'Reset');
  await page.getByText('The sandbox was reset.', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Sandbox', exact: true }).waitFor();
  await page.getByText('This answer is old: it is from before the sandbox was reset.').waitFor();
  assert.deepEqual(await (await control('faults', 'GET')).json(), []);
});

onPage('queries fit a screen of 1440 px', wide, async (page) => {
  const overflow = () =>
    page.evaluate(() => {
      const editor = globalThis.__MONACO.editor.getEditors().find((each) => each.getModel().uri.path.endsWith('operation.graphql'));
      return [editor.getScrollWidth(), editor.getLayoutInfo().contentWidth];
    });
  const fits = async (name) => {
    const [needed, there] = await overflow();
    assert.ok(needed <= there, `${name} takes ${needed} of ${there} px`);
  };
  for (const [i, name] of readme.entries()) {
    await tabButtons(page).nth(i).click();
    await fits(name);
  }
  // The examples need no line to go on in the next.
  for (const name of ['queue', 'decide', 'bulk', 'reassign', 'follow', 'defer', 'day']) {
    const lines = readFileSync(new URL(`../src/examples/${name}.graphql`, import.meta.url), 'utf8').split('\n');
    assert.deepEqual(lines.filter((line) => line.length > 57), [], name);
  }
});

onPage('many tabs scroll', wide, async (page) => {
  await type(page, 'query AnOperationWithALongName { __typename');
  for (let tab = 0; tab < 15; tab++) {
    await page.getByRole('button', { name: 'New tab' }).click();
  }
  const tabs = page.locator('.graphiql-tabs');
  const [width, there] = await tabs.evaluate((element) => [element.scrollWidth, element.clientWidth]);
  assert.ok(width > there && there > 600, `${width} px of tabs in ${there} px`);
  const box = await page.getByRole('button', { name: 'New tab' }).boundingBox();
  assert.ok(box.x + box.width <= 1440, 'the button for another tab is in sight');
  const inSight = () =>
    tabs.evaluate((element) => {
      const [all, active] = [element, element.querySelector('.graphiql-tab-active')].map((each) => each.getBoundingClientRect());
      return active.left >= all.left - 1 && active.right <= all.right + 1;
    });
  assert.ok(await inSight(), 'the new tab is in sight');
  await tabButtons(page).first().click();
  assert.ok(await inSight(), 'so is the first one, once it is active');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 1440);
});

onPage('Ctrl+Enter runs the operation from the start, once', wide, async (page) => {
  let ran = 0;
  page.on('request', (request) => {
    ran += runs(request);
  });
  await page.reload();
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  await until(page, () => globalThis.__MONACO?.editor.getModels().some((model) => model.uri.path.endsWith('response.json')));
  await page.keyboard.press('Control+Enter');
  await awaitAnswer(page, (answer) => answer.data);
  await page.locator('.graphiql-query-editor .monaco-editor').click();
  const answered = page.waitForResponse((response) => runs(response.request()));
  await page.keyboard.press('Control+Enter');
  await answered;
  assert.equal(ran, 2);
});

/** What GraphiQL and its editor do wrong by themselves, and Radix, whose menus stand outside all landmarks. */
const theirs = ['.monaco-editor', '.graphiql-tabs', '[data-radix-popper-content-wrapper]'];

for (const options of [wide, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' }]) {
  onPage(`axe finds nothing wrong with the page at ${options.viewport.width} px`, options, async (page) => {
    await page.evaluate(readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8'));
    const check = async (what) => {
      const { violations } = await page.evaluate((exclude) => globalThis.axe.run({ exclude: exclude.map((each) => [each]) }), theirs);
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target)}`), [], what);
    };
    await page.locator('.estimate strong').waitFor();
    await check('at the start');
    for (const menu of ['Examples', /^Sandbox/, 'Copy as …']) {
      await page.getByRole('button', { name: menu }).click();
      await page.getByRole('menu').waitFor();
      const { violations } = await page.evaluate(() => globalThis.axe.run('[role=menu]', { rules: { region: { enabled: false } } }));
      assert.deepEqual(violations.map(({ id }) => id), [], `the menu ${menu}`);
      await page.keyboard.press('Escape');
      await page.getByRole('menu').waitFor({ state: 'detached' });
    }
    await answerOf(page);
    await page.getByRole('table').waitFor();
    await signIn(page, 'reviewer-1');
    await page.locator('.old').waitFor();
    await check('with an old answer');
    await page.getByRole('switch', { name: 'Dry run' }).check();
    await answerOf(page, ({ extensions }) => extensions?.upstream.dryRun);
    await check('with an estimate by path');
  });
}

test('before a tenant the page takes a token, and holds no ids of the sandbox', async () => {
  const at = await profile(browser, wide);
  try {
    const tenant = process.env.TENANT;
    // Somebody has used a sandbox at the same address before.
    await at.page.goto(new URL('playground/favicon.svg', tenant).href);
    await at.page.evaluate(() => localStorage.setItem('graphiql:query', '{ certification(id: "c1d05e3f8a964b7792e0f6a43b1c8d01") { name } }'));
    const { page } = at;
    await page.goto(tenant);
    await page.locator('.graphiql-query-editor .view-line').first().waitFor();
    assert.deepEqual(await page.locator('.graphiql-tab-button').allInnerTexts(), ['Queue']);
    assert.doesNotMatch(await text(page, 'operation.graphql'), /[0-9a-f]{32}/);
    await page.getByText(`The tenant ${process.env.TENANT_HOST}. It is real`).waitFor();
    assert.equal(await page.getByRole('button', { name: /^Sandbox/ }).count(), 0);
    assert.equal(await page.getByLabel('Signed in as').count(), 0);
    await page.getByText('nobody. Enter an access token of the tenant above.').waitFor();
    const { errors } = await answerOf(page);
    assert.equal(errors[0].extensions.code, 'UNAUTHENTICATED');

    await page.getByLabel('Token').fill(process.env.TENANT_TOKEN);
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.getByText('with your token').waitFor();
    const { data } = await answerOf(page, (answer) => answer.data);
    assert.equal(data.viewer.userName, 'priya.raman');
    await page.getByText('Which calls these were is told on the sandbox alone.').waitFor();
    const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
    assert.ok(!stored.includes(process.env.TENANT_TOKEN), 'the token is stored nowhere');
    await page.getByRole('button', { name: 'Forget it' }).click();
    await page.getByText(/^This answer is old: it is what the bearer of your token got\./).waitFor();
    const refused = await answerOf(page, (answer) => answer.errors);
    assert.equal(refused.errors[0].extensions.code, 'UNAUTHENTICATED');
  } finally {
    await at.context.close();
  }
});
