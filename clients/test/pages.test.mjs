import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const { GATEWAY: endpoint, PAGES: pages, CHROMIUM: executablePath } = process.env;
const clients = ['relay', 'apollo', 'urql'];
const pageSize = 10;
let browser;
let certifications;

before(async () => {
  browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox', // it refuses to start as root otherwise
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
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

for (const [number, client] of clients.entries()) {
  test(`a page in ${client}`, async () => {
    const certification = certifications[number];
    const page = await browser.newPage();
    const sent = [];
    const problems = [];
    page.on('request', (request) => request.url().startsWith(endpoint) && sent.push(request.method()));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
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

    // A mutation, whose response changes the row and the heading.
    assert.equal(await callsOf(() => rows.nth(14).getByText('Approve').click()), 3, 'the check, the decision, and the item');
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
    await callsOf(() => rows.nth(7).getByText('Approve').click());
    await rows.nth(7).locator('em').waitFor();
    assert.deepEqual((await rowsOn(page))[7], items[7]);

    const operations = 3 + Math.ceil(items.length / pageSize);
    assert.equal(sent.filter((method) => method === 'POST').length, operations, `operations among ${sent}`);
    assert.deepEqual(problems.filter((problem) => !expected(client, problem)), [], 'what the browser complained about');
    await page.close();
  });
}

/** In development graphcache complains that an object lacks the fields of fragments on other types. */
function expected(client, problem) {
  return client === 'urql' && problem.startsWith('Invalid undefined: The field at `account`');
}
