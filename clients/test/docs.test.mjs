import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

test('the code in docs/clients.md is that of the clients', () => {
  const files = ['.', 'relay', 'apollo', 'urql'].flatMap((folder) =>
    readdirSync(folder).filter((name) => /\.tsx?$/.test(name)).map((name) => readFileSync(`${folder}/${name}`, 'utf8')),
  );
  const blocks = [...readFileSync('../docs/clients.md', 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);
  assert.ok(blocks.length > 0);
  for (const block of blocks) {
    assert.ok(files.some((file) => file.includes(block)), `nowhere in clients/:\n${block}`);
  }
});
