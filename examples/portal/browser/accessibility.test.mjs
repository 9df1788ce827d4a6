import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { address, approve, checkbox, free, items, large, onPortal, open, pressed, until } from './portal.mjs';

const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** Fails if axe finds anything on the page as it is. */
async function sound(page, state) {
  const violations = await page.evaluate(async (script) => {
    if (!globalThis.axe) {
      (0, eval)(script);
    }
    const { violations } = await globalThis.axe.run();
    return violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`) }));
  }, axe);
  assert.deepEqual(violations, [], state);
}

/** Fails if the page is wider than its window. */
async function fits(page, state) {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window, `${state} is ${content} px wide in a window of ${window}`);
}

for (const [name, options] of Object.entries({
  'wide and light': { colorScheme: 'light' },
  'wide and dark': { colorScheme: 'dark' },
  'at 390 px and light': { colorScheme: 'light', viewport: { width: 390, height: 844 } },
  'at 390 px and dark': { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
})) {
  onPortal(`no page has a barrier or is too wide, ${name}`, async (page) => {
    const check = async (state) => {
      await sound(page, state);
      await fits(page, state);
    };
    await page.locator('tbody tr').first().waitFor();
    await check('the queue');
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
    assert.equal(background.every((part) => part < 64), options.colorScheme === 'dark', `the background is ${background}`);

    await open(page, ({ decisionsMade, decisionsTotal, campaign }) => campaign.mandatoryCommentRequirement === 'ALL_DECISIONS' && decisionsMade > 0 && decisionsMade < decisionsTotal);
    await check('a certification');
    const opener = page.getByRole('navigation', { name: 'Identities' }).getByRole('button').first();
    if (options.viewport) {
      assert.equal(await page.getByLabel('Search identities').isVisible(), false);
      await opener.click();
      await page.getByLabel('Search identities').waitFor();
      await check('the identities, opened');
    }
    const identity = page.getByRole('navigation', { name: 'Identities' }).getByRole('listitem').nth(1).getByRole('button');
    await identity.click();
    await items(page).first().waitFor();
    await page.getByLabel('Show', { exact: true }).selectOption('Undecided');
    await page.getByLabel('Show', { exact: true }).selectOption('All');
    await approve(items(page).first()).click();
    await checkbox(items(page).last()).check();
    await check('a comment that is asked for, and items that are selected');
    await page.getByRole('button', { name: 'Reassign this identity…' }).click();
    await page.getByRole('radio').first().waitFor();
    await check('the dialog to reassign');
    await page.keyboard.press('Escape');

    await open(page, ({ decisionsMade, decisionsTotal }) => decisionsTotal > 0 && decisionsMade === decisionsTotal);
    await page.getByRole('button', { name: 'Sign off…' }).click();
    await page.getByText('This cannot be undone.').waitFor();
    await page.locator('.counts').waitFor();
    await check('the dialog to sign off');
    await page.goto(`${address}signed`);
    await page.locator('tbody a').first().click();
    await items(page).first().waitFor();
    await check('what is signed off');
  }, options);
}

onPortal('who is not signed in meets no barrier', async (page) => {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.goto(address);
  await page.getByRole('link', { name: 'Sign in' }).waitFor();
  await sound(page, 'the page to sign in');
}, { ownSession: true });

onPortal('a review is done by keyboard alone', async (page) => {
  const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  /** Goes on by the tabulator until something has the focus. */
  const tabTo = async (locator) => {
    for (let i = 0; i < 40; i++) {
      await press('Tab');
      if (await locator.evaluate((element) => element === document.activeElement)) {
        return;
      }
    }
    assert.fail(`the tabulator does not lead to ${locator}`);
  };
  await page.locator('tbody tr').first().waitFor();
  await tabTo(page.locator('tbody a').nth(1));
  await press('Enter');
  await items(page).first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1', 'the focus is at the top of the new page');
  await page.goBack();
  await page.locator('tbody tr').first().waitFor();

  const left = 6;
  await open(page, ({ decisionsMade, decisionsTotal, campaign }) => campaign.mandatoryCommentRequirement === 'NO_DECISIONS' && campaign.type !== 'ROLE_COMPOSITION' && decisionsMade > 0 && decisionsTotal - decisionsMade === left, '?show=undecided');
  await until(async () => (await items(page).count()) === left, 'what is undecided');
  for (let i = 0; i < left; i++) {
    await press('j', i % 2 ? 'r' : 'a');
  }
  await until(() => page.getByRole('button', { name: 'Sign off…' }).isEnabled(), 'all are decided');
  await page.getByRole('heading', { level: 1 }).focus();
  await tabTo(page.getByRole('button', { name: 'Sign off…' }));
  await press('Enter');
  await page.getByRole('dialog').waitFor();
  await press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Sign off…', 'the focus is back where it was');
  await press('Enter');
  const confirm = page.getByRole('button', { name: 'Sign off for good' });
  await until(() => confirm.isEnabled(), 'it is counted');
  await tabTo(confirm);
  await press('Enter');
  await page.locator('.title').getByText('Signed off').waitFor();
});
