#!/usr/bin/env node
// Runs bench/*.bench.ts and bench/*.bench.mjs, or those whose name contains an argument, one after the other in this process.

import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtModule } from './built-module.mjs';
import { ROOT } from './root.mjs';

const wanted = process.argv.slice(2);
const benches = readdirSync(join(ROOT, 'bench'))
  .filter((file) => /\.bench\.(ts|mjs)$/.test(file))
  .filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)))
  .sort();

for (const file of benches) {
  const isPlain = file.endsWith('.mjs');
  const module = isPlain
    ? join(ROOT, 'bench', file)
    : await builtModule(`bench/${file}`, basename(file, '.ts'));
  await import(pathToFileURL(module).href);
}
