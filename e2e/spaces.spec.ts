import { expect, test } from './studio.ts';

test('going back to an address space finds every shadow page again', async ({ studio, page }) => {
  await studio.open();
  await studio.openScenario(/^Two address spaces/);
  const tables = page.locator('.card.hypervisor');
  const moveToStep = async (step: number) => {
    while (!(await studio.position().innerText()).includes(`step ${step} of`))
      await studio.press('Shift+ArrowRight');
  };

  await moveToStep(4);
  const names = await tables.evaluateAll((cards) => cards.map((card) => card.getAttribute('data-table')));
  expect(names.length).toBe(8);

  await test.step('neither way back makes a table, nor faults', async () => {
    await page.getByRole('searchbox', { name: 'Filter events' }).fill('created=1');
    await expect(studio.events()).toHaveCount(8);
    await page.getByRole('searchbox', { name: 'Filter events' }).fill('');
    await page.getByRole('searchbox', { name: 'Filter events' }).press('Escape');
    for (const [step, value] of [
      [5, '0xa'],
      [7, '0xb'],
    ] as const) {
      await moveToStep(step);
      await studio.stepTo(`-- ok value=${value}`);
      await expect(tables).toHaveCount(8);
    }
  });

  await test.step('the first space’s tables are still the ones of its first step', async () => {
    await page.locator('[data-table="t3"] .card-head').click();
    await page.getByRole('group', { name: 'Questions' }).getByRole('button', { name: 'Appeared' }).click();
    await expect(studio.currentEvent()).toContainText('created=1');
    await expect(studio.position()).toContainText('step 1 of');
    await page.getByRole('group', { name: 'Questions' }).getByRole('button', { name: 'Goes' }).click();
    await expect(studio.inspector()).toContainText('It is there to the end of the run.');
  });
});
