import { expect, test } from './studio.ts';

test('playing has a pace, by control and by key, which the browser keeps', async ({ studio, page }) => {
  const pace = page.getByRole('combobox', { name: studio.words.timeline.pace });
  await studio.open();
  await expect(pace).toHaveValue('2');
  await studio.press('<', 3);
  await expect(pace).toHaveValue('1');
  await studio.press('>', 9);
  await expect(pace).toHaveValue('20');
  await page.reload();
  await studio.expectEvent(1);
  await expect(pace).toHaveValue('20');

  await test.step('twenty events a second come to the end of 93 in good time', async () => {
    await studio.press('Space');
    await expect(studio.position()).toHaveAttribute('data-event', '93', { timeout: 15_000 });
  });

  await test.step('and it can be changed while playing', async () => {
    await studio.press('Space');
    await pace.selectOption('1');
    await expect(studio.position()).toHaveAttribute('data-event', /^[2-9]$/);
    await page.locator('.position').click();
    await studio.press('Space');
    const stopped = await studio.position().getAttribute('data-event');
    await page.waitForTimeout(1200);
    await expect(studio.position()).toHaveAttribute('data-event', stopped ?? '');
  });
});
