import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** The names of the README's operations, which the first tabs hold. */
export const readme = [...readFileSync(new URL('../../README.md', import.meta.url), 'utf8').matchAll(/^```graphql\n(?:query|mutation|subscription) (\w+)/gm)].map(
  ([, name]) => name,
);

/** How Chromium is started, found by the environment variable CHROMIUM, so that it calls nobody by itself. */
const quiet = {
  executablePath: process.env.CHROMIUM,
  args: [
    '--no-sandbox', // it refuses to start as root otherwise
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

/** Starts Chromium. */
export function launch(options) {
  return chromium.launch({ ...options, ...quiet });
}

/** Starts Chromium with the profile in a folder, and returns its only context. */
export function launchProfile(folder, options) {
  return chromium.launchPersistentContext(folder, { ...options, ...quiet });
}

/**
 * Collects what the browser complains about on a page, but for the messages that are expected there. A picture that is
 * opened by itself has no icon, which the browser may say as late as on the next page.
 */
export function complaints(page, expected) {
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    const ofIcon = message.location().url.endsWith('/favicon.ico');
    if (['error', 'warning'].includes(message.type()) && !ofIcon && !expected?.test(message.text())) {
      problems.push(message.text());
    }
  });
  return problems;
}

/** Makes a page in a profile of its own, and notes what it asks for and what the browser complains about. */
export async function profile(browser, options) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const seen = { requests: [], problems: complaints(page) };
  page.on('request', (request) => seen.requests.push(request.url()));
  return { context, page, seen };
}

/** Opens the playground as if for the first time. In a page that it was open in before, it loads several times as fast. */
export async function open({ context, page, seen }, base) {
  await page.unrouteAll();
  await page.goto(new URL('playground/favicon.svg', base).href); // whose storage is the playground's
  await page.evaluate(() => [localStorage, sessionStorage].forEach((storage) => storage.clear()));
  await context.clearCookies();
  seen.requests.length = seen.problems.length = 0;
  const answer = await page.goto(base);
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  await page.waitForFunction(() => globalThis.__MONACO?.editor.getModels().some((model) => model.uri.path.endsWith('response.json')));
  return { page, seen, answer };
}

/** Types into the operation editor, which closes brackets and quotes by itself. */
export async function type(page, text) {
  await page.locator('.graphiql-query-editor .monaco-editor').click(); // the lines may be wider, and would be scrolled to their middle
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
  await page.keyboard.type(text);
}

/** Chooses an identity of the sandbox, and waits for its token: until then the page acts as who was chosen before. */
export async function signIn(page, id) {
  await page.getByLabel('Signed in as').selectOption(id);
  await page.waitForFunction((wanted) => document.querySelector('select[aria-label="Signed in as"]').value === wanted, id);
}

/** Runs the operation in the editor. */
export function run(page) {
  return page.getByRole('button', { name: /^Execute query/ }).click();
}

/** Reports whether a request is that of an operation that runs: beside these the page asks for estimates and for the budget. */
export function runs(request) {
  return request.url().endsWith('/graphql') && request.postDataJSON()?.extensions?.trace === true;
}

/** Answers the text of an editor by the end of its name, such as response.json. */
export function text(page, editor) {
  return page.evaluate((name) => globalThis.__MONACO.editor.getModels().find((model) => model.uri.path.endsWith(name)).getValue(), editor);
}

/** Runs the operation in the editor and answers the answer once it fits. */
export async function answerOf(page, fits = (answer) => answer.data || answer.errors) {
  await run(page);
  return awaitAnswer(page, fits);
}

/** Waits for an answer that fits. */
export async function awaitAnswer(page, fits) {
  for (const end = Date.now() + 30_000; ; ) {
    const shown = await text(page, 'response.json');
    const answer = shown && JSON.parse(shown);
    if (answer && fits(answer)) {
      return answer;
    }
    if (Date.now() > end) {
      throw new Error(`no answer fits; the last is ${shown.slice(0, 1000)}`);
    }
    await page.waitForTimeout(50);
  }
}
