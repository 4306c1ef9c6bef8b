// What the page may cost before it shows anything. The time that it takes is measured by `npm run bench load`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onEachSize, test } from './studio.ts';

const DIST = join(import.meta.dirname, '..', 'dist');

/** Bytes of script, compressed, that the first view may need: the page's own, and the engine's in its worker. */
const MOST_SCRIPT = 300_000;

/** The scripts that the page asks for at once, and the worker's. */
function firstScripts(): string[] {
  const page = readFileSync(join(DIST, 'index.html'), 'utf8');
  const own = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, name]) => name ?? '');
  const workers = readdirSync(join(DIST, 'assets')).filter((name) => /^worker-.*\.js$/.test(name));
  return [...own, ...workers.map((name) => `assets/${name}`)];
}

test('the first view needs at most 300 KB of script', async ({ studio }) => {
  const scripts = firstScripts();
  expect(scripts.length).toBeGreaterThan(1);
  const sizes = scripts.map((name) => gzipSync(readFileSync(join(DIST, name)), { level: 9 }).length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(total, scripts.map((name, i) => `${sizes[i]} ${name}`).join('\n')).toBeLessThanOrEqual(MOST_SCRIPT);

  await test.step('and these are all that it asks for', async () => {
    const asked = new Set<string>();
    let isShown = false;
    studio.page.on('request', (request) => {
      const name = /assets\/[^/?]+\.js/.exec(request.url())?.[0];
      if (name && !isShown) asked.add(name);
    });
    await studio.page.route(/code-editor/, (route) => (isShown ? route.continue() : route.abort()));
    await studio.page.goto('/?embed');
    await studio.expectEvent(1);
    await expect(studio.page.locator('.walk-figure')).toBeVisible();
    isShown = true;
    const language = /^assets\/zh-/;
    expect([...asked].filter((name) => !scripts.includes(name) && !language.test(name))).toEqual([]);
  });
});

onEachSize(() => {
  test('nothing moves by itself, and panes stay where they are', async ({ studio, page }) => {
    await page.addInitScript(`
      window.shifts = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          window.shifts.push(entry.sources.map(({ node }) => node?.className ?? node?.nodeName).join(' '));
      }).observe({ type: 'layout-shift', buffered: true });
    `);
    await studio.open();
    if (!studio.isSmall) await expect(studio.editor()).toBeVisible();
    expect(await page.evaluate('window.shifts')).toEqual([]);
    const parts = page.locator('.sentence, .transport, [data-pane], .thumb-bar, .phone-view');
    const places = () =>
      parts.evaluateAll((nodes) => nodes.map((node) => node.getBoundingClientRect().toJSON()));
    const before = await places();
    expect(before.length).toBeGreaterThan(2);
    await studio.press('ArrowRight', 35);
    await studio.expectEvent(36);
    expect(await places()).toEqual(before);
  });
});
