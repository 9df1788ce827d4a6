import assert from 'node:assert/strict';
import { approve, checkbox, data, free, idOf, items, large, onPortal, open, pressed, until } from './portal.mjs';

const dialog = (page) => page.getByRole('dialog');

/** Finds a person in the dialog, and chooses them. */
async function choose(page, typed, name) {
  await dialog(page).getByLabel('Name or e-mail address').fill(typed);
  await dialog(page).getByRole('radio', { name }).check();
}

onPortal('items are reassigned to a person who is looked for', async (page) => {
  const { id, decisionsTotal } = await open(page, free);
  const ids = [];
  for (const i of [0, 1]) {
    await checkbox(items(page).nth(i)).check();
    ids.push(await idOf(items(page).nth(i)));
  }
  await page.getByRole('button', { name: 'Reassign…' }).click();
  await dialog(page).getByRole('heading', { name: 'Reassign 2 items' }).waitFor();
  await dialog(page).getByText(/^50 of \d[\d,]* shown$/).waitFor();
  await dialog(page).getByRole('button', { name: 'More' }).click();
  await dialog(page).getByText(/^100 of \d[\d,]* shown$/).waitFor();

  await dialog(page).getByRole('button', { name: 'Reassign', exact: true }).click();
  await dialog(page).getByText('Choose who takes over.').waitFor();
  const before = await dialog(page).getByRole('button', { name: 'Cancel' }).boundingBox();
  await choose(page, 'Amara O', /Amara O'Neill/);
  await until(async () => (await dialog(page).getByRole('radio').count()) < 50, 'the list is searched');
  const after = await dialog(page).getByRole('button', { name: 'Cancel' }).boundingBox();
  assert.equal(after.y, before.y); // whoever clicks while people are found hits what they mean
  await dialog(page).getByRole('button', { name: /^Reassign to Amara/ }).click();
  await dialog(page).getByText('Say why, for whoever takes over.').waitFor();
  await dialog(page).getByLabel('Reason').fill('Her team now');
  await page.keyboard.press('Enter');
  await dialog(page).waitFor({ state: 'detached' });

  await page.getByText(`0 of ${decisionsTotal - 2}`, { exact: true }).waitFor();
  const shown = () => items(page).evaluateAll((list) => list.map((item) => item.dataset.item));
  await until(async () => !(await shown()).some((id) => ids.includes(id)), 'they have left the list');
  const { certification } = await data(page, 'query Total($id: ID!) { certification(id: $id) { decisionsTotal } }', { id });
  assert.equal(certification.decisionsTotal, decisionsTotal - 2);
});

onPortal('all items of an identity are reassigned', async (page) => {
  const { identitiesTotal } = await open(page, free);
  const sidebar = page.getByRole('navigation', { name: 'Identities' });
  const name = await sidebar.getByRole('listitem').nth(1).innerText();
  await sidebar.getByRole('button', { name }).first().click();
  await page.getByRole('button', { name: 'Reassign this identity…' }).click();
  await dialog(page).getByRole('heading', { name: `Reassign ${name}` }).waitFor();
  await choose(page, 'cedric', /Cedric Adeyemi/);
  await dialog(page).getByLabel('Reason').fill('Conflict of interest');
  await page.keyboard.press('Enter');
  await dialog(page).waitFor({ state: 'detached' });
  await page.getByText(`0 of ${identitiesTotal - 1}`, { exact: true }).waitFor();
  await until(async () => (await sidebar.getByRole('listitem').count()) === identitiesTotal, 'the identity has left the sidebar'); // which has "all" as well
});

onPortal('nobody takes over from themselves, and what is decided stays', async (page) => {
  await open(page, free);
  const item = items(page).first();
  await approve(item).click();
  await pressed(approve(item));
  await checkbox(item).check();
  await page.getByRole('button', { name: 'Reassign…' }).click();
  await dialog(page).getByText('Only undecided items can be reassigned.').waitFor();
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
  await checkbox(items(page).nth(1)).check();
  await page.getByRole('button', { name: 'Reassign…' }).click();
  await dialog(page).getByRole('heading', { name: 'Reassign 1 item' }).waitFor();
  await dialog(page).getByLabel('Name or e-mail address').fill('priya');
  await until(async () => {
    const found = await dialog(page).locator('.found label').allInnerTexts();
    return found.every((text) => /priya/i.test(text) && !text.includes('priya.raman@'));
  }, 'only others');
});

onPortal('many items are reassigned in the background, and the page follows that to its end', async (page) => {
  const { id, decisionsTotal } = await open(page, large);
  await page.locator('.items').getByRole('button', { name: 'More' }).click();
  await until(async () => (await items(page).count()) === 100, '100 items');
  const groups = page.getByRole('checkbox', { name: /^Select all shown/ });
  const selected = async () => Number((await page.locator('.count strong').innerText({ timeout: 1000 }).catch(() => '0')).split(' ')[0]);
  for (let i = 0; (await selected()) <= 50; i++) {
    await groups.nth(i).check();
  }
  const count = await selected();
  await page.getByRole('button', { name: 'Reassign…' }).click();
  await choose(page, 'amara', /Amara O'Neill/);
  await dialog(page).getByLabel('Reason').fill('Too many for one');
  await dialog(page).getByRole('button', { name: /^Reassign to Amara/ }).click();
  await dialog(page).waitFor({ state: 'detached' });

  const progress = page.getByRole('list', { name: 'Reassignments under way' });
  await progress.getByText(/waiting to be started|moving items/).first().waitFor();
  await page.reload(); // the tenant knows of it, not only this page
  await progress.getByText(/waiting to be started|moving items/).first().waitFor();
  await progress.getByText('Reassignment: done').waitFor();
  await page.getByText(`0 of ${(decisionsTotal - count).toLocaleString('en')}`, { exact: true }).waitFor();
  await page.getByText(`50 of ${(decisionsTotal - count).toLocaleString('en')} shown`).waitFor(); // the list was read again
  const { certification } = await data(page, 'query Total($id: ID!) { certification(id: $id) { decisionsTotal } }', { id });
  assert.equal(certification.decisionsTotal, decisionsTotal - count);
});
