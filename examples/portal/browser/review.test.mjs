import assert from 'node:assert/strict';
import { withFaults } from '../../browser/gateway.mjs';
import { approve, checkbox, data, decisions, free, holdDecision, idOf, items, large, onPortal, open, pressed, revoke, until, untouched } from './portal.mjs';

const groups = (page) => page.getByRole('heading', { level: 2 });
const sidebar = (page) => page.getByRole('navigation', { name: 'Identities' });

onPortal('an identity is chosen in the sidebar, and its items are shown alone', async (page) => {
  const { id } = await open(page, free);
  const { certification } = await data(page, `query Of($id: ID!) { certification(id: $id) { identitySummaries(first: 250, orderBy: [{ field: NAME }]) { nodes {
    name reviewItems(first: 250) { nodes { id } } } } } }`, { id });
  const [first, second] = certification.identitySummaries.nodes;
  await sidebar(page).getByRole('button', { name: second.name }).click();
  await until(async () => (await items(page).count()) === second.reviewItems.nodes.length && (await groups(page).allInnerTexts()).join() === second.name, 'only their items');

  // When the last of them is decided, the identity is done.
  for (let i = 0; i < second.reviewItems.nodes.length; i++) {
    await approve(items(page).nth(i)).click();
  }
  await sidebar(page).getByRole('button', { name: `${second.name} done` }).waitFor();
  assert.equal(await sidebar(page).getByRole('button', { name: `${first.name} done` }).count(), 0);
  await sidebar(page).getByRole('button', { name: 'All identities' }).click();
  await groups(page).filter({ hasText: first.name }).first().waitFor();
});

onPortal('items are grouped by identity or by access', async (page) => {
  await open(page, free);
  const byIdentity = await groups(page).allInnerTexts();
  assert.deepEqual(byIdentity, byIdentity.toSorted((a, b) => a.localeCompare(b)));
  const access = await items(page).first().getByRole('heading').innerText();
  await page.getByLabel('Group by').selectOption('Access');
  await groups(page).filter({ hasText: access }).first().waitFor();
  assert.ok(byIdentity.includes(await items(page).first().getByRole('heading').innerText()), 'now the items are named by their identity');
  await page.reload();
  await groups(page).filter({ hasText: access }).first().waitFor(); // the address has it
});

onPortal('items are searched and filtered', async (page) => {
  await open(page, ({ decisionsMade, decisionsTotal }) => decisionsMade > 3 && decisionsTotal - decisionsMade > 3);
  const shown = async () => (await items(page).count()) > 0;
  await page.getByLabel('Show', { exact: true }).selectOption('Undecided');
  await until(async () => (await shown()) && (await page.locator('[aria-pressed="true"]').count()) === 0, 'only undecided items');
  await page.getByLabel('Show', { exact: true }).selectOption('Decided');
  await until(async () => (await shown()) && (await page.locator('[aria-pressed="true"]').count()) === (await items(page).count()), 'only decided items');
  await page.getByLabel('Show', { exact: true }).selectOption('All');
  await page.getByLabel('Kind', { exact: true }).selectOption('Entitlements');
  await until(async () => (await shown()) && (await page.locator('.what .faint').allInnerTexts()).every((text) => text.startsWith('Entitlement')), 'only entitlements');

  const name = await items(page).first().getByRole('heading').innerText();
  await page.getByLabel('Search access').fill(name);
  await until(async () => new Set(await page.getByRole('heading', { level: 3 }).allInnerTexts()).size === 1, 'only what is searched for');
  await page.reload();
  await items(page).first().waitFor();
  assert.equal(await page.getByLabel('Search access').inputValue(), name);
  await page.getByLabel('Search access').fill('no such access');
  await page.getByText('No item fits what you have chosen.').waitFor();
});

onPortal('identities are searched, and there are more of them', async (page) => {
  const { identitiesTotal } = await open(page, large);
  await sidebar(page).getByText(`50 of ${identitiesTotal} shown`).waitFor();
  await sidebar(page).getByRole('button', { name: 'More' }).click();
  await sidebar(page).getByText(`100 of ${identitiesTotal} shown`).waitFor();
  await page.getByText('50 of 1,150 shown').waitFor();
  await page.locator('.items').getByRole('button', { name: 'More' }).click();
  await until(async () => (await items(page).count()) === 100, '50 more items');

  await page.getByLabel('Search identities').fill('Ze');
  await until(async () => (await sidebar(page).getByRole('listitem').allInnerTexts()).slice(1).every((name) => name.startsWith('Ze')), 'only who is searched for');
});

onPortal('a decision is made by the keys j, k, a, r and x', async (page) => {
  await open(page, free);
  const focused = () => page.evaluate(() => document.activeElement.getAttribute('data-item'));
  const [first, second] = [items(page).nth(0), items(page).nth(1)];
  await page.keyboard.press('j');
  assert.equal(await focused(), await idOf(first));
  await page.keyboard.press('a');
  await pressed(approve(first));
  await page.keyboard.press('j');
  assert.equal(await focused(), await idOf(second));
  await page.keyboard.press('r');
  await pressed(revoke(second));
  await page.keyboard.press('k');
  await page.keyboard.press('k'); // there is none before the first
  assert.equal(await focused(), await idOf(first));
  await page.keyboard.press('x');
  await page.getByText('1 selected').waitFor();
  // In a field, they are letters.
  await page.getByLabel('Comment for all').fill('');
  await page.getByLabel('Comment for all').pressSequentially('jar');
  assert.equal(await page.getByLabel('Comment for all').inputValue(), 'jar');
  const ids = [await idOf(first), await idOf(second)];
  await until(async () => JSON.stringify(await decisions(page, ids)) === JSON.stringify([{ decision: 'APPROVE', comment: null }, { decision: 'REVOKE', comment: null }]), 'the gateway has both');
});

onPortal('many items are decided at once, with one comment', async (page) => {
  await open(page, untouched);
  const ids = [];
  for (let i = 0; i < 4; i++) {
    await checkbox(items(page).nth(i)).check();
    ids.push(await idOf(items(page).nth(i)));
  }
  await page.getByText('4 selected').waitFor();
  await page.getByLabel('Comment for all').fill('Left the project');
  await page.getByRole('button', { name: 'Revoke all' }).click();
  await page.getByRole('group', { name: 'Selected items' }).waitFor({ state: 'detached' });
  assert.deepEqual(await decisions(page, ids), ids.map(() => ({ decision: 'REVOKE', comment: 'Left the project' })));
  await page.getByRole('status').filter({ hasText: '4 revoked.' }).waitFor();

  const group = page.getByRole('checkbox', { name: /^Select all shown/ }).first();
  await group.check();
  await page.getByLabel('Comment for all').fill('Still needed');
  await page.getByRole('button', { name: 'Approve all' }).click();
  await pressed(approve(items(page).first()));
  await page.getByText('“Still needed”').first().waitFor();
});

onPortal('a comment that the campaign demands is asked for', async (page) => {
  const strict = ({ campaign }) => campaign.mandatoryCommentRequirement === 'ALL_DECISIONS';
  await open(page, (each) => strict(each) && untouched(each));
  const item = items(page).first();
  await approve(item).click();
  await item.getByText('The campaign requires a comment').waitFor();
  assert.equal(await item.getByLabel('Comment', { exact: true }).evaluate((field) => field === document.activeElement), true);
  await item.getByRole('button', { name: 'Approve with comment' }).click(); // it is still empty
  await item.getByLabel('Comment', { exact: true }).fill('Confirmed');
  await page.keyboard.press('Enter');
  await pressed(approve(item));
  await item.getByText('“Confirmed”').waitFor();
  assert.deepEqual(await decisions(page, [await idOf(item)]), [{ decision: 'APPROVE', comment: 'Confirmed' }]);

  await checkbox(items(page).nth(1)).check();
  await page.getByRole('button', { name: 'Revoke all' }).click();
  await page.getByRole('alert').filter({ hasText: 'The campaign requires a comment' }).waitFor();
  await page.getByLabel('Comment for all').fill('Unused');
  await page.getByRole('button', { name: 'Revoke all' }).click();
  await pressed(revoke(items(page).nth(1)));
});

onPortal('a decision is changed until the sign-off', async (page) => {
  await open(page, free);
  const item = items(page).first();
  await approve(item).click();
  await pressed(approve(item));
  await revoke(item).click();
  await pressed(revoke(item));
  await item.getByRole('button', { name: 'Comment' }).click();
  await item.getByLabel('Comment', { exact: true }).fill('Moved on');
  await item.getByRole('button', { name: 'Revoke with comment' }).click();
  await item.getByText('“Moved on”').waitFor();
  const id = await idOf(item);
  await until(async () => (await decisions(page, [id]))[0].comment === 'Moved on', 'the gateway has the last');
  await page.reload();
  await pressed(revoke(items(page).first()));
  await page.getByText('“Moved on”').waitFor();
});

onPortal('the last decision about an item counts, however slow the one before it is', async (page) => {
  await open(page, free);
  const release = await holdDecision(page);
  const [first, second] = [items(page).nth(0), items(page).nth(1)];
  await approve(first).click();
  await pressed(approve(first));
  await revoke(first).click();
  await pressed(revoke(first)); // it shows at once all the same
  await approve(second).click();
  const ids = [await idOf(first), await idOf(second)];
  const made = () => decisions(page, ids).then((items) => items.map(({ decision }) => decision));
  await until(async () => (await made())[1] === 'APPROVE', 'another item does not wait');
  assert.deepEqual(await made(), [null, 'APPROVE']);
  release();
  await until(async () => (await made())[0] === 'REVOKE', 'the gateway has the last');
  await page.getByRole('status').filter({ hasText: '1 revoked.' }).waitFor();
  await pressed(revoke(first));
});

onPortal('the browser asks before it leaves a page whose decisions are not saved yet', async (page) => {
  const asked = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    return dialog.dismiss(); // which stays on the page
  });
  await open(page, free);
  const release = await holdDecision(page);
  await approve(items(page).first()).click();
  await page.evaluate(() => location.reload());
  await until(() => asked.length > 0, 'the browser asks');
  release();
  await page.getByRole('status').filter({ hasText: '1 approved.' }).waitFor();
  await page.reload();
  await pressed(approve(items(page).first()));
  assert.deepEqual(asked, ['beforeunload']);
});

onPortal('what is refused stands beside its item, and the others are kept apart', async (page) => {
  // The tenant does not say that it demands comments, and then does.
  await withFaults([{ operation: 'getIdentityCertification', kind: 'absent', fields: ['mandatoryCommentRequirement'] }], async () => {
    const strict = ({ campaign }) => campaign.mandatoryCommentRequirement === 'REVOKE_ONLY_DECISIONS';
    const { id } = await open(page, (each) => strict(each) && untouched(each));
    const [first, second] = [items(page).nth(0), items(page).nth(1)];
    await approve(first).click();
    await pressed(approve(first));
    await revoke(second).click();
    await second.getByRole('alert').filter({ hasText: 'The campaign requires a comment for this decision.' }).waitFor();
    assert.equal(await first.getByRole('alert').count(), 0);
    assert.equal(await revoke(second).getAttribute('aria-pressed'), 'false'); // what was shown at once is taken back
    const { certification } = await data(page, 'query Made($id: ID!) { certification(id: $id) { decisionsMade } }', { id });
    assert.equal(certification.decisionsMade, 1);

    await second.getByRole('button', { name: 'Comment' }).click();
    await second.getByLabel('Comment', { exact: true }).fill('Unused');
    await withFaults([{ operation: 'makeIdentityDecision', kind: 'status', status: 503, strikes: 'beforeApplying' }], async () => {
      await revoke(second).click();
      await second.getByRole('alert').filter({ hasText: 'It is not known whether this was saved.' }).waitFor();
    });
    assert.equal(await second.getByLabel('Comment', { exact: true }).inputValue(), 'Unused'); // it need not be written again
    await revoke(second).click();
    await pressed(revoke(second));
    await second.getByRole('alert').waitFor({ state: 'detached' });
  });
}, { expected: /status of/ });
