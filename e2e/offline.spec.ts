import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { serve } from './static-server.ts';
import { expect, onEachSize, test } from './studio.ts';

const DIST = join(import.meta.dirname, '..', 'dist');

test.use({ serviceWorkers: 'allow' });

/** Resolves when the page's own worker answers its requests. */
const isKept = (page: Page): Promise<void> =>
  page.evaluate(`(async () => {
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller) await new Promise((resolve) => setTimeout(resolve, 50));
  })()`);

/**
 * Resolves when a newer worker has taken over from the one that the page was loaded by. Browsers put that off while the old one is
 * asked for anything, so the page is left alone.
 */
const newOneTookOver = (page: Page): Promise<void> =>
  page.evaluate(`(async () => {
    const registration = await navigator.serviceWorker.ready;
    while (registration.installing || registration.waiting || registration.active?.state !== 'activated')
      await new Promise((resolve) => setTimeout(resolve, 50));
  })()`);

onEachSize(() => {
  test('from any folder of any server, without a network from the second load on', async ({
    studio,
    page,
  }) => {
    const server = await serve(DIST, '/courses/2026/penumbra/');
    const asked = new Set<string>();
    page.on('request', (request) => asked.add(new URL(request.url()).origin));
    await page.goto(server.address);
    await studio.expectEvent(1);
    await isKept(page);
    await studio.press('ArrowRight', 5);
    const link = await studio.link();
    await server.stop();

    await page.reload();
    await studio.expectEvent(6);
    await studio.press('ArrowRight');
    await studio.expectEvent(7);

    await test.step('with all its parts', async () => {
      await studio.showView('scenario');
      await expect(studio.editor()).toBeVisible();
      await studio.openExport();
      await expect(page.getByRole('dialog').getByRole('img')).toBeVisible();
      await studio.press('Escape');
      await page.getByRole('combobox', { name: studio.words.bar.language }).selectOption({ label: '中文' });
      await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
    });

    await test.step('in a frame, and by its file’s name, too', async () => {
      for (const address of [`${server.address}?embed${link}`, `${server.address}index.html${link}`]) {
        await page.goto('about:blank');
        await page.goto(address);
        await studio.expectEvent(6);
      }
    });

    // The picture of the export dialog is the page's own.
    expect([...asked].filter((origin) => origin !== 'null')).toEqual([new URL(server.address).origin]);
  });
});

test('a new version takes over at the next load, and pages that are open keep their parts', async ({
  studio,
  page,
}) => {
  test.slow();
  // The build's own function: what the plugin wrote for the first version it writes for the second.
  const { serviceWorkerFor } = await import(join(DIST, '..', 'scripts', 'offline-plugin.mjs'));
  const folder = mkdtempSync(join(tmpdir(), 'penumbra-dist-'));
  cpSync(DIST, folder, { recursive: true });
  const server = await serve(folder, '/');
  try {
    await page.goto(server.address);
    await studio.expectEvent(1);
    await isKept(page);

    const index = join(folder, 'index.html');
    writeFileSync(index, readFileSync(index, 'utf8').replace('<title>Penumbra', '<title>Penumbra, newer'));
    for (const part of readdirSync(join(folder, 'assets')).filter((name) => name.startsWith('ExportDialog')))
      rmSync(join(folder, 'assets', part));
    writeFileSync(join(folder, 'service-worker.js'), serviceWorkerFor(folder));

    await page.reload();
    await expect(page).toHaveTitle('Penumbra');
    await expect
      .poll(() => page.evaluate('caches.keys().then((names) => names.length)'), { timeout: 30_000 })
      .toBe(2);
    await newOneTookOver(page);
    await studio.press('e');
    await expect(page.getByRole('dialog').getByRole('img')).toBeVisible();
    await page.reload();
    await expect(page).toHaveTitle('Penumbra, newer');
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
});

test('it can be installed', async ({ page, baseURL }) => {
  await page.goto('/');
  const address = await page.evaluate("document.querySelector('link[rel=manifest]').href");
  const manifest = await (await page.request.get(String(address))).json();
  expect(manifest).toMatchObject({ name: 'Penumbra', start_url: './', scope: './', display: 'standalone' });
  for (const { src } of manifest.icons) {
    const icon = await page.request.get(new URL(src, String(baseURL)).href);
    expect(icon.ok(), src).toBe(true);
  }
  const client = await page.context().newCDPSession(page);
  const { installabilityErrors } = await client.send('Page.getInstallabilityErrors');
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual(
    [],
  );
});
