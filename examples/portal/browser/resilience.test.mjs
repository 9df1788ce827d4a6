import assert from 'node:assert/strict';
import { withFaults } from '../../browser/gateway.mjs';
import { address, approve, free, items, onPortal, open, pressed, revoke, signIn, until } from './portal.mjs';

const status = /the server responded with a status of/; // of an answer that is an error, in the console

/** Ends the session at the gateway, as its time does. */
async function endSession(context) {
  const response = await context.request.post(`${process.env.GATEWAY}/auth/logout`, { headers: { 'content-type': 'application/json' }, data: {} });
  assert.equal(response.status(), 200);
}

onPortal('after a session has ended, signing in leads back to the same place', async (page, context) => {
  await open(page, free, '?group=access&show=undecided');
  await page.getByRole('navigation', { name: 'Identities' }).getByRole('listitem').nth(2).getByRole('button').click();
  await page.waitForURL(/identity=/);
  await until(async () => (await items(page).count()) > 0 && (await items(page).count()) < 15, 'the items of one identity');
  const [place, shown] = [page.url(), await page.locator('.items').innerText()];
  await endSession(context);
  await page.keyboard.press('j');
  await page.keyboard.press('a');
  await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
  assert.equal(await items(page).count(), 0, 'nothing of the review is left on the page');
  await page.getByRole('link', { name: 'Sign in again' }).click();
  await page.getByRole('button', { name: /Priya Raman/ }).first().click();
  await items(page).first().waitFor();
  assert.equal(page.url(), place);
  await until(async () => (await page.locator('.items').innerText()) === shown, 'the same items as before');
}, { expected: status, ownSession: true });

onPortal('while the tenant is down, the page says so, keeps what it has, and offers to try again', async (page) => {
  await open(page, free);
  const down = [{ operation: '*', kind: 'status', status: 503, strikes: 'beforeApplying' }];
  const item = items(page).first();
  await withFaults(down, async () => {
    await revoke(item).click();
    await item.getByRole('alert').filter({ hasText: 'The tenant does not respond' }).waitFor();
    assert.equal(await revoke(item).getAttribute('aria-pressed'), 'false');
    await page.getByLabel('Show', { exact: true }).selectOption('Undecided');
    await page.getByRole('alert').filter({ hasText: 'The tenant does not respond' }).waitFor();
  });
  await page.getByRole('button', { name: 'Try again' }).click();
  await items(page).first().waitFor();
  await page.getByRole('button', { name: 'Try again' }).waitFor({ state: 'detached' });
}, { expected: status });

onPortal('while the gateway cannot be reached, the page says so, and offers to try again', async (page, context) => {
  await context.route('**/graphql', (route) => route.abort());
  await page.reload();
  await page.getByRole('alert').filter({ hasText: 'The gateway cannot be reached.' }).waitFor();
  await context.unroute('**/graphql');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('tbody tr').first().waitFor();
}, { expected: /ERR_FAILED|status of/ });

onPortal('what is decided in one tab shows in the other', async (page, context) => {
  await open(page, free);
  const other = await context.newPage();
  await other.goto(page.url());
  await items(other).first().waitFor();
  await approve(items(page).first()).click();
  await pressed(approve(items(other).first()));
  await until(async () => (await other.locator('.facts').innerText()) === (await page.locator('.facts').innerText()), 'the same counts');
});

onPortal('who signs out in one tab is signed out in the other, and somebody else sees their own reviews', async (page, context) => {
  const other = await context.newPage();
  await other.goto(address);
  await other.locator('tbody tr').first().waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await other.getByRole('heading', { name: 'Your session has ended' }).waitFor();
  assert.equal(await other.locator('tbody tr').count(), 0);

  await page.getByRole('heading', { name: 'Sign in' }).first().waitFor();
  await page.goto(address);
  await signIn(page, /Søren Kjærgård/);
  await page.locator('tbody tr').first().waitFor();
  await other.reload();
  await other.getByText('Signed in as').waitFor();
  assert.match(await other.locator('.user').innerText(), /soren/i);
}, { ownSession: true });
