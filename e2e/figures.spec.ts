import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from './studio.ts';

test('the figures are counted on the page, and each number opens its scenario', async ({ studio, page }) => {
  await studio.open();
  await studio.openMenuItem('Figures');
  const figures = page.getByRole('dialog', { name: 'Figures' });

  await test.step('what everybody quotes', async () => {
    const depths = figures.getByRole('table', {
      name: 'Memory references of one translation, by the depth of the tables',
    });
    const four = depths.getByRole('row').filter({ hasText: 'guest with 4 levels' });
    await expect(four.getByRole('button')).toHaveText(['4', '4', '24', '29', '24', '29']);
    await expect(four.getByText('as published')).toHaveCount(6);
  });

  await test.step('all of them, without a failure', async () => {
    await expect(figures.getByRole('table')).toHaveCount(5);
    await expect(figures.locator('table[aria-busy="false"]')).toHaveCount(5);
    await expect(figures.getByRole('alert')).toHaveCount(0);
  });

  await test.step('readable by everyone', async () => {
    const { violations } = await new AxeBuilder({ page }).include('.figures').analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  });

  await test.step('the scenario of a number', async () => {
    await figures
      .getByRole('button', { name: 'guest’s page: 1 GiB, host’s: 1 GiB: 8. Open the scenario.' })
      .click();
    await expect(figures).toBeHidden();
    await expect(studio.page.locator('.cm-content')).toContainText('slot 0 gpa=0 size=1G gigantic');
  });
});
