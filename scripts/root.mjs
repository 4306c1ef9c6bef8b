// Where the project is, whatever folder a script was started from.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The path of a command that an installed package brings.
 * @param {string} name for example `vite`
 */
export const installedCommand = (name) => join(ROOT, 'node_modules', '.bin', name);
