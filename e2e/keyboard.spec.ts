import { readFileSync } from 'node:fs';
import type { Locator } from '@playwright/test';
import { expect, type Studio, test } from './studio.ts';

/** Presses Tab until a control has the focus. */
async function tabTo(studio: Studio, control: Locator): Promise<void> {
  for (let i = 0; i < 120; i++) {
    if ((await control.and(studio.page.locator(':focus')).count()) === 1) return;
    await studio.press('Tab');
  }
  throw new Error('Tab does not come to it');
}

/** Presses → as a held key would, far faster than frames come, and notes which events were on the screen. */
const HOLD = `new Promise((resolve) => {
  const seen = new Set();
  let frames = 30;
  const hold = () => {
    for (let i = 0; i < 20; i++)
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', repeat: true, bubbles: true, cancelable: true }));
  };
  const look = () => {
    seen.add(Number(document.querySelector('.position').dataset.event));
    hold();
    if (--frames > 0) requestAnimationFrame(look);
    else resolve([...seen]);
  };
  requestAnimationFrame(look);
})`;

test('a held arrow key shows every event that it passes', async ({ studio, page }) => {
  await studio.open();
  const seen = (await page.evaluate(HOLD)) as number[];
  expect(seen.length).toBeGreaterThan(5);
  expect(seen).toEqual(seen.map((_, i) => i + 1));
});

test('from opening to exporting without a mouse', async ({ studio, page }) => {
  const { words } = studio;
  await studio.open();
  await studio.press('k');
  await expect(page.getByRole('dialog', { name: words.palette.title })).toBeVisible();
  const heading = page.locator('.top-bar h1');
  const first = await heading.innerText();
  await page.keyboard.type('04-page-table-write');
  await studio.press('Enter');
  await expect(heading).not.toHaveText(first);

  await test.step('find an event, note something at it, stop at its kind', async () => {
    await studio.press('/');
    await page.keyboard.type('kind:kvm_mmu_set_spte');
    await studio.press('Enter');
    await studio.press('Escape');
    await expect(studio.currentEvent()).toContainText('kvm_mmu_set_spte');
    await studio.press('b');
    await page.keyboard.type('Why now?');
    await expect(page.locator('.notes input')).toHaveValue('Why now?');
    await studio.press('Tab');
    await studio.press('B');
    await expect(page.locator('.stops li')).toHaveCount(1);
  });

  await test.step('run on and go back', async () => {
    const before = await studio.position().getAttribute('data-event');
    await studio.press('r');
    await expect(studio.position()).not.toHaveAttribute('data-event', before ?? '');
    await studio.press('Backspace');
    await expect(studio.position()).toHaveAttribute('data-event', before ?? '');
  });

  await test.step('export the picture', async () => {
    await studio.press('e');
    const dialog = page.getByRole('dialog', { name: words.sharing.title });
    await expect(dialog).toBeVisible();
    await tabTo(studio, dialog.getByRole('button', { name: words.sharing.svg }));
    const saving = page.waitForEvent('download');
    await studio.press('Enter');
    expect(readFileSync(await (await saving).path(), 'utf8')).toMatch(/^<svg /);
    await studio.press('Escape');
    await expect(dialog).toHaveCount(0);
  });
});
