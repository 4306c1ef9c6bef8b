import { expect, onEachSize, test } from './studio.ts';

onEachSize(() => {
  test('the palette runs commands, opens scenarios, and goes to places', async ({ studio, page }) => {
    const { words } = studio;
    const palette = page.getByRole('dialog', { name: words.palette.title });
    await studio.open();

    await test.step('a command, with its key', async () => {
      await studio.openPalette();
      await expect(palette.getByRole('option', { name: words.commands.last })).toContainText('End');
      await page.keyboard.type(words.commands.last);
      await studio.press('Enter');
      await expect(palette).toHaveCount(0);
      await studio.expectKind('outcome');
    });

    await test.step('a place, and an event by its number', async () => {
      await studio.openPalette();
      await page.keyboard.type('t3[010]');
      await studio.press('Enter');
      await studio.showView('tables');
      await expect(studio.entry('t3[16]').first()).toBeVisible();
      await studio.openPalette();
      await page.keyboard.type('7');
      await studio.press('Enter');
      await studio.expectEvent(7);
    });

    await test.step('what has no button on a phone', async () => {
      await studio.openPalette();
      await page.keyboard.type(words.commands.theme);
      await studio.press('Enter');
      await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
      await studio.openPalette();
      await page.keyboard.type(words.commands.search);
      await studio.press('Enter');
      await expect(studio.filter()).toBeFocused();
    });

    await test.step('nothing is called that; Escape leaves all as it was', async () => {
      await studio.openPalette();
      await page.keyboard.type('zzzzzz');
      await expect(palette).toContainText(words.palette.empty);
      await studio.press('Escape');
      await expect(palette).toHaveCount(0);
      await studio.expectEvent(7);
    });

    await test.step('a scenario, while typing', async () => {
      await studio.showView('events');
      await studio.filter().focus();
      const title = await studio.title().innerText();
      await studio.press('Control+k');
      await page.keyboard.type('04-page-table-write');
      await studio.press('Enter');
      await studio.expectEvent(1);
      await expect(studio.title()).not.toHaveText(title);
    });
  });
});
