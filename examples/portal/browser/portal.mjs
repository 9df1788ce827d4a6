import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { complaints, launch } from '../../../playground/browser/page.mjs';
import { askFrom } from '../../browser/gateway.mjs';

/** Where the portal is, on the gateway under test. */
export const address = `${process.env.GATEWAY}/pages/`;

/** How long a test may take, and how long it waits for something on the page, in milliseconds. */
const patience = { test: 180_000, page: 45_000 };

let browser;
const sessions = new Map(); // cookies of who has signed in, by the name that is chosen
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/**
 * Declares a test that gets the portal with a reviewer signed in, in a profile of its own, on a sandbox as it was at
 * the start. It fails if the browser complains, unless that is expected. A test that ends its session needs one of its own.
 */
export function onPortal(name, act, { as = /Priya Raman/, ownSession = false, expected, ...options } = {}) {
  test(name, { timeout: patience.test }, async () => {
    assert.equal((await fetch(`${process.env.SANDBOX}/sandbox/reset`, { method: 'POST' })).status, 204);
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(patience.page);
    const page = await context.newPage();
    const problems = complaints(page, expected ?? /status of 401/); // whoever is not signed in yet is told so
    try {
      const cookies = ownSession ? undefined : sessions.get(String(as));
      await context.addCookies(cookies ?? []);
      await page.goto(address);
      if (!cookies) {
        await signIn(page, as);
        if (!ownSession) {
          sessions.set(String(as), await context.cookies());
        }
      }
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
      await act(page, context);
      assert.deepEqual(problems, [], 'what the browser complained about');
    } finally {
      await context.close();
    }
  });
}

/** Signs in as a user of the sandbox, known by the name that the sandbox shows. */
export async function signIn(page, name) {
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByRole('button', { name }).first().click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** Returns data that the gateway itself has for who is signed in. */
export async function data(page, query, variables) {
  const { data, errors } = await askFrom(page, query, variables);
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

/** Opens the reviewer's first certification that fits, and returns it. */
export async function open(page, fits = () => true, parameters = '') {
  const { certifications } = await data(page, `{ certifications(reviewer: "me", first: 250) { nodes {
    id name phase decisionsMade decisionsTotal identitiesTotal reviewer { type } campaign { type mandatoryCommentRequirement } } } }`);
  const found = certifications.nodes.find((each) => each.phase === 'ACTIVE' && each.reviewer.type === 'IDENTITY' && fits(each));
  assert.ok(found, 'a certification fits');
  await page.goto(`${address}certifications/${found.id}${parameters}`);
  await page.getByRole('heading', { level: 1, name: found.name }).waitFor();
  await items(page).first().waitFor();
  return found;
}

/** What `open` may look for. */
export const untouched = ({ decisionsMade, decisionsTotal }) => decisionsMade === 0 && decisionsTotal > 9 && decisionsTotal < 60;
export const free = (each) => each.campaign.mandatoryCommentRequirement === 'NO_DECISIONS' && untouched(each);
export const large = ({ decisionsTotal }) => decisionsTotal > 1000;

/** The items that are shown, and parts of one. */
export const items = (page) => page.locator('[data-item]');
export const approve = (item) => item.getByRole('button', { name: 'Approve', exact: true });
export const revoke = (item) => item.getByRole('button', { name: 'Revoke', exact: true });
export const checkbox = (item) => item.getByRole('checkbox');
export const idOf = (item) => item.getAttribute('data-item');

/** Waits until a button is pressed, as the one of an item's decision is. */
export const pressed = (button) => button.and(button.page().locator('[aria-pressed="true"]')).waitFor();

/** Waits until a condition holds. */
export async function until(holds, what) {
  for (const end = Date.now() + patience.page; !(await holds()); await new Promise((resolve) => setTimeout(resolve, 50))) {
    assert.ok(Date.now() < end, what);
  }
}

/** Returns what the gateway has of review items, in the order of their ids. */
export async function decisions(page, ids) {
  const { nodes } = await data(page, 'query Decisions($ids: [ID!]!) { nodes(ids: $ids) { ... on AccessReviewItem { decision comment } } }', { ids });
  return nodes;
}

/** Keeps the page's next decision from leaving the browser; returns what lets it go. */
export async function holdDecision(page) {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  let held = false;
  await page.route('**/graphql', async (route) => {
    if (!held && route.request().postData()?.includes('mutation Decide')) {
      held = true;
      await released;
    }
    await route.continue();
  });
  return release;
}
