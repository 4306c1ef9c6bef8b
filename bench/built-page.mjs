// The browser, and the built page in it, for benchmarks.
import { chromium } from '@playwright/test';
import { preview } from 'vite';
// biome-ignore lint/style/noRestrictedImports: scripts are no layer and have no name of their own
import { BROWSER_ARGUMENTS, findBrowser } from '../scripts/browser.mjs';
// biome-ignore lint/style/noRestrictedImports: as above
import { ROOT } from '../scripts/root.mjs';

/**
 * Starts the browser for as long as `use` takes.
 * @param {(browser: import('@playwright/test').Browser) => Promise<void>} use
 */
export async function withBrowser(use) {
  const executablePath = findBrowser(chromium.executablePath());
  if (!executablePath) throw new Error('no browser: run node scripts/setup.mjs --browser');
  const browser = await chromium.launch({ executablePath, args: BROWSER_ARGUMENTS });
  try {
    await use(browser);
  } finally {
    await browser.close();
  }
}

/**
 * The same, with the built page under an address.
 * @param {(browser: import('@playwright/test').Browser, address: string) => Promise<void>} use
 */
export async function withBuiltPage(use) {
  const server = await preview({ root: ROOT, logLevel: 'error', preview: { host: '127.0.0.1', port: 0 } });
  try {
    await withBrowser((browser) => use(browser, server.resolvedUrls?.local[0] ?? ''));
  } finally {
    await server.close();
  }
}
