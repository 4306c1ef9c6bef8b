// A plugin of the build: writes the service worker beside the page, with the names of all its files.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { ROOT } from './root.mjs';

const SOURCE = join(ROOT, 'src', 'offline', 'service-worker.js');
const NAME = 'service-worker.js';

/** What a browser that shows the page never asks for. */
const isPart = (/** @type {string} */ file) => file !== NAME && !file.endsWith('.map');

/**
 * A source with the value of one of its constants filled in.
 * @param {string} source
 * @param {string} declaration as it stands in the source
 * @param {unknown} value
 */
function filled(source, declaration, value) {
  if (!source.includes(declaration)) throw new Error(`the service worker has no line "${declaration}"`);
  const start = declaration.slice(0, declaration.indexOf('=') + 1);
  return source.replace(declaration, () => `${start} ${JSON.stringify(value)};`);
}

/**
 * The service worker's text for a folder that a page was built into. The test of a new version asks for it by name.
 * @param {string} folder
 */
export function serviceWorkerFor(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(isPart)
    .sort();
  const source = readFileSync(SOURCE, 'utf8');
  const hash = createHash('sha256').update(source);
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
  // The page goes by its folder's name: that is what a person opens.
  const names = files.map((file) => (file === 'index.html' ? '' : file));
  const version = hash.digest('hex').slice(0, 12);
  return filled(filled(source, "const VERSION = '';", version), 'const FILES = [];', names);
}

/** @returns {import('vite').Plugin} */
export function offline() {
  let folder = '';
  return {
    name: 'penumbra:offline',
    apply: 'build',
    configResolved: ({ root, build }) => {
      folder = join(root, build.outDir);
    },
    closeBundle: () => writeFileSync(join(folder, NAME), serviceWorkerFor(folder)),
  };
}
