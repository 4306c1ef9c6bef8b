#!/usr/bin/env node
// Starts the studio from its sources, and opens it where a person is likely to see it. More arguments go to Vite.

import { spawn } from 'node:child_process';
import { installedCommand, ROOT } from './root.mjs';

/** Whether a browser can be shown here: not on a build machine, not over ssh, not without a display. */
function hasDisplay() {
  const { CI, SSH_CONNECTION, DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (CI || SSH_CONNECTION) return false;
  return process.platform === 'darwin' || process.platform === 'win32' || Boolean(DISPLAY || WAYLAND_DISPLAY);
}

const args = [...(hasDisplay() ? ['--open'] : []), ...process.argv.slice(2)];
const vite = spawn(installedCommand('vite'), args, {
  cwd: ROOT,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
  process.on(signal, () => vite.kill(signal));
vite.on('exit', (code) => {
  process.exitCode = code ?? 0;
});
