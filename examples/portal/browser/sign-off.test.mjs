import assert from 'node:assert/strict';
import { approve, data, items, onPortal, open, until } from './portal.mjs';

const decided = ({ decisionsMade, decisionsTotal, campaign }) => decisionsTotal > 0 && decisionsMade === decisionsTotal && campaign.type !== 'ROLE_COMPOSITION';
const signOff = (page) => page.getByRole('button', { name: 'Sign off…' });

onPortal('a certification is signed off once everything is decided, with what that means', async (page) => {
  const { id, name, decisionsTotal } = await open(page, decided);
  const counts = `query Counts($id: ID!) { certification(id: $id) { phase decisionSummary { all { approved revoked } } } }`;
  const { approved, revoked } = (await data(page, counts, { id })).certification.decisionSummary.all;
  await signOff(page).click();
  const dialog = page.getByRole('dialog', { name: 'Sign off?' });
  await dialog.getByText(`${decisionsTotal} of ${decisionsTotal}`).waitFor();
  const shown = await dialog.locator('.counts').innerText();
  assert.match(shown, new RegExp(`Approved\\s+${approved}\\s+Revoked\\s+${revoked}\\s`));
  await dialog.getByText('This cannot be undone.').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal((await data(page, counts, { id })).certification.phase, 'ACTIVE');

  await signOff(page).click();
  await dialog.getByRole('button', { name: 'Sign off for good' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.locator('.title').getByText('Signed off').waitFor();
  assert.equal((await data(page, counts, { id })).certification.phase, 'SIGNED');
  assert.equal(await approve(items(page).first()).count(), 0);

  await page.getByRole('link', { name: 'All reviews' }).click();
  await page.getByRole('heading', { name: 'Signed off' }).waitFor();
  await page.locator(`tbody a[href$="${id}"]`).waitFor(); // the latest come first
  await page.getByRole('navigation').getByRole('link', { name: 'To review' }).click();
  await page.getByRole('heading', { name: 'To review' }).waitFor();
  await page.locator('tbody a').first().waitFor();
  assert.equal(await page.locator(`tbody a[href$="${id}"]`).count(), 0, name);
});

onPortal('nothing is signed off while items are undecided', async (page) => {
  const almost = ({ decisionsMade, decisionsTotal, campaign }) => decisionsTotal - decisionsMade === 4 && campaign.mandatoryCommentRequirement === 'NO_DECISIONS';
  await open(page, almost, '?show=undecided');
  await until(async () => (await items(page).count()) === 4, 'four items are undecided');
  for (let left = 4; left > 0; left--) {
    await page.getByText(left === 1 ? '1 item is undecided' : `${left} items are undecided`).waitFor();
    assert.equal(await signOff(page).isDisabled(), true);
    await approve(items(page).nth(4 - left)).click(); // what is decided stays where it is
  }
  await until(() => signOff(page).isEnabled(), 'it can be signed off');
}, { as: /Søren Kjærgård/ });

onPortal('what another tab has signed off is refused, and says why', async (page, context) => {
  const { id } = await open(page, decided);
  await signOff(page).click();
  const dialog = page.getByRole('dialog', { name: 'Sign off?' });
  await dialog.getByText('This cannot be undone.').waitFor();
  await data(page, 'mutation SignOff($input: SignOffCertificationInput!) { signOffCertification(input: $input) { certification { phase } errors { code } } }', { input: { certificationId: id } });
  await dialog.getByRole('button', { name: 'Sign off for good' }).click();
  await dialog.getByText('This certification has been signed off and can no longer be changed.').waitFor();
});
