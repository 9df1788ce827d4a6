import { chromium } from 'playwright-core';

/** Starts Chromium so that it calls nobody by itself. */
export function launch() {
  return chromium.launch({
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
  });
}

/** Collects what the browser complains about on a page, but for the messages that are expected there. */
export function complaints(page, expected) {
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !expected?.test(message.text())) {
      problems.push(message.text());
    }
  });
  return problems;
}

/** Holds the requests of a page to a URL back, until the function that it returns is called. */
export async function hold(page, url) {
  let release;
  const released = new Promise((resolve) => { release = resolve; });
  await page.route(url, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}
