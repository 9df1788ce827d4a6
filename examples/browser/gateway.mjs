import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { complaints } from '../../playground/browser/page.mjs';

/** The origin of the gateway under test, as browsers see it. */
export const gateway = process.env.GATEWAY;
/** The URL of the example on it. */
export const examplePage = `${gateway}/pages/`;

/** A page on another origin of the same site, which the gateway lists. */
export const portal = process.env.PORTAL;

/** Whether it is reached over TLS, which determines the name of its cookie. */
export const secure = gateway.startsWith('https:');
export const sessionCookie = secure ? '__Host-certql' : 'certql-session';

const sandbox = process.env.SANDBOX;

/** Returns the sandbox's counts of an operation since it started, as {status: number}. */
export async function counted(operation) {
  const { counts } = await (await fetch(`${sandbox}/sandbox/requests`)).json();
  return counts[operation] ?? {};
}

/** Gives the sandbox faults while act runs. */
export async function withFaults(faults, act) {
  const put = await fetch(`${sandbox}/sandbox/faults`, { method: 'PUT', body: JSON.stringify(faults) });
  assert.equal(put.status, 200, await put.text());
  try {
    return await act();
  } finally {
    await fetch(`${sandbox}/sandbox/faults`, { method: 'DELETE' });
  }
}

/** Returns the tokens that the tenant issues for a form, with the status. */
export async function tenantToken(form) {
  const response = await fetch(`${sandbox}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
  return { status: response.status, ...(await response.json()) };
}

/** Returns the certifications that the tenant itself lists for a user to review. */
export async function certificationsAtTenant(user) {
  const { access_token: token } = await tenantToken({ grant_type: 'client_credentials', client_id: user, client_secret: 'sandbox' });
  const response = await fetch(`${sandbox}/v3/certifications?limit=250&reviewer-identity=me`, { headers: { authorization: `Bearer ${token}` } });
  return (await response.json()).map(({ id }) => id).sort();
}

/** Runs a GraphQL operation as the page would, and returns {status, data, errors}. */
export function askFrom(page, query, variables) {
  return page.evaluate(
    async (body) => {
      const response = await fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      return { status: response.status, ...(await response.json()) };
    },
    JSON.stringify({ query, variables }),
  );
}

/** Returns {status, body} of a GET that the page makes. */
export function getFrom(page, path) {
  return page.evaluate(async (path) => {
    const response = await fetch(path);
    return { status: response.status, body: await response.json() };
  }, path);
}

/** Opens the example in a profile of its own, and notes what the browser complains about. */
export async function visit(browser, options = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: secure, ...options }); // the certificate is the test's own
  const page = await context.newPage();
  const problems = complaints(page, /status of 401/); // that an answer is a 401 is a line in the console
  await page.goto(examplePage);
  return { context, page, problems };
}

/** Signs in on the page as a user of the sandbox, known by the name that the sandbox shows. */
export async function signIn(page, name) {
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByRole('button', { name }).first().click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  await page.getByRole('heading', { name: 'To review' }).waitFor();
}

/** Returns the names of the certifications on the page. */
export function listed(page) {
  return page.getByRole('rowheader').allInnerTexts();
}

/** Runs act with the origins of a server that is another site, and another origin of the same site. */
export async function withOtherSites(act) {
  const server = createServer((request, response) => response.setHeader('content-type', 'text/html').end('<!DOCTYPE html><title>Evil</title>'));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address();
  try {
    await act([`http://127.0.0.1:${port}/`, `http://localhost:${port}/`]);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}
