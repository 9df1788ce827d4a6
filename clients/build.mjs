// Bundles the pages and the tests of the caches into build, once the compilers have run.
import { readFile, writeFile } from 'node:fs/promises';
import { transformAsync } from '@babel/core';
import { build } from 'esbuild';

// Each graphql`…` is replaced by the artifact that relay-compiler has generated for it.
const relay = {
  name: 'relay',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](relay|test)[\\/][^\\/]+\.tsx?$/ }, async ({ path }) => {
      const { code } = await transformAsync(await readFile(path, 'utf8'), {
        babelrc: false,
        configFile: false,
        filename: path,
        parserOpts: { plugins: ['typescript', 'jsx'] },
        plugins: [['relay', { artifactDirectory: 'build/relay', eagerEsModules: true }]],
      });
      return { contents: code, loader: 'tsx' };
    });
  },
};

const common = { bundle: true, format: 'esm', target: 'es2022', jsx: 'automatic', conditions: ['development', 'module'], plugins: [relay], logLevel: 'warning' };
const clients = ['relay', 'apollo', 'urql'];
await build({
  ...common,
  entryPoints: Object.fromEntries(clients.map((client) => [client, `${client}/main.tsx`])),
  outdir: 'build/pages',
});
for (const client of clients) {
  const html = `<!doctype html><meta charset="utf-8"><title>${client}</title><link rel="icon" href="data:,"><div id="page"></div><script type="module" src="${client}.js"></script>\n`;
  await writeFile(`build/pages/${client}.html`, html);
}
await build({
  ...common,
  entryPoints: [...clients, 'credentials', 'errors', 'schema', 'streams'].map((name) => `test/${name}.test.ts`),
  outdir: 'build/test',
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  platform: 'node',
});
