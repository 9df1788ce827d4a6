import assert from 'node:assert/strict';
import { data, items, onPortal, until } from './portal.mjs';

const rows = (page) => page.locator('tbody tr');

onPortal('the queue has what is to review by its due date, with its progress, and more as long as there is more', async (page) => {
  const { certifications } = await data(page, `{ certifications(reviewer: "me", first: 250, filter: { phase: ACTIVE }, orderBy: [{ field: DUE }]) {
    nodes { name due decisionsMade decisionsTotal } } }`);
  const all = certifications.nodes;
  assert.ok(all.length > 50 && all[0].due < new Date().toISOString());
  await rows(page).first().waitFor();
  const first = await rows(page).first().innerText();
  assert.ok(first.startsWith(all[0].name), first);
  assert.match(first, /overdue/);
  assert.match(first, new RegExp(`${all[0].decisionsMade} of ${all[0].decisionsTotal}`));

  await page.getByText(`50 of ${all.length} shown`).waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await until(async () => (await rows(page).count()) === all.length, 'all are shown');
  assert.equal(await page.getByRole('button', { name: 'More' }).count(), 0);
  const names = await page.locator('tbody th > :first-child').allInnerTexts();
  assert.deepEqual(names, all.map(({ name }) => name));
});

onPortal('what is signed off is still to be seen, and cannot be changed', async (page) => {
  await page.getByRole('link', { name: 'Signed off' }).click();
  await page.getByRole('heading', { name: 'Signed off' }).waitFor();
  await page.locator('tbody a').first().click();
  await items(page).first().waitFor();
  assert.match(await page.locator('.title').innerText(), /Signed off/);
  assert.match(await items(page).first().innerText(), /Approved|Revoked/);
  assert.equal(await page.getByRole('button', { name: /^(Approve|Revoke|Sign off)/ }).count(), 0);
  assert.equal(await page.getByRole('checkbox').count(), 0);
  await page.getByRole('link', { name: 'All reviews' }).click();
  await page.getByRole('heading', { name: 'Signed off' }).waitFor();
});

onPortal('what a governance group reviews is listed, and not linked to', async (page) => {
  const ofGroup = rows(page).filter({ hasText: 'for the group' }).first();
  await ofGroup.waitFor();
  assert.equal(await ofGroup.getByRole('link').count(), 0);
}, { as: /Søren Kjærgård/ });

onPortal('an address that is no page says so, and leads back', async (page) => {
  await page.goto(`${page.url()}nowhere/at/all`);
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  await page.getByRole('link', { name: 'Show my reviews' }).click();
  await rows(page).first().waitFor();
});
