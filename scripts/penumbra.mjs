#!/usr/bin/env node
// The command line: `npm run -s penumbra -- ARGUMENTS`. Sees to packages and an up-to-date build, silently, then hands
// the arguments to src/cli/main.ts. Nothing but the program's own output goes to the standard output.

import { pathToFileURL } from 'node:url';
import { builtModule } from './built-module.mjs';
import { ensurePackages } from './packages.mjs';

/** npm runs scripts in the project's folder; file names on the command line are meant from where the person is. */
function returnToCaller() {
  const { npm_lifecycle_event: script, INIT_CWD: caller } = process.env;
  if (script === 'penumbra' && caller) process.chdir(caller);
}

// `… | head` closes the pipe early: that is no error.
process.stdout.on('error', (error) => {
  if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  ensurePackages();
  const built = await builtModule('src/cli/main.ts', 'penumbra');
  returnToCaller();
  /** @type {{ main: (args: string[]) => number | Promise<number> }} */
  const program = await import(pathToFileURL(built).href);
  process.exitCode = await program.main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`penumbra: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
