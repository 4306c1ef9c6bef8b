import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { chromium, defineConfig } from '@playwright/test';
import type { StudioOptions } from './e2e/studio.ts';
import { BROWSER_ARGUMENTS, findBrowser } from './scripts/browser.mjs';

/** A port of this folder's own, so that two clones can be tested at the same time. */
const port =
  10_000 +
  (createHash('sha256')
    .update(import.meta.dirname)
    .digest()
    .readUInt16BE() %
    20_000);
const address = `http://127.0.0.1:${port}`;
const executablePath = findBrowser(chromium.executablePath());
if (!executablePath) throw new Error('no browser: run node scripts/setup.mjs --browser');

export default defineConfig<StudioOptions>({
  testDir: 'e2e',
  outputDir: 'test-results',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  expect: {
    toHaveScreenshot: {
      pathTemplate: '{testDir}/snapshots/{arg}{ext}',
      stylePath: join(import.meta.dirname, 'e2e', 'snapshots', 'still.css'),
      // Half of what is usual and less: a hue is a meaning here.
      threshold: 0.05,
      maxDiffPixelRatio: 0.001,
    },
  },
  use: {
    baseURL: address,
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    // Only offline.spec.ts wants one: it keeps the whole page at each first load.
    serviceWorkers: 'block',
    launchOptions: { executablePath, args: BROWSER_ARGUMENTS },
  },
  projects: [
    { name: 'en', use: { language: 'en' } },
    // In Chinese a journey for each view, and every state of the page; all journeys with ALL_LANGUAGES=1.
    {
      name: 'zh',
      use: { language: 'zh' },
      ...(process.env.ALL_LANGUAGES
        ? // Pictures are of the English page.
          { testIgnore: /snapshots\.spec\.ts$/ }
        : { grep: /@every-language/ }),
    },
  ],
  // The built page, as its users get it: security policy, worker and lazily loaded parts included.
  webServer: {
    command: `node node_modules/vite/bin/vite.js preview --host 127.0.0.1 --port ${port} --strictPort`,
    url: address,
    reuseExistingServer: false,
  },
});
