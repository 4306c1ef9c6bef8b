import { EVERY_LANGUAGE, expect, onEachSize, test } from './studio.ts';

onEachSize(() => {
  test(
    'the figures are counted on the page, and each number opens its scenario',
    EVERY_LANGUAGE,
    async ({ studio, page }) => {
      const { figures: words } = studio.words;
      await studio.open();
      await studio.openMenuItem(words.open);
      const figures = page.getByRole('dialog', { name: words.title });

      await test.step('what everybody quotes', async () => {
        const depths = figures.getByRole('table', { name: words.names.depths });
        const four = depths.getByRole('row').filter({ hasText: words.labels['paging-4'] });
        await expect(four.getByRole('button')).toHaveText(['4', '4', '24', '29', '24', '29']);
        await expect(four.getByText(words.same)).toHaveCount(6);
      });

      await test.step('all of them, without a failure', async () => {
        await expect(figures.getByRole('table')).toHaveCount(6);
        await expect(figures.locator('table[aria-busy="false"]')).toHaveCount(6);
        await expect(figures.getByRole('alert')).toHaveCount(0);
      });

      await test.step('the scenario of a number', async () => {
        await figures
          .getByRole('button', { name: words.openCell(words.labels['guest-1G'], words.labels['host-1G'], 8) })
          .click();
        await expect(figures).toBeHidden();
        await studio.showView('scenario');
        await expect(studio.page.locator('.cm-content')).toContainText('slot 0 gpa=0 size=1G gigantic');
      });
    },
  );
});
