import { readFileSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import type { Download, Locator } from '@playwright/test';
import { expect, type Studio, test } from './studio.ts';

const contentOf = async (file: Download): Promise<Buffer> => readFileSync(await file.path());

/** The file that a button saves. */
async function saved(studio: Studio, button: Locator): Promise<{ name: string; content: Buffer }> {
  const file = studio.page.waitForEvent('download');
  await button.click();
  const download = await file;
  return { name: download.suggestedFilename(), content: await contentOf(download) };
}

const dialog = (studio: Studio): Locator => studio.page.getByRole('dialog', { name: 'Export this moment' });
const button = (studio: Studio, name: string): Locator => dialog(studio).getByRole('button', { name });

async function chooseView(studio: Studio, view: string): Promise<void> {
  await dialog(studio).getByRole('combobox', { name: 'View' }).selectOption({ label: view });
  await expect(dialog(studio).getByRole('img', { name: new RegExp(`: ${view} ·`) })).toBeVisible();
}

test('the walk as SVG and PNG: light, with its texts, its caption and the link', async ({ studio, page }) => {
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await studio.open();
  await studio.stepTo('kvm_mmu_set_spte');
  await studio.press('e');
  await expect(dialog(studio).getByRole('img')).toBeVisible();
  const { name, content } = await saved(studio, button(studio, 'Save SVG'));
  expect(name).toBe('first-touch-a-read-then-a-write-walk-30.svg');
  const svg = content.toString();

  await test.step('stands alone', async () => {
    expect(svg.slice(0, 80)).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(/var\(|class=|<foreignObject|<image/.exec(svg)?.[0] ?? '').toBe('');
    expect(/<rect x="0" y="0" width="720"[^>]*>/.exec(svg)?.[0]).toContain('fill="rgb(255, 255, 255)"');
    const isParsed = `new DOMParser().parseFromString(${JSON.stringify(svg)}, 'image/svg+xml').querySelector('parsererror') === null`;
    expect(await page.evaluate(isParsed)).toBe(true);
  });

  await test.step('has the texts as text', () => {
    const texts = [...svg.matchAll(/>([^<>]+)</g)].map(([, text]) => text).join('\n');
    for (const text of ['t3[010]', 'Shadow walk', 'First touch: a read, then a write', 'event 30 of 93'])
      expect(texts).toContain(text);
    const link = [...svg.matchAll(/<a href="([^"]+)"/g)].at(-1)?.[1] ?? '';
    expect(link).toMatch(/#p1[A-Za-z0-9_-]+$/);
  });

  const png = await saved(studio, button(studio, 'Save PNG'));
  expect(png.name).toMatch(/walk-30\.png$/);
  expect(png.content.subarray(1, 4).toString()).toBe('PNG');
  expect(png.content.readUInt32BE(16)).toBe(1440);
});

const VIEWS: readonly (readonly [view: string, text: string])[] = [
  ['Tables', '0x103000'],
  ['Memory', '0:0x10000'],
  ['Calls', 'paging64_fetch'],
  ['Cost', 'Memory references'],
  ['Inspector', 'MMU-writable'],
  ['Scenario', 'machine'],
  ['Events', 'kvm_mmu_spte_requested'],
  ['Timeline', '1 read 0x10000'],
];

test('every view can be had as a picture', async ({ studio }) => {
  await studio.open();
  await studio.stepTo('kvm_mmu_set_spte');
  await studio.press('e');
  for (const [view, text] of VIEWS) {
    await test.step(view, async () => {
      await chooseView(studio, view);
      const svg = (await saved(studio, button(studio, 'Save SVG'))).content.toString();
      expect(svg.includes(`>${text}</text>`), text).toBe(true);
      expect(svg.includes('var('), 'a token that means nothing outside the page').toBe(false);
    });
  }
});

test('a long view is shown whole, however small its pane is', async ({ studio }) => {
  await studio.open();
  await studio.press('End');
  await studio.press('e');
  await chooseView(studio, 'Events');
  const svg = (await saved(studio, button(studio, 'Save SVG'))).content.toString();
  for (const number of [1, 40, 93]) expect(svg.includes(`>${number}</text>`), String(number)).toBe(true);
});

test('the scenario and the log as files', async ({ studio, page }) => {
  await studio.open();
  await studio.press('e');
  await page.getByRole('tab', { name: 'Log and scenario' }).click();
  const scenario = await saved(studio, button(studio, 'Save .scn'));
  expect(scenario.name).toBe('first-touch-a-read-then-a-write.scn');
  expect(scenario.content.toString()).toMatch(/^scenario 1\ntitle First touch/);

  await page.getByRole('radio', { name: /ftrace/ }).check();
  await expect(dialog(studio).getByRole('region', { name: 'Preview' })).toContainText('# tracer: nop');
  const ftrace = await saved(studio, button(studio, 'Save .ftrace'));
  expect(ftrace.content.toString()).toMatch(/: kvm_mmu_set_spte: gfn 10 spte [0-9a-f]+ \(r-xu\) level 1 at /);

  await page.getByRole('radio', { name: /JSON/ }).check();
  const json = await saved(studio, button(studio, 'Save .json'));
  const log = JSON.parse(json.content.toString());
  expect(log.events.filter((event: { number: number | null }) => event.number !== null)).toHaveLength(93);
});

test('events for a mailing list, by keyboard alone', async ({ studio, page }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await studio.open();
  await studio.stepTo('kvm_mmu_set_spte');
  const sentence = await studio.sentence().innerText();
  await studio.press('e');
  await expect(page.getByRole('tab', { name: 'Picture' })).toBeFocused();
  for (const name of ['Log and scenario', 'Text for a mail']) {
    await studio.press('ArrowRight');
    await expect(page.getByRole('tab', { name })).toBeFocused();
  }
  await studio.press('Tab', 2);
  await expect(page.getByRole('spinbutton', { name: 'From event' })).toBeFocused();
  await page.keyboard.type('23');
  await studio.press('Tab', 3);
  await studio.press('Enter');
  await expect(button(studio, 'Copied')).toBeVisible();

  const text: string = await page.evaluate('navigator.clipboard.readText()');
  const lines = text.trimEnd().split('\n');
  const link = lines.pop() ?? '';
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(72);
  expect(lines.slice(0, 4)).toEqual([
    'First touch: a read, then a write',
    'KVM shadow · AMD · paging 4 · events 23 to 39 of 93',
    '',
    '== 1 read 0x10000',
  ]);
  expect(text).toContain('  30  kvm_mmu_set_spte: gfn=0x10 spte=h0|0xa25');

  await studio.press('Escape');
  await expect(dialog(studio)).toHaveCount(0);
  await page.goto('about:blank');
  await page.goto(link);
  await expect(studio.sentence()).toHaveText(sentence);
});

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in the dialog, ${scheme}`, async ({ studio, page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await studio.open();
    await page.getByRole('button', { name: 'Export' }).click();
    for (const tab of ['Picture', 'Log and scenario', 'Text for a mail', 'Embed']) {
      await page.getByRole('tab', { name: tab }).click();
      await expect(dialog(studio).locator('section :is(img, pre, iframe)')).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    }
  });
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test('the dialog has room', async ({ studio, page }) => {
    await studio.open();
    await page.getByRole('button', { name: 'Export' }).tap();
    await expect(dialog(studio).getByRole('img')).toBeVisible();
    for (const name of ['Save SVG', 'Save PNG', 'Close']) {
      const box = await button(studio, name).boundingBox();
      expect((box?.x ?? 999) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
      expect((box?.y ?? 999) + (box?.height ?? 0)).toBeLessThanOrEqual(844);
    }
  });
});
