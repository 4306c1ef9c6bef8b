import { expect, test } from './studio.ts';

test('going back to an address space finds every shadow page again', async ({ studio, page }) => {
  await studio.open();
  await studio.openScenario('05-two-spaces');
  const tables = page.locator('.card.hypervisor');
  const moveToStep = async (step: number) => {
    while ((await studio.position().getAttribute('data-step')) !== `${step}`)
      await studio.press('Shift+ArrowRight');
  };

  await moveToStep(4);
  const names = await tables.evaluateAll((cards) => cards.map((card) => card.getAttribute('data-table')));
  expect(names.length).toBe(8);

  await test.step('neither way back makes a table, nor faults', async () => {
    await studio.filter().fill('created=1');
    await expect(studio.events()).toHaveCount(8);
    await studio.filter().fill('');
    await studio.filter().press('Escape');
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
    await studio.question('appeared').click();
    await expect(studio.currentEvent()).toContainText('created=1');
    await studio.expectStep(1);
    await studio.question('gone').click();
    await expect(studio.inspector()).toContainText(studio.words.inspector.noAnswer.gone);
  });
});
