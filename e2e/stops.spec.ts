import { expect, onEachSize, test } from './studio.ts';

onEachSize(() => {
  test('running and playing stop where an entry changes', async ({ studio, page }) => {
    await studio.open();
    await studio.openScenario('04-page-table-write');
    await studio.press('End');
    await studio.inspect('t3[16]');
    await studio.button(studio.words.marks.stopHere).click();
    await studio.showView('marks');
    const stop = page.getByRole('checkbox', {
      name: studio.words.marks.switchStop('writes:t3[010]'),
    });
    await expect(stop).toBeChecked();

    await test.step('run on, and back', async () => {
      await studio.press('Home');
      await studio.command('runOn');
      await studio.expectKind('kvm_mmu_set_spte');
      await studio.command('runOn');
      await studio.expectKind('spte_update');
      await studio.command('runBack');
      await studio.expectKind('kvm_mmu_set_spte');
      await studio.command('runBack');
      await studio.expectEvent(1);
    });

    await test.step('playing stops there', async () => {
      await studio.command('runOn');
      await studio.press('ArrowLeft', 2);
      await page.locator('.stops h3').click();
      await studio.command('play');
      await studio.expectKind('kvm_mmu_set_spte');
      await expect(studio.button(studio.words.commands.play)).toBeVisible();
      await page.waitForTimeout(600);
      await studio.expectKind('kvm_mmu_set_spte');
    });

    await test.step('switched off it does not; removed it is gone', async () => {
      await stop.uncheck();
      await expect(studio.button(studio.words.commands.runOn)).toHaveCount(0);
      await studio.press('Home');
      // Only the key is left, and goes to the end.
      await studio.press('r');
      await studio.expectKind('outcome');
      await studio.button(studio.words.marks.removeStop('writes:t3[010]')).click();
      await expect(stop).toHaveCount(0);
    });
  });

  test('stops are any filter, by hand or of the cursor’s kind, and travel with the link', async ({
    studio,
    page,
  }) => {
    await studio.open();
    await studio.showView('marks');
    await studio.button(studio.words.marks.quick.fault).click();
    const field = page.getByRole('textbox', { name: studio.words.marks.stopLabel });
    await field.fill('kind:kvm_mmu_set_spte spte.zz=1');
    await expect(page.locator('.new-stop mark')).toHaveText('spte.zz=1');
    await expect(studio.button(studio.words.marks.add)).toBeDisabled();
    await field.fill('kind:kvm_mmu_set_spte spte.w=1');
    await field.press('Enter');
    await page.locator('.stops h3').click();
    await studio.press('B');
    await expect(page.locator('.stops li')).toHaveCount(3);

    const fragment = await studio.link();
    expect(fragment).toMatch(/^#p2/);
    await page.goto('about:blank');
    await studio.open(fragment);
    await studio.showView('marks');
    await expect(page.locator('.stops li')).toContainText(['is:fault', 'spte.w=1', 'kind:step']);
  });
});
