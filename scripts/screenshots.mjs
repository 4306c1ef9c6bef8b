#!/usr/bin/env node
// Pictures of the built page for looking at, in screenshots/: laptop, lecture hall and phone, light and dark.
// An argument is what follows the address: `npm run screenshots -- '#t=…'`.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { BROWSER_ARGUMENTS, findBrowser } from './browser.mjs';
import { ROOT } from './root.mjs';

const SIZES = [
  { name: 'laptop', width: 1280, height: 800 },
  { name: 'hall', width: 1920, height: 1080 },
  { name: 'phone', width: 390, height: 844 },
];
const SCHEMES = /** @type {const} */ (['light', 'dark']);
const FOLDER = join(ROOT, 'screenshots');

/**
 * @param {import('@playwright/test').Browser} browser
 * @param {string} address
 * @param {typeof SIZES[number]} size
 * @param {typeof SCHEMES[number]} colorScheme
 */
async function takePicture(browser, address, { name, width, height }, colorScheme) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' });
  page.on('pageerror', (error) => process.stderr.write(`${name}: ${error.message}\n`));
  await page.goto(address, { waitUntil: 'networkidle' });
  await page.locator('#root > *').first().waitFor();
  const path = join(FOLDER, `studio-${name}-${colorScheme}.png`);
  await page.screenshot({ path });
  process.stdout.write(`${path}\n`);
  await page.close();
}

const executablePath = findBrowser(chromium.executablePath());
if (!executablePath) throw new Error('no browser: run node scripts/setup.mjs --browser');
const server = await preview({ root: ROOT, logLevel: 'error', preview: { host: '127.0.0.1', port: 0 } });
const browser = await chromium.launch({ executablePath, args: BROWSER_ARGUMENTS });
try {
  mkdirSync(FOLDER, { recursive: true });
  const address = (server.resolvedUrls?.local[0] ?? '') + (process.argv[2] ?? '');
  for (const size of SIZES) for (const scheme of SCHEMES) await takePicture(browser, address, size, scheme);
} finally {
  await browser.close();
  await server.close();
}
