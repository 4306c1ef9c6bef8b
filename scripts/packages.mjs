// The packages of package-lock.json: whether they are installed, and their installation. Node's own modules only, for
// this runs when there is no node_modules yet.

import { spawnSync } from 'node:child_process';
import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';

/** Time of a file's last change in milliseconds; 0 where there is no such file. @param {string} name in the project */
const changed = (name) => statSync(join(ROOT, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Whether node_modules was made from the lockfile as it is now: npm leaves a copy there when it has finished. */
function packagesAreCurrent() {
  // Packages behind a link are another checkout's, and npm would empty that folder.
  if (lstatSync(join(ROOT, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return true;
  const installed = changed('node_modules/.package-lock.json');
  return installed > 0 && installed >= changed('package-lock.json');
}

/**
 * Installs the packages where that is needed. Whatever npm says goes to the standard error output, since the command
 * line's standard output is its result.
 * @throws {Error} when npm fails
 */
export function ensurePackages() {
  if (packagesAreCurrent()) return;
  process.stderr.write('Installing packages (npm ci) …\n');
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', process.stderr, process.stderr],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm ci failed${error ? `: ${error.message}` : ''}`);
}
