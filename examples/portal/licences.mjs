import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Returns the licences of the packages that the portal consists of, besides its own sources. */
function licences(root) {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const used = Object.keys(packages).filter((folder) => folder && !packages[folder].dev);
  return used.sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));
    const texts = readdirSync(path.join(root, folder))
      .filter((file) => /^(licen[cs]e|notice)/i.test(file))
      .sort()
      .map((file) => readFileSync(path.join(root, folder, file), 'utf8').replace(/\r\n/g, '\n').trim());
    return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`;
  }).join(`\n${'-'.repeat(80)}\n\n`);
}

/** A plugin of Vite that puts them beside the built files. */
export const notices = (root) => ({
  name: 'notices',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'NOTICES.txt', source: licences(root) });
  },
});
