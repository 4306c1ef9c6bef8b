// The one place that decides which browser runs the browser tests, and how it is started. Node's own modules only.

import { existsSync } from 'node:fs';

/** Where systems keep a Chromium of their own, the freest first. */
const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/microsoft-edge',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Chromium refuses to sandbox what root starts. */
const IS_ROOT = process.getuid?.() === 0;

/** What Chromium is started with: nothing that reaches for the network, no GPU, so that all machines draw alike. */
export const BROWSER_ARGUMENTS = [
  ...(IS_ROOT ? ['--no-sandbox'] : []),
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
  '--disable-gpu',
];

/**
 * The path of the browser to use, or null where there is none: `PENUMBRA_CHROMIUM`, else Playwright's own, else the
 * system's.
 * @param {string} playwrightBrowser where Playwright would have its own (`chromium.executablePath()`)
 * @throws {Error} when `PENUMBRA_CHROMIUM` names no file
 */
export function findBrowser(playwrightBrowser) {
  const chosen = process.env.PENUMBRA_CHROMIUM;
  if (chosen) {
    if (!existsSync(chosen)) throw new Error(`PENUMBRA_CHROMIUM names ${chosen}, which does not exist`);
    return chosen;
  }
  return [playwrightBrowser, ...SYSTEM_BROWSERS].find((path) => existsSync(path)) ?? null;
}
