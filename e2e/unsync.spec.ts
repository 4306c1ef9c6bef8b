import { EVERY_LANGUAGE, expect, onEachSize, test } from './studio.ts';

onEachSize(() => {
  test(
    'a write to a page table: out of sync, stale, flushed, in sync again',
    EVERY_LANGUAGE,
    async ({ studio, page }) => {
      await studio.open();
      await studio.openScenario('04-page-table-write');
      const shadow = page.locator('[data-table="t3"]');

      await test.step('the write makes the shadow go out of sync, and is allowed', async () => {
        await studio.stepTo('kvm_mmu_unsync_page');
        await expect(studio.sentence()).toContainText(
          studio.says({ en: 'may go out of sync', zh: '从此可以不同步' }),
        );
        await studio.stepTo('kvm_mmu_set_spte');
        await studio.showView('tables');
        await expect(shadow).toContainText(studio.words.tables.unsync);
        await expect(studio.sentence()).toContainText(
          studio.says({ en: 'its shadow t3 may be out of sync instead', zh: '改为让它的影子页 t3 不同步' }),
        );
      });

      await test.step('the guest reads what the stale entry leads to', async () => {
        await studio.stepTo('-- ok value=0xaaaa');
        await studio.expectStep(3);
        await expect(studio.sentence()).toContainText(
          studio.says({ en: 'the guest reads 0xaaaa', zh: '客户机读到 0xaaaa' }),
        );
        await studio.showView('tables');
        await expect(studio.entry('g:103[16]')).toContainText('0x11');
        await expect(studio.entry('t3[16]')).toContainText('h0');
      });

      await test.step('invlpg drops the entry, and the next read finds the new page', async () => {
        await studio.stepTo('spte_update');
        await expect(studio.sentence()).toContainText(studio.says({ en: 'dropped', zh: '撤除映射' }));
        await expect(studio.entry('t3[16]')).toHaveCount(0);
        await studio.stepTo('-- ok value=0xbbbb');
        await studio.showView('tables');
        await expect(shadow).toContainText(studio.words.tables.unsync);
      });

      await test.step('loading CR3 brings it in sync, and protects the guest’s table', async () => {
        await studio.stepTo('kvm_mmu_sync_page');
        await expect(studio.sentence()).toContainText(
          studio.says({ en: 't3 is brought in line', zh: 't3 重新与客户机页表同步' }),
        );
        await studio.stepTo('-- ok value=0xaaaa');
        await studio.showView('tables');
        await expect(shadow).not.toContainText(studio.words.tables.unsync);
        await expect(page.locator('[data-table="g:103"]')).toContainText(studio.words.tables.protected);
      });
    },
  );

  test('the calls show in which function it happens', EVERY_LANGUAGE, async ({ studio, page }) => {
    await studio.open();
    await studio.openScenario('04-page-table-write');
    await studio.stepTo('kvm_mmu_unsync_page');
    await studio.showTab('calls');
    const calls = page.getByRole('region', {
      name: studio.says({ en: 'Calls of step 2', zh: '步骤 2 的函数调用' }),
    });
    await expect(calls.locator('[aria-current="true"]')).toContainText('/* kvm_mmu_unsync_page: sp=t3');
    await expect(calls.locator('.path')).toContainText(['mmu_set_spte() {', 'kvm_unsync_page() {']);
    await expect(page.getByText(studio.words.functions.kvm_unsync_page)).toBeVisible();

    await calls.getByRole('button', { name: 'make_spte() {' }).click();
    await studio.expectStep(2);
    await expect(calls.locator('[aria-current="true"]')).toHaveText('make_spte() {');
    await expect(page.getByText(studio.words.functions.make_spte)).toBeVisible();

    await studio.press('ArrowDown', 2);
    await expect(calls.locator(':focus')).toHaveAccessibleName('kvm_slot_page_track_is_active();');
    await studio.button(studio.words.calls.onlyTelling).click();
    await expect(calls.getByText('kvm_slot_page_track_is_active();')).toHaveCount(0);
    await calls.getByRole('button', { name: /kvm_mmu_set_spte/ }).click();
    await studio.expectKind('kvm_mmu_set_spte');
  });
});
