// Fails where the generated types or the built files are not what the sources and the schema make of them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = path.dirname(fileURLToPath(import.meta.url));
const fresh = mkdtempSync(path.join(root, 'node_modules', '.check-'));
const stale = [];

/** Runs a command of a package, and notes what is wrong if it fails. */
function run(problem, command, ...args) {
  if (spawnSync(path.join('node_modules', '.bin', command), args, { cwd: root, stdio: 'inherit' }).status !== 0) {
    stale.push(problem);
  }
}

/** Returns the contents of all files of a folder, by their paths in it. */
const filesOf = (folder) =>
  new Map(
    (existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [])
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => path.join(parentPath, name))
      .map((file) => [path.relative(folder, file), readFileSync(file, 'utf8')]),
  );

try {
  run('src/gql', 'graphql-codegen', '--check', '--silent');
  run('the types', 'tsc');
  await build({ root, logLevel: 'warn', build: { outDir: fresh, emptyOutDir: true } });
  const [wanted, found] = [filesOf(fresh), filesOf(path.join(root, 'dist'))];
  for (const name of new Set([...wanted.keys(), ...found.keys()])) {
    if (wanted.get(name) !== found.get(name)) {
      stale.push(`dist/${name}`);
    }
  }
} finally {
  rmSync(fresh, { recursive: true });
}
if (stale.length > 0) {
  console.error(`Out of date: ${stale.join(', ')}. Run npm run build in examples/portal.`);
  process.exit(1);
}
