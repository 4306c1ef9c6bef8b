import { expect, onEachSize, test } from './studio.ts';

onEachSize(() => {
  test('going back to an address space finds every shadow page again', async ({ studio, page }) => {
    await studio.open();
    await studio.openScenario('05-two-spaces');
    const { tables } = studio.words;
    const moveToStep = async (step: number) => {
      while ((await studio.position().getAttribute('data-step')) !== `${step}`)
        await studio.press('Shift+ArrowRight');
    };

    await moveToStep(4);
    const expectNoNew = async () => {
      await studio.showView('tables');
      await expect(page.getByText(tables.summary(12))).toBeVisible();
    };
    await expectNoNew();

    await test.step('neither way back makes a table, nor faults', async () => {
      await studio.showView('events');
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
        await expectNoNew();
      }
    });

    await test.step('the first space’s tables are still the ones of its first step', async () => {
      await studio.goTo('t3');
      await studio.showView('inspector');
      await studio.question('appeared').click();
      await studio.expectKind('kvm_mmu_get_page');
      await studio.expectStep(1);
      await studio.question('gone').click();
      await expect(studio.inspector()).toContainText(studio.words.inspector.noAnswer.gone);
    });
  });
});
