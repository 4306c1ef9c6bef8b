import type { Locator } from '@playwright/test';
import { expect, onEachSize, type Studio, test } from './studio.ts';
import { moveFingers } from './touch.ts';

const REGIONS = 510;
const MANY = [
  'scenario 1',
  'title A thousand tables',
  'machine kvm mmu=shadow tlb=off',
  'guest paging=4',
  'slot 0 gpa=0 size=16M',
  'space s pool=0x100000',
  ...Array.from(
    { length: REGIONS },
    (_, i) => `map s 0x${(0x40000000 + i * 0x200000).toString(16)} 0x10000 p|w|u|a|d`,
  ),
  'host mmu-pages 4000',
  ...Array.from({ length: REGIONS }, (_, i) => `read 0x${(0x40000000 + i * 0x200000).toString(16)}`),
].join('\n');

const region = (studio: Studio): Locator => studio.page.locator('section.tables');
const card = (studio: Studio, id: string): Locator => region(studio).locator(`[data-table="${id}"]`);

/** Opens a thousand tables, all made. */
async function openMany(studio: Studio): Promise<void> {
  await studio.open(`#t=${encodeURIComponent(MANY)}`);
  await expect(studio.page.getByRole('heading', { name: 'A thousand tables' })).toBeVisible();
  await studio.press('End');
  await studio.showView('tables');
  await expect(studio.page.getByText(studio.words.tables.summary(1026))).toBeVisible();
}

/** From table to table, and folded, by key. */
async function goByKey(studio: Studio): Promise<void> {
  const expectTable = (id: string) => expect(card(studio, id)).toHaveClass(/ focus/);
  await region(studio).focus();
  await studio.press('ArrowDown');
  await expectTable('t4');
  await studio.press('Shift+ArrowUp');
  await expectTable('t2');
  await studio.press('x');
  await expectTable('g:102');
  await studio.press('Shift+ArrowDown');
  await expectTable('g:103');
  await studio.press('Shift+ArrowUp');
  await studio.press('c');
  await expect(card(studio, 'g:103')).toHaveCount(0);
  await studio.press('c');
  await expect(card(studio, 'g:103')).toHaveCount(1);
}

/** The same with a finger, which follows what a table says it stands for. */
async function goByFinger(studio: Studio): Promise<void> {
  const { tables } = studio.words;
  await card(studio, 't3').getByRole('button', { name: '103', exact: true }).tap();
  await expect(card(studio, 'g:103')).toBeInViewport();
  await card(studio, 'g:102')
    .getByRole('button', { name: tables.foldTables('0x102000') })
    .tap();
  // What is selected stays in sight.
  await expect(card(studio, 'g:104')).toHaveCount(0);
  await expect(card(studio, 'g:103')).toHaveCount(1);
  await card(studio, 'g:102')
    .getByRole('button', { name: tables.unfold('0x102000', REGIONS - 1) })
    .tap();
  await expect(card(studio, 'g:104')).toHaveCount(1);
}

/** Makes the tables smaller: by key, or by drawing two fingers together. */
async function zoomOut(studio: Studio): Promise<void> {
  if (!studio.isSmall) return studio.press('-', 3);
  await moveFingers(studio.page, [
    [
      { x: 100, y: 300 },
      { x: 140, y: 300 },
    ],
    [
      { x: 260, y: 300 },
      { x: 220, y: 300 },
    ],
  ]);
}

onEachSize(() => {
  test('a thousand tables: folded, followed, zoomed, and gone through by key or finger', async ({
    studio,
    page,
  }) => {
    const { tables } = studio.words;
    await openMany(studio);

    await test.step('only those in sight are drawn', async () => {
      expect(await region(studio).locator('.card').count()).toBeLessThan(80);
    });

    await test.step('by level', async () => {
      await page.getByRole('combobox', { name: tables.levels }).selectOption('2');
      await expect(region(studio).locator('.card')).toHaveCount(6);
      await expect(
        card(studio, 't2').getByRole('button', { name: tables.unfold('t2', REGIONS) }),
      ).toBeVisible();
    });

    await test.step('what is selected is shown, with the way to it', async () => {
      await card(studio, 't2')
        .getByRole('button', { name: /^t2\[000\]/ })
        .click();
      await card(studio, 't2').getByText('t3', { exact: true }).click();
      await expect(card(studio, 't3')).toBeInViewport();
      await expect(
        card(studio, 't2').getByRole('button', { name: tables.unfold('t2', REGIONS - 1) }),
      ).toBeVisible();
    });

    await test.step('only the path', async () => {
      await page.getByRole('combobox', { name: tables.levels }).selectOption('1');
      const others = region(studio).locator('[data-table="t4"], [data-table="g:104"]');
      await expect(others).not.toHaveCount(0);
      await page.getByRole('button', { name: tables.path }).click();
      await expect(others).toHaveCount(0);
      for (const id of ['t0', 't1', 't2', 't3']) await expect(card(studio, id)).toBeAttached();
      await page.getByRole('button', { name: tables.path }).click();
    });

    await test.step('from table to table', () => (studio.isSmall ? goByFinger(studio) : goByKey(studio)));

    await test.step('zoom', async () => {
      const before = await card(studio, 'g:102').boundingBox();
      await zoomOut(studio);
      const after = await card(studio, 'g:102').boundingBox();
      expect(after!.height).toBeLessThan(before!.height * 0.7);
      await studio.button(tables.zoomReset).click();
    });

    await test.step('a jump to the other end, and back, is followed by all that there is to see', async () => {
      await studio.press('Home');
      await expect(card(studio, 't0')).toHaveCount(0);
      await studio.press('End');
      await expect(page.getByText(tables.summary(1026))).toBeVisible();
      const event = Number(await studio.position().getAttribute('data-event'));
      await studio.showView('inspector');
      await expect(studio.inspector()).toContainText(studio.words.inspector.event(event));
      await studio.showView('tables');
    });

    await test.step('the map goes anywhere', async () => {
      const map = page.locator('.minimap');
      const { x, y, width, height } = (await map.boundingBox())!;
      await page.mouse.click(x + width / 2, y + height - 2);
      await expect(card(studio, 't512')).toBeAttached();
      await expect(card(studio, 't0')).not.toBeInViewport();
    });
  });
});
