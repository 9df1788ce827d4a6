import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

// The folders whose files the build compiles and the tests run; that of genqlient is compiled and run by a test in Go.
const folders = ['.', 'gateway', 'relay', 'apollo', 'urql', 'genqlient'];
const languages = { ts: /\.ts$/, tsx: /\.tsx$/, json: /\.json$/, yaml: /\.yaml$/, go: /\.go$/ };

test('each block of code in docs/clients.md is in a file of the clients', () => {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => ({ name, text: readFileSync(`${folder}/${name}`, 'utf8') })),
  );
  const text = readFileSync('../docs/clients.md', 'utf8');
  const blocks = [...text.matchAll(/^ *```(.*)\n([^]*?)^ *```$/gm)];
  assert.ok(blocks.length > 20);
  assert.equal(2 * blocks.length, text.match(/```/g).length, 'a block begins or ends in a way that this test does not read');
  for (const [, language, block] of blocks) {
    assert.ok(languages[language], `no file is in the language ${language}:\n${block}`);
    const found = files.some(({ name, text }) => languages[language].test(name) && text.includes(block));
    assert.ok(found, `in no file of clients/:\n${block}`);
  }
});

test('docs/clients.md names only files that there are', () => {
  const named = [...readFileSync('../docs/clients.md', 'utf8').matchAll(/\]\((\.\.\/clients\/[^)]+)\)/g)].map(([, path]) => path);
  assert.ok(named.length > 20);
  named.forEach((path) => readFileSync(path));
});
