/**
 * What the page looks like, kept under review: a picture of a state, and beside it where its parts lie. Pixels are compared only where
 * the same browser draws with the same fonts; elsewhere the parts' places are, with some room, and the test says so.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';

const FOLDER = join(import.meta.dirname, 'snapshots');

/** Left, top, width, height in CSS pixels. */
type Box = readonly [number, number, number, number];

interface Layout {
  /** Browser and fonts that the picture was made with. */
  readonly renderer: string;
  readonly parts: Readonly<Record<string, Box>>;
}

/** How far a part may lie from where it was: drawn by the same browser and fonts, and by others. */
const ROOM = { same: 2, other: 16 } as const;

/** Widths of a text in the page's faces, which tell fonts from each other. */
const FONT_WIDTHS = `(() => {
  const context = document.createElement('canvas').getContext('2d');
  const style = getComputedStyle(document.documentElement);
  return ['400 100px', '700 100px'].flatMap((weight) => ['--sans', '--mono'].map((face) => {
    context.font = weight + ' ' + style.getPropertyValue(face);
    return Math.round(context.measureText('0x7f00 h1[010] spte, KVM 客户机页表').width);
  }));
})()`;

async function rendererOf(page: Page): Promise<string> {
  const version = page.context().browser()?.version();
  const widths = (await page.evaluate(FONT_WIDTHS)) as number[];
  return `Chromium ${version}, text ${widths.join(' ')}`;
}

/** The parts whose places the page decides, not the length of a text: by their kind and name, as far as they are in sight. */
const PARTS = `(() => {
  const parts = {};
  const add = (name, element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    if (width === 0 || height === 0 || x >= innerWidth || y >= innerHeight || x + width <= 0 || y + height <= 0) return;
    let key = name;
    for (let i = 2; key in parts; i++) key = name + ' ' + i;
    parts[key] = [x, y, width, height].map(Math.round);
  };
  const all = (selector, name) => { for (const element of document.querySelectorAll(selector)) add(name(element), element); };
  all('[data-pane]', (pane) => 'pane ' + pane.dataset.pane);
  all('[role=dialog], .palette', () => 'dialog');
  all('.sentence, .phone-view, .transport-bar, .thumb-bar, .compare-column', ({ className }) => className.split(' ')[0]);
  all('.walk-figure', () => 'walk');
  all('[data-slot] rect', (cell) => 'cell ' + cell.closest('[data-slot]').dataset.slot);
  all('[data-table]', (card) => 'table ' + card.dataset.table);
  all('.memory .page b', (label) => 'page ' + label.textContent);
  all('.event-row', (row) => 'event ' + row.querySelector('.number')?.textContent);
  return parts;
})()`;

const isNear = (before: Box, now: Box | undefined, room: number): boolean =>
  now !== undefined && before.every((length, i) => Math.abs(length - (now[i] ?? 0)) <= room);

/** What lies elsewhere than it did, is gone, or is new. */
function moved(before: Layout['parts'], now: Layout['parts'], room: number): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names
    .filter((name) => !before[name] || !isNear(before[name], now[name], room))
    .map((name) => `${name}: ${before[name] ?? 'nowhere'} → ${now[name] ?? 'nowhere'}`);
}

const textOf = ({ renderer, parts }: Layout): string => {
  const lines = Object.entries(parts).map(
    ([name, box]) => `    ${JSON.stringify(name)}: [${box.join(', ')}]`,
  );
  return `{\n  "renderer": ${JSON.stringify(renderer)},\n  "parts": {\n${lines.join(',\n')}\n  }\n}\n`;
};

const layoutOf = async (page: Page): Promise<Layout> => ({
  renderer: await rendererOf(page),
  parts: (await page.evaluate(PARTS)) as Layout['parts'],
});

const softly = expect.configure({ soft: true });

/**
 * The page looks as the picture of that name does; `--update-snapshots` makes the picture anew.
 * @param part a selector of what is pictured; places are those of the whole page's parts
 */
export async function expectPicture(page: Page, name: string, part: string): Promise<void> {
  const path = join(FOLDER, `${name}.json`);
  const { updateSnapshots } = test.info().config;
  if (updateSnapshots === 'all' || updateSnapshots === 'changed') {
    await expect(page.locator(part)).toHaveScreenshot(`${name}.png`);
    writeFileSync(path, textOf(await layoutOf(page)));
    return;
  }
  expect(existsSync(path), `there is no ${name}.json yet: --update-snapshots makes it`).toBe(true);
  const before: Layout = JSON.parse(readFileSync(path, 'utf8'));
  const now = await layoutOf(page);
  const isSame = before.renderer === now.renderer;
  const room = isSame ? ROOM.same : ROOM.other;
  const whatMoved = async () => moved(before.parts, (await layoutOf(page)).parts, room);
  await softly.poll(whatMoved, `${name}: what lies elsewhere`).toEqual([]);
  if (isSame) await softly(page.locator(part)).toHaveScreenshot(`${name}.png`);
  else
    process.stdout.write(
      `${name}: another browser or other fonts (${now.renderer}): places of ${Object.keys(now.parts).length} parts compared, pixels not\n`,
    );
}
