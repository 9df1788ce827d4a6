// A page that the gateway itself serves, with a session, and on a tenant that is slow, down, or short of budget. After a
// second refusal for want of budget the gateway would leave the tenant alone for minutes, so there is one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { complaints, launch } from './browser.mjs';

const { GATEWAY: gateway, SANDBOX: sandbox, CLIENT: client } = process.env;
const endpoint = `${gateway}/graphql`;
let browser;
let page;
let problems;
before(async () => {
  browser = await launch();
  page = await browser.newPage();
  // The console has a line for each status of 401, 429 and 503, and of what graphcache says in development.
  problems = complaints(page, /status of (401|429|503)|^Invalid undefined: The field at `account`/);
});
after(() => browser?.close());

const address = (certification) => `${gateway}/pages/${client}.html?${new URLSearchParams({ certification })}`;
const rows = () => page.locator('tr');
const row = (n, text) => rows().nth(n).filter({ hasText: text });
const alert = (text) => page.getByRole('alert').filter({ hasText: text });

/** Signs in at the tenant, as a user of the sandbox. */
const signIn = () => page.getByRole('button', { name: /Priya Raman/ }).first().click();

/** Returns the gateway's data for the person who is signed in. */
async function ask(query, variables) {
  const response = await page.request.post(endpoint, { data: { query, variables } });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
}

/** Gives the sandbox faults while act runs. */
async function withFaults(faults, act) {
  const put = await fetch(`${sandbox}/sandbox/faults`, { method: 'PUT', body: JSON.stringify(faults) });
  assert.equal(put.status, 200, await put.text());
  try {
    return await act();
  } finally {
    await fetch(`${sandbox}/sandbox/faults`, { method: 'DELETE' });
  }
}

test(`${client} in a session`, async (t) => {
  let certification;

  await t.test('whoever is not signed in is led to sign in, and comes back', async () => {
    await page.goto(address('any'));
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn();
    await page.waitForURL(address('any'));
    const { certifications } = await ask('{ certifications(first: 250, reviewer: "me", filter: { phase: ACTIVE }) { nodes { id decisionsMade decisionsTotal reviewer { type } campaign { mandatoryCommentRequirement } } } }');
    certification = certifications.nodes.find(({ decisionsMade, decisionsTotal, reviewer }) => decisionsMade === 0 && decisionsTotal > 20 && reviewer.type === 'IDENTITY');
    await page.goto(address(certification.id));
    await rows().nth(9).waitFor();
  });

  await t.test('where a part cannot be read, the page shows the rest, and why', async () => {
    const down = [{ operation: 'getIdentityDecisionSummary', kind: 'status', status: 503, strikes: 'beforeApplying' }];
    await withFaults(down, async () => {
      await page.getByRole('button', { name: 'Summary' }).click();
      await page.locator('#summary', { hasText: 'ACTIVE' }).and(page.locator(':has(p)')).waitFor();
      assert.match(await page.locator('#summary').getByRole('alert').innerText(), /does not respond/);
    });
    await page.reload();
    await rows().nth(9).waitFor();
  });

  await t.test('what is deferred comes after the rest', async () => {
    const slow = [{ operation: 'getIdentityDecisionSummary', kind: 'latency', latencyMillis: 1500 }];
    await withFaults(slow, async () => {
      await page.getByRole('button', { name: 'Summary' }).click();
      await page.locator('#summary', { hasText: /^ACTIVE: …$/ }).waitFor();
      await page.locator('#summary', { hasText: `ACTIVE: 0 of ${certification.decisionsTotal} decided` }).waitFor();
    });
  });

  await t.test('while the tenant is down, the page says so', async () => {
    const down = [{ operation: '*', kind: 'status', status: 503, strikes: 'beforeApplying' }];
    await withFaults(down, async () => {
      await rows().nth(0).getByText('Approve').click();
      await alert('The service does not respond at the moment.').waitFor();
      assert.doesNotMatch(await rows().nth(0).innerText(), /APPROVE/, 'the decision is taken back');
    });
  });

  await t.test('while the tenant wants a pause, the page shows the decision, and sends it again', async () => {
    const statuses = [];
    const times = [];
    const note = (response) => {
      if (response.url() === endpoint) {
        statuses.push(response.status());
        times.push(Date.now());
      }
    };
    page.on('response', note);
    const pause = [{ operation: 'makeIdentityDecision', kind: 'status', status: 429, retryAfter: '4', strikes: 'beforeApplying', count: 1 }];
    await withFaults(pause, async () => {
      const refused = page.waitForResponse((response) => response.status() === 429);
      await rows().nth(1).getByText('Approve').click();
      const seconds = Number((await (await refused).allHeaders())['retry-after']);
      assert.ok(seconds >= 1, `it may try again after ${seconds} s`);
      await row(1, 'APPROVE').waitFor(); // as it will be
      await page.locator('output', { hasText: `1 of ${certification.decisionsTotal}` }).waitFor();
      assert.deepEqual(statuses, [429, 200]);
      assert.ok(times[1] - times[0] > seconds * 1000 - 500, `it waited ${times[1] - times[0]} ms of ${seconds} s`);
    });
    page.off('response', note);
    await row(1, 'APPROVE').waitFor();
    assert.equal(await page.getByRole('alert').filter({ hasText: 'too many' }).count(), 0);
  });

  await t.test('when the session has ended, the page leads to sign in, and comes back', async () => {
    const ended = await page.request.post(`${gateway}/auth/logout`, { data: {} });
    assert.equal(ended.status(), 200);
    await rows().nth(2).getByText('Approve').click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn();
    await page.waitForURL(address(certification.id));
    await rows().nth(9).waitFor();
    assert.doesNotMatch(await rows().nth(2).innerText(), /APPROVE/);
    await row(1, 'APPROVE').waitFor();
  });

  assert.deepEqual(problems, [], 'what the browser complained about');
});
