import type { Locator } from '@playwright/test';
import { expect, type Studio, test } from './studio.ts';

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
  await expect(studio.page.getByText(studio.words.tables.summary(1026))).toBeVisible();
}

test('a thousand tables: folded, followed, zoomed, and gone through by key', async ({ studio, page }) => {
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
    await page.getByRole('button', { name: tables.path }).click();
    await expect(region(studio).locator('.card')).toHaveCount(8);
    await page.getByRole('button', { name: tables.path }).click();
  });

  await test.step('from table to table by key', async () => {
    await region(studio).focus();
    const expectTable = (id: string) => expect(card(studio, id)).toHaveClass(/ focus/);
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
  });

  await test.step('zoom', async () => {
    const before = await card(studio, 'g:102').boundingBox();
    await studio.press('-', 3);
    const after = await card(studio, 'g:102').boundingBox();
    expect(after!.height).toBeLessThan(before!.height * 0.7);
    await studio.press('0');
  });

  await test.step('the map goes anywhere', async () => {
    const map = page.locator('.minimap');
    const { x, y, width, height } = (await map.boundingBox())!;
    await page.mouse.click(x + width / 2, y + height - 2);
    await expect(card(studio, 't512')).toBeAttached();
    await expect(card(studio, 't0')).not.toBeInViewport();
  });
});
