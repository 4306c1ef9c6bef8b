import { expect, test } from './studio.ts';

test('a write to a page table: out of sync, stale, flushed, in sync again', async ({ studio, page }) => {
  await studio.open();
  await studio.openScenario(/^A write to a page table/);
  const shadow = page.locator('[data-table="t3"]');

  await test.step('the write makes the shadow go out of sync, and is allowed', async () => {
    await studio.stepTo('kvm_mmu_unsync_page');
    await expect(studio.sentence()).toContainText('may go out of sync');
    await studio.stepTo('kvm_mmu_set_spte');
    await expect(shadow).toContainText('UNSYNC');
    await expect(studio.sentence()).toContainText('its shadow t3 may be out of sync instead');
  });

  await test.step('the guest reads what the stale entry leads to', async () => {
    await studio.stepTo('-- ok value=0xaaaa');
    await expect(studio.position()).toContainText('step 3 of');
    await expect(studio.sentence()).toContainText('the guest reads 0xaaaa');
    await expect(studio.entry('g:103[16]')).toContainText('0x11');
    await expect(studio.entry('t3[16]')).toContainText('h0');
  });

  await test.step('invlpg drops the entry, and the next read finds the new page', async () => {
    await studio.stepTo('spte_update');
    await expect(studio.sentence()).toContainText('dropped');
    await expect(studio.entry('t3[16]')).toHaveCount(0);
    await studio.stepTo('-- ok value=0xbbbb');
    await expect(shadow).toContainText('UNSYNC');
  });

  await test.step('loading CR3 brings it in sync, and protects the guest’s table', async () => {
    await studio.stepTo('kvm_mmu_sync_page');
    await expect(studio.sentence()).toContainText('t3 is brought in line');
    await studio.stepTo('-- ok value=0xaaaa');
    await expect(shadow).not.toContainText('UNSYNC');
    await expect(page.locator('[data-table="g:103"]')).toContainText('write-protected');
  });
});

test('the calls show in which function it happens', async ({ studio, page }) => {
  await studio.open();
  await studio.openScenario(/^A write to a page table/);
  await studio.stepTo('kvm_mmu_unsync_page');
  await studio.showTab('Calls');
  const calls = page.getByRole('region', { name: /^Calls of step 2/ });
  await expect(calls.locator('[aria-current="true"]')).toContainText('/* kvm_mmu_unsync_page: sp=t3');
  await expect(calls.locator('.path')).toContainText(['mmu_set_spte() {', 'kvm_unsync_page() {']);
  await expect(page.getByText('Lets one shadow page go out of sync.')).toBeVisible();

  await calls.getByRole('button', { name: 'make_spte() {' }).click();
  await expect(studio.position()).toContainText('step 2 of');
  await expect(calls.locator('[aria-current="true"]')).toHaveText('make_spte() {');
  await expect(page.getByText('Decides what a leaf entry grants.')).toBeVisible();

  await studio.press('ArrowDown', 2);
  await expect(calls.locator(':focus')).toHaveAccessibleName('kvm_slot_page_track_is_active();');
  await page.getByRole('button', { name: 'Only calls with events' }).click();
  await expect(calls.getByText('kvm_slot_page_track_is_active();')).toHaveCount(0);
  await calls.getByRole('button', { name: /kvm_mmu_set_spte/ }).click();
  await expect(studio.currentEvent()).toContainText('kvm_mmu_set_spte');
});
