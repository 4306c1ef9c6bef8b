import { expect, test } from './studio.ts';

test('the palette runs commands, opens scenarios, and goes to places', async ({ studio, page }) => {
  const { words } = studio;
  const palette = page.getByRole('dialog', { name: words.palette.title });
  await studio.open();

  await test.step('a command, with its key', async () => {
    await studio.press('k');
    await expect(palette.getByRole('option', { name: words.commands.last })).toContainText('End');
    await page.keyboard.type(words.commands.last);
    await studio.press('Enter');
    await expect(palette).toHaveCount(0);
    await expect(studio.currentEvent()).toContainText('-- ok');
  });

  await test.step('a place, and an event by its number', async () => {
    await studio.press('k');
    await page.keyboard.type('t3[010]');
    await studio.press('Enter');
    await expect(studio.entry('t3[16]').first()).toBeVisible();
    await studio.press('k');
    await page.keyboard.type('7');
    await studio.press('Enter');
    await expect(studio.position()).toHaveAttribute('data-event', '7');
  });

  await test.step('nothing is called that; Escape leaves all as it was', async () => {
    await studio.press('k');
    await page.keyboard.type('zzzzzz');
    await expect(palette).toContainText(words.palette.empty);
    await studio.press('Escape');
    await expect(palette).toHaveCount(0);
    await expect(studio.position()).toHaveAttribute('data-event', '7');
  });

  await test.step('a scenario, while typing', async () => {
    await page.locator('#event-filter').focus();
    await studio.press('Control+k');
    await page.keyboard.type('04-page-table-write');
    await studio.press('Enter');
    await expect(studio.position()).toHaveAttribute('data-event', '1');
    await expect(page.locator('.top-bar h1')).not.toHaveText('');
  });
});
