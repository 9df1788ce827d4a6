import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { build } from 'esbuild';
import { complaints, launch } from './browser.mjs';

const { GATEWAY: endpoint, PAGES: pages } = process.env;

// The module in docs/http.md, its only script, which follows a task of the sandbox that has ended.
const [[, block], ...others] = readFileSync('../docs/http.md', 'utf8').matchAll(/^```(?:js|mjs|ts|tsx)\n(.*?)^```$/gms);
assert.deepEqual(others, [], 'a script that nothing runs');
const file = 'build/follow/follow.mjs';
mkdirSync('build/follow', { recursive: true });
const url = 'ws://localhost:8080/graphql';
assert.ok(block.includes(url));
writeFileSync(file, block.replace(url, endpoint.replace('http', 'ws')));

test('the module in docs/http.md follows a task in node', () => {
  assert.equal(execFileSync(process.execPath, [file], { encoding: 'utf8', timeout: 30_000 }), 'ERROR\n');
});

test('the module in docs/http.md follows a task in a browser', async () => {
  await build({ entryPoints: [file], bundle: true, format: 'esm', outfile: 'build/pages/follow.js', logLevel: 'warning' });
  writeFileSync('build/pages/follow.html', '<!doctype html><link rel="icon" href="data:,"><script type="module" src="follow.js"></script>\n');
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const problems = complaints(page);
    const printed = page.waitForEvent('console', { predicate: (message) => message.type() === 'log' });
    await page.goto(`${pages}/follow.html`);
    assert.equal((await printed).text(), 'ERROR');
    assert.deepEqual(problems, []);
  } finally {
    await browser.close();
  }
});
