#!/usr/bin/env node
// Makes a fresh clone ready: packages always, a browser for the tests with --browser. npm runs it before the scripts
// that need it. It asks nothing, and when all is there it is done at once. Node's own modules only.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findBrowser } from './browser.mjs';
import { ensurePackages } from './packages.mjs';
import { installedCommand, ROOT } from './root.mjs';

const OLDEST_NODE = [20, 19];

const NO_BROWSER = `
The browser tests need Chromium, and none could be installed. Do one of these, then try again:
  - npx playwright install --with-deps chromium
  - install Chromium or Chrome with the system's package manager (Debian: apt-get install chromium fonts-noto-cjk)
  - set PENUMBRA_CHROMIUM to the path of a Chromium that is already there
`;

/**
 * Runs a command, showing what it says and answering no questions; true when it succeeded.
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [environment] more variables
 */
function succeeds(command, args, environment = {}) {
  const { status } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
    shell: process.platform === 'win32',
  });
  return status === 0;
}

/** @throws {Error} when this Node is too old to build with */
function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw new Error(
      `Penumbra needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}`,
    );
  }
}

/** How to run the package manager with the rights to install: nothing for root, a sudo that asks nothing, or null. */
function privilege() {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n', '-E'] : null;
}

/** Playwright's own Chromium, and the libraries under it. The download comes first: where it fails, it fails soon. */
function installPlaywrightBrowser() {
  const playwright = installedCommand('playwright');
  const patience = { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' };
  if (!succeeds(playwright, ['install', 'chromium'], patience)) return;
  if (privilege()) succeeds(playwright, ['install-deps', 'chromium']);
}

/** The system's Chromium, with a font for the Chinese texts, where this is Debian or its kin. */
function installDebianBrowser() {
  const rights = privilege();
  if (!existsSync('/usr/bin/apt-get') || !rights) return;
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  /** @param {string[]} args */
  const apt = (...args) => {
    const [command = '', ...rest] = [...rights, 'apt-get', ...args];
    return succeeds(command, rest, quiet);
  };
  apt('update', '-q');
  apt('install', '-q', '-y', '--no-install-recommends', 'chromium', 'fonts-noto-cjk');
}

/** @throws {Error} with what to do, when there is no browser and none can be installed */
async function ensureBrowser() {
  if (process.env.PENUMBRA_CHROMIUM && findBrowser('')) return;
  const { chromium } = await import('@playwright/test');
  const found = () => findBrowser(chromium.executablePath()) !== null;
  if (found()) return;
  process.stderr.write('Installing a browser for the tests …\n');
  installPlaywrightBrowser();
  if (found()) return;
  installDebianBrowser();
  if (!found()) throw new Error(NO_BROWSER.trim());
}

try {
  checkNode();
  ensurePackages();
  if (process.argv.includes('--browser')) await ensureBrowser();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
