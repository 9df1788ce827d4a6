import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { complaints, hold, launch } from './browser.mjs';

const { GATEWAY: endpoint, PAGES: pages } = process.env;
const clients = ['relay', 'apollo', 'urql'];
const pageSize = 10;
// A task of the sandbox that has ended, so that its subscription has one event.
const task = 'a07b92e4f5c84d1bb6f3d0e9c8a71407';
let browser;
let certifications;

before(async () => {
  browser = await launch();
  certifications = await openCertifications();
});
after(() => browser?.close());

/** Returns the gateway's data for an operation. */
async function ask(query, variables) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
}

/** Returns certifications without decisions that have more than two pages of items. */
async function openCertifications() {
  const { certifications } = await ask(
    `{ certifications(first: 100, filter: { phase: ACTIVE, completed: false }) {
      nodes { id rawId name decisionsMade decisionsTotal reviewer { rawId type } }
    } }`,
  );
  const fitting = certifications.nodes.filter(
    ({ decisionsMade, decisionsTotal, reviewer }) =>
      decisionsMade === 0 && decisionsTotal > 2 * pageSize && decisionsTotal < 6 * pageSize && reviewer.type === 'IDENTITY',
  );
  assert.ok(fitting.length >= clients.length, `${fitting.length} certifications fit`);
  return fitting;
}

/** Revokes an item behind the back of the page that shows it. */
async function revoke(certification, itemId) {
  const { decideReviewItems } = await ask(
    'mutation ($input: DecideReviewItemsInput!) { decideReviewItems(input: $input) { errors { message } } }',
    { input: { certificationId: certification.id, decisions: [{ itemId, decision: 'REVOKE', comment: 'Moved to another team' }] } },
  );
  assert.deepEqual(decideReviewItems.errors, []);
}

/** Moves an item to another certification behind the back of the page that shows it. */
async function moveAway(certification, itemId) {
  const other = certifications.find(({ reviewer }) => reviewer.rawId !== certification.reviewer.rawId);
  const { reassignReviewItems } = await ask(
    'mutation ($input: ReassignReviewItemsInput!) { reassignReviewItems(input: $input) { errors { message } } }',
    {
      input: {
        certificationId: certification.id,
        references: [{ id: itemId, type: 'ITEM' }],
        reassignTo: other.reviewer.rawId,
        reason: 'Knows the team better',
      },
    },
  );
  assert.deepEqual(reassignReviewItems.errors, []);
}

/** Returns all items of a certification as a page shows them. */
async function itemsOf(certification) {
  const { node } = await ask(
    `query ($id: ID!) { node(id: $id) { ... on Certification { reviewItems(first: 1000) { nodes {
      id identity { name } access { name ... on Entitlement { account { nativeIdentity } } } decision
    } } } } }`,
    certification,
  );
  return node.reviewItems.nodes.map(({ id, identity, access, decision }) =>
    [id, identity?.name, access?.name, access?.account?.nativeIdentity, decision].map((text) => text ?? ''),
  );
}

/** Returns the rows that a page shows. */
function rowsOn(page) {
  return page.locator('tr').evaluateAll((rows) =>
    rows.map((row) => [row.id, ...[...row.cells].slice(0, 4).map((cell) => cell.textContent)]),
  );
}

/** What a browser complains about: in development graphcache says that an object lacks the fields of fragments on other types. */
const expected = { urql: /^Invalid undefined: The field at `account`/ };

for (const [number, client] of clients.entries()) {
  test(`a page in ${client}`, async () => {
    const certification = certifications[number];
    const page = await browser.newPage();
    const sent = [];
    const problems = complaints(page, expected[client]);
    page.on('request', (request) => request.url().startsWith(endpoint) && sent.push(request.method()));
    const rows = page.locator('tr');
    const row = (n, text) => rows.nth(n).filter({ hasText: text });

    /** Makes the page send one operation, and returns the calls that it took, or would have taken without the cache and shared reads. */
    const callsOf = async (act) => {
      const [response] = await Promise.all([
        page.waitForResponse((answer) => answer.url() === endpoint && answer.request().method() === 'POST'),
        act(),
      ]);
      const { errors, extensions } = await response.json();
      assert.equal(errors, undefined);
      const { calls, cached, coalesced } = extensions.upstream;
      return calls + cached + coalesced;
    };

    // The first page of rows, requested with the id of the REST API.
    const target = `${pages}/${client}.html?${new URLSearchParams({ endpoint, certification: certification.rawId })}`;
    assert.equal(await callsOf(() => page.goto(target)), 2, 'the certification, and a page of its items');
    await rows.nth(pageSize - 1).waitFor();
    const items = await itemsOf(certification);
    assert.deepEqual(await rowsOn(page), items.slice(0, pageSize));
    assert.equal(await page.locator('h1').innerText(), certification.name);

    // The second page.
    assert.equal(await callsOf(() => page.getByText('More').click()), 2, 'the certification, and a page of its items');
    await rows.nth(2 * pageSize - 1).waitFor();
    assert.deepEqual(await rowsOn(page), items.slice(0, 2 * pageSize));

    // A row that is read again after another person has decided it.
    await revoke(certification, items[3][0]);
    assert.equal(await callsOf(() => rows.nth(3).getByText('Refresh').click()), 1, 'the item');
    await row(3, 'REVOKE').waitFor();

    // A mutation, which shows in the row at once, and whose response changes the heading.
    const approve = (n) => async () => {
      const release = await hold(page, endpoint);
      await rows.nth(n).getByText('Approve').click();
      await row(n, 'APPROVE').waitFor();
      assert.equal((await rowsOn(page))[n][1], items[n][1], 'the rest of the row is as it was');
      release();
    };
    assert.equal(await callsOf(approve(14)), 3, 'the check, the decision, and the item');
    await row(14, 'APPROVE').waitFor();
    await page.locator('output', { hasText: `2 of ${certification.decisionsTotal}` }).waitFor();

    // The rest of the pages, up to the last.
    for (let shown = 2 * pageSize; shown < items.length; shown += pageSize) {
      await callsOf(() => page.getByText('More').click());
      await rows.nth(Math.min(shown + pageSize, items.length) - 1).waitFor();
    }
    assert.equal(await page.getByText('More').count(), 0);
    assert.deepEqual(await rowsOn(page), await itemsOf(certification));

    // A mutation that is refused, because the item was moved elsewhere.
    await moveAway(certification, items[7][0]);
    await callsOf(approve(7));
    assert.match(await rows.nth(7).locator('em').innerText(), /reassigned/);
    assert.deepEqual((await rowsOn(page))[7], items[7], 'the decision is taken back');

    const operations = 3 + Math.ceil(items.length / pageSize);
    assert.equal(sent.filter((method) => method === 'POST').length, operations, `operations among ${sent}`);
    assert.deepEqual(problems, [], 'what the browser complained about');
    await page.close();
  });

  for (const streams of ['websocket', 'events']) {
    test(`a page in ${client} follows a task over ${streams}`, async () => {
      const page = await browser.newPage();
      const problems = complaints(page, expected[client]);
      const sockets = [];
      page.on('websocket', (socket) => sockets.push(socket.url()));
      const certification = certifications[number].id;
      await page.goto(`${pages}/${client}.html?${new URLSearchParams({ endpoint, certification, task, streams })}`);
      await page.locator('#task', { hasText: 'ERROR' }).waitFor();
      assert.deepEqual(sockets, streams === 'events' ? [] : [endpoint.replace('http', 'ws')]);
      assert.deepEqual(problems, [], 'what the browser complained about');
      await page.close();
    });
  }
}
