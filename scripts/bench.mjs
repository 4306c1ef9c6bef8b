#!/usr/bin/env node
// Runs bench/*.bench.ts, or those whose name contains an argument, one after the other in this process.

import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtModule } from './built-module.mjs';
import { ROOT } from './root.mjs';

const wanted = process.argv.slice(2);
const benches = readdirSync(join(ROOT, 'bench'))
  .filter((file) => file.endsWith('.bench.ts'))
  .filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)))
  .sort();

for (const file of benches) {
  const built = await builtModule(`bench/${file}`, basename(file, '.ts'));
  await import(pathToFileURL(built).href);
}
