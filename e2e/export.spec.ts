import { readFileSync } from 'node:fs';
import type { Download, Locator } from '@playwright/test';
import { expect, on, onEachSize, type Studio, test } from './studio.ts';
import type { PageWords } from './words.ts';

const contentOf = async (file: Download): Promise<Buffer> => readFileSync(await file.path());

/** The file that a button saves. */
async function saved(studio: Studio, button: Locator): Promise<{ name: string; content: Buffer }> {
  const file = studio.page.waitForEvent('download');
  await button.click();
  const download = await file;
  return { name: download.suggestedFilename(), content: await contentOf(download) };
}

const dialog = (studio: Studio): Locator =>
  studio.page.getByRole('dialog', { name: studio.words.sharing.title });
const button = (studio: Studio, name: string): Locator => dialog(studio).getByRole('button', { name });

type View = (typeof VIEWS)[number][0];

async function chooseView(studio: Studio, view: View): Promise<void> {
  const { panes, sharing } = studio.words;
  const name = panes[view];
  await dialog(studio).getByRole('combobox', { name: sharing.view }).selectOption({ label: name });
  await expect(dialog(studio).getByRole('img', { name: new RegExp(`: ${name} ·`) })).toBeVisible();
}

/** A tab of the dialog. */
const tab = (studio: Studio, id: keyof PageWords['sharing']['tabs']): Locator =>
  dialog(studio).getByRole('tab', { name: studio.words.sharing.tabs[id] });

onEachSize(() => {
  test('the walk as SVG and PNG: light, with its texts, its caption and the link', async ({
    studio,
    page,
  }) => {
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await studio.open();
    await studio.stepTo('kvm_mmu_set_spte');
    const title = await studio.title().innerText();
    await studio.openExport();
    await expect(dialog(studio).getByRole('img')).toBeVisible();
    const { name, content } = await saved(studio, button(studio, studio.words.sharing.svg));
    expect(name).toMatch(
      studio.says({ en: /^first-touch-a-read-then-a-write-walk-30\.svg$/, zh: /30\.svg$/ }),
    );
    const svg = content.toString();

    await test.step('stands alone', async () => {
      expect(svg.slice(0, 80)).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
      expect(/var\(|class=|<foreignObject|<image/.exec(svg)?.[0] ?? '').toBe('');
      expect(/<rect x="0" y="0" width="720"[^>]*>/.exec(svg)?.[0]).toContain('fill="rgb(255, 255, 255)"');
      const isParsed = `new DOMParser().parseFromString(${JSON.stringify(svg)}, 'image/svg+xml').querySelector('parsererror') === null`;
      expect(await page.evaluate(isParsed)).toBe(true);
    });

    await test.step('has the texts as text', () => {
      const { walk, panes, sharing } = studio.words;
      const texts = [...svg.matchAll(/>([^<>]+)</g)].map(([, text]) => text).join('\n');
      for (const text of ['t3[010]', walk.rows.shadow.title, title, sharing.moment(panes.walk, 30, 93)])
        expect(texts).toContain(text);
      const link = [...svg.matchAll(/<a href="([^"]+)"/g)].at(-1)?.[1] ?? '';
      expect(link).toMatch(/#p1[A-Za-z0-9_-]+$/);
    });

    const png = await saved(studio, button(studio, studio.words.sharing.png));
    expect(png.name).toMatch(/30\.png$/);
    expect(png.content.subarray(1, 4).toString()).toBe('PNG');
    expect(png.content.readUInt32BE(16)).toBe(1440);
  });
});

/** Views, and a text that is in the picture of each. */
const VIEWS = [
  ['tables', '0x103000'],
  ['memory', '0:0x10000'],
  ['calls', 'paging64_fetch'],
  ['cost', '#PF'],
  ['inspector', 't3[010]'],
  ['scenario', 'machine'],
  ['events', 'kvm_mmu_spte_requested'],
  ['timeline', '1 read 0x10000'],
] as const;

test('every view can be had as a picture', async ({ studio }) => {
  await studio.open();
  await studio.stepTo('kvm_mmu_set_spte');
  await studio.press('e');
  for (const [view, text] of VIEWS) {
    await test.step(view, async () => {
      await chooseView(studio, view);
      const svg = (await saved(studio, button(studio, studio.words.sharing.svg))).content.toString();
      expect(svg.includes(`>${text}</text>`), text).toBe(true);
      expect(svg.includes('var('), 'a token that means nothing outside the page').toBe(false);
    });
  }
});

test('a long view is shown whole, however small its pane is', async ({ studio }) => {
  await studio.open();
  await studio.press('End');
  await studio.press('e');
  await chooseView(studio, 'events');
  const svg = (await saved(studio, button(studio, studio.words.sharing.svg))).content.toString();
  for (const number of [1, 40, 93]) expect(svg.includes(`>${number}</text>`), String(number)).toBe(true);
});

onEachSize(() => {
  test('the scenario and the log as files', async ({ studio, page }) => {
    const { save } = studio.words.sharing;
    await studio.open();
    const title = await studio.title().innerText();
    await studio.openExport();
    await tab(studio, 'files').click();
    const scenario = await saved(studio, button(studio, `${save} .scn`));
    expect(scenario.name).toMatch(/\.scn$/);
    expect(scenario.content.toString()).toContain(`scenario 1\ntitle ${title}\n`);

    await page.getByRole('radio', { name: /ftrace/ }).check();
    await expect(dialog(studio).getByRole('region', { name: studio.words.sharing.preview })).toContainText(
      '# tracer: nop',
    );
    const ftrace = await saved(studio, button(studio, `${save} .ftrace`));
    expect(ftrace.content.toString()).toMatch(
      /: kvm_mmu_set_spte: gfn 10 spte [0-9a-f]+ \(r-xu\) level 1 at /,
    );

    await page.getByRole('radio', { name: /JSON/ }).check();
    const json = await saved(studio, button(studio, `${save} .json`));
    const log = JSON.parse(json.content.toString());
    expect(log.events.filter((event: { number: number | null }) => event.number !== null)).toHaveLength(93);
  });
});

test('events for a mailing list, by keyboard alone', async ({ studio, page }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await studio.open();
  await studio.stepTo('kvm_mmu_set_spte');
  const sentence = await studio.sentence().innerText();
  const title = await studio.title().innerText();
  const machine = await page.locator('.machine span').innerText();
  await studio.press('e');
  await expect(tab(studio, 'picture')).toBeFocused();
  for (const id of ['files', 'mail'] as const) {
    await studio.press('ArrowRight');
    await expect(tab(studio, id)).toBeFocused();
  }
  await studio.press('Tab', 2);
  await expect(page.getByRole('spinbutton', { name: studio.words.sharing.from })).toBeFocused();
  await page.keyboard.type('23');
  await studio.press('Tab', 3);
  await studio.press('Enter');
  await expect(button(studio, studio.words.sharing.copied)).toBeVisible();

  const text: string = await page.evaluate('navigator.clipboard.readText()');
  const lines = text.trimEnd().split('\n');
  const link = lines.pop() ?? '';
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(72);
  expect(lines.slice(0, 4)).toEqual([
    title,
    `${machine} · ${studio.words.sharing.range(23, 39, 93)}`,
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

test.describe('on a phone', () => {
  test.use(on('phone'));

  test('the dialog has room', async ({ studio }) => {
    await studio.open();
    await studio.button(studio.words.sharing.open).tap();
    await expect(dialog(studio).getByRole('img')).toBeVisible();
    const { svg, png, close } = studio.words.sharing;
    for (const name of [svg, png, close]) {
      const box = await button(studio, name).boundingBox();
      expect((box?.x ?? 999) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
      expect((box?.y ?? 999) + (box?.height ?? 0)).toBeLessThanOrEqual(844);
    }
  });
});
