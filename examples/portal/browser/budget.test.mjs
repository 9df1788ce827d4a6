import assert from 'node:assert/strict';
import { withFaults } from '../../browser/gateway.mjs';
import { approve, decisions, free, idOf, items, onPortal, open, pressed, until } from './portal.mjs';

// After a second refusal the gateway would leave the tenant alone for minutes, so that there is one, and this file has
// a gateway to itself.
onPortal('while the tenant wants a pause, the page says how long, and goes on by itself', async (page) => {
  await open(page, free);
  const item = items(page).first();
  const id = await idOf(item);
  await withFaults([{ operation: 'makeIdentityDecision', kind: 'status', status: 429, retryAfter: '8', strikes: 'beforeApplying', count: 1 }], async () => {
    await approve(item).click();
    await page.getByText(/Waiting for budget, about \d s/).waitFor();
    await pressed(approve(item)); // as it will be
    await page.getByLabel('Kind', { exact: true }).selectOption('Entitlements'); // which waits as well
    await page.getByText('Reading items…').waitFor();
    await page.getByText('Waiting for budget').waitFor({ state: 'detached' });
    await items(page).first().waitFor();
  });
  await until(async () => (await decisions(page, [id]))[0].decision === 'APPROVE', 'the decision is made');
  assert.equal(await page.getByRole('alert').count(), 0);
}, { expected: /status of 4(01|29)/ });
