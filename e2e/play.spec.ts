import { expect, onEachSize, test } from './studio.ts';

onEachSize(() => {
  test('playing has a pace, which the browser keeps, and can be stopped', async ({ studio, page }) => {
    const pace = page.getByRole('combobox', { name: studio.words.timeline.pace });
    await studio.open();
    await expect(pace).toHaveValue('2');
    await pace.selectOption('20');
    await page.reload();
    await studio.expectEvent(1);
    await expect(pace).toHaveValue('20');

    await test.step('twenty events a second come to the end of 93 in good time', async () => {
      await studio.goTo('60');
      await studio.command('play');
      await expect(studio.position()).toHaveAttribute('data-event', '93', { timeout: 15_000 });
    });

    await test.step('and it can be changed while playing', async () => {
      await studio.command('play');
      await pace.selectOption('1');
      await expect(studio.position()).toHaveAttribute('data-event', /^[2-9]$/);
      await studio.sentence().click();
      await studio.command('play');
      const stopped = await studio.position().getAttribute('data-event');
      await page.waitForTimeout(1200);
      await expect(studio.position()).toHaveAttribute('data-event', stopped ?? '');
    });
  });
});

// A phone has no keys; there the pace is chosen.
test('the pace by key', async ({ studio, page }) => {
  const pace = page.getByRole('combobox', { name: studio.words.timeline.pace });
  await studio.open();
  await studio.press('<', 3);
  await expect(pace).toHaveValue('1');
  await studio.press('>', 9);
  await expect(pace).toHaveValue('20');
});

test('what has come to the end plays no more, and begins anew when it is played again', async ({
  studio,
  page,
}) => {
  const pace = page.getByRole('combobox', { name: studio.words.timeline.pace });
  await studio.open();
  await pace.selectOption('1');
  await studio.press('End');
  await studio.press('ArrowLeft');
  await studio.press('Space');
  await expect(studio.position()).toHaveAttribute('data-event', '93');
  await studio.press('Space');
  await expect(studio.position()).toHaveAttribute('data-event', /^[1-3]$/);
});
