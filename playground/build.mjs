// Builds the playground: the scripts and styles into dist, compressed, and the licences of what is
// in them into NOTICES. With --check it changes nothing, and fails where either is out of date.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(root, 'dist');

const { outputFiles, metafile } = await build({
  absWorkingDir: root,
  entryPoints: {
    app: 'src/app.jsx',
    'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
    'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
    'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
  },
  outdir: 'dist',
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  loader: { '.ttf': 'dataurl', '.graphql': 'text' },
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'none', // NOTICES has them all
  logLevel: 'warning',
});

// Compressed bytes differ between versions of zlib, so files are compared by what is in them.
const wanted = new Map(outputFiles.map((file) => [`${path.basename(file.path)}.gz`, Buffer.from(file.contents)]));
const differing = [...wanted]
  .filter(([name, content]) => !existsSync(path.join(dist, name)) || !gunzipSync(readFileSync(path.join(dist, name))).equals(content))
  .map(([name]) => name);
const extra = existsSync(dist) ? readdirSync(dist).filter((name) => !wanted.has(name)) : [];
const noticesFile = path.join(root, 'NOTICES');
const notices = licences(Object.keys(metafile.inputs));
const noticesDiffer = !existsSync(noticesFile) || readFileSync(noticesFile, 'utf8') !== notices;

if (process.argv.includes('--check')) {
  const stale = [...differing, ...extra].map((name) => `dist/${name}`).concat(noticesDiffer ? ['NOTICES'] : []);
  if (stale.length > 0) {
    console.error(`Out of date: ${stale.join(', ')}. Run npm run build in playground.`);
    process.exit(1);
  }
} else {
  mkdirSync(dist, { recursive: true });
  extra.forEach((name) => rmSync(path.join(dist, name)));
  differing.forEach((name) => writeFileSync(path.join(dist, name), gzipSync(wanted.get(name), { level: 9 })));
  if (noticesDiffer) {
    writeFileSync(noticesFile, notices);
  }
}

/** Answers the licence texts of the packages that the given files belong to. */
function licences(files) {
  const packages = new Set(files.map((file) => file.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.[1]).filter(Boolean));
  const sections = new Map();
  for (const folder of packages) {
    const { name, version, license, author, repository } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));
    const texts = readdirSync(path.join(root, folder))
      .filter((file) => /^(licen[cs]e|notice|thirdpartynotices)/i.test(file))
      .sort()
      .map((file) => readFileSync(path.join(root, folder, file), 'utf8').replace(/\r\n/g, '\n').trim());
    const origin = [author?.name ?? author, repository?.url ?? repository].filter(Boolean).join(', ');
    const body = texts.join('\n\n') || `It comes without a copy of its licence. From ${origin}.`;
    sections.set(`${name} ${version}`, `${name} ${version} (${license})\n\n${body}\n`);
  }
  const rule = `\n${'-'.repeat(80)}\n\n`;
  return `The playground's files in dist are built from its own sources and from these packages.\n${rule}${[...sections.keys()]
    .sort()
    .map((name) => sections.get(name))
    .join(rule)}`;
}
