// TypeScript for Node versions that cannot run it: a module of ours becomes one JavaScript file, made again only when
// a source is newer than it. Vite is loaded only then, so that the usual start costs a few milliseconds.

import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT } from './root.mjs';

const CACHE = join(ROOT, 'node_modules', '.cache', 'penumbra');

/** What a built module may depend on: all layers but the page’s own. */
const LAYERS = readdirSync(join(ROOT, 'src'))
  .filter((layer) => !['ui', 'offline'].includes(layer))
  .map((layer) => `src/${layer}`);
const SOURCES = [
  ...LAYERS,
  'content',
  'bench',
  'package.json',
  'package-lock.json',
  'scripts/built-module.mjs',
];

/**
 * Time of the newest change at or below a path, in milliseconds; 0 where there is nothing. Folders count too: their
 * time changes when a file goes.
 * @param {string} path
 * @returns {number}
 */
function newestChange(path) {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) return 0;
  if (!status.isDirectory()) return status.mtimeMs;
  return readdirSync(path).reduce(
    (newest, name) => Math.max(newest, newestChange(join(path, name))),
    status.mtimeMs,
  );
}

/**
 * Bundles an entry into one file. It is written aside and then renamed, so that a second process that starts at the
 * same time never reads half of it.
 * @param {string} entry
 * @param {string} name
 */
async function bundle(entry, name) {
  const { build } = await import('vite');
  const aside = join(CACHE, `${name}-${process.pid}`);
  mkdirSync(aside, { recursive: true });
  try {
    await build({
      root: ROOT,
      configFile: false,
      logLevel: 'error',
      publicDir: false,
      ssr: { noExternal: true },
      build: {
        ssr: join(ROOT, entry),
        outDir: aside,
        target: 'node20',
        minify: false,
        // Constants stay `const`, so that the optimiser of V8 knows that they are: see vite.config.ts.
        rolldownOptions: {
          output: { entryFileNames: `${name}.mjs`, codeSplitting: false, topLevelVar: false },
        },
      },
    });
    renameSync(join(aside, `${name}.mjs`), join(CACHE, `${name}.mjs`));
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/**
 * The path of an up-to-date build of a module.
 * @param {string} entry for example `src/cli/main.ts`
 * @param {string} [name] of the built file
 */
export async function builtModule(entry, name = basename(entry, '.ts')) {
  const built = join(CACHE, `${name}.mjs`);
  const newest = Math.max(...SOURCES.map((source) => newestChange(join(ROOT, source))));
  if (newestChange(built) < newest) await bundle(entry, name);
  return built;
}
