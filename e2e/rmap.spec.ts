import { EVERY_LANGUAGE, expect, onEachSize, test } from './studio.ts';

onEachSize(() => {
  test('a frame that three entries map is found from both ends', EVERY_LANGUAGE, async ({ studio }) => {
    await studio.open();
    await studio.openScenario('14-three-mappings');
    for (let step = 0; step < 3; step++) await studio.press('Shift+ArrowRight');
    await studio.press('ArrowLeft');
    const chain = studio.inspector().getByRole('region', { name: studio.words.inspector.lists.rmap('0x30') });

    await test.step('from one of KVM’s entries', async () => {
      await studio.inspect('t3[24]');
      await expect(chain.getByRole('listitem')).toContainText([/t3\[010\]/, /t3\[018\]/, /t5\[000\]/]);
      await expect(chain.locator('[aria-current="true"]')).toContainText('t3[018]');
      await chain.getByRole('button', { name: /t5\[000\]/ }).click();
      await expect(studio.inspector().getByRole('heading', { level: 3 })).toContainText('t5[000]');
      await expect(chain.locator('[aria-current="true"]')).toContainText('t5[000]');
    });

    await test.step('from the guest’s entry', async () => {
      await studio.inspect('g:103[16]');
      await expect(chain.getByRole('listitem')).toHaveCount(3);
      await chain.getByRole('button', { name: /t3\[010\]/ }).click();
      await expect(studio.inspector().getByRole('heading', { level: 3 })).toContainText('t3[010]');
    });

    await test.step('who wrote it, and who drops it', async () => {
      await studio.question('lastWrite').click();
      await studio.expectKind('kvm_mmu_set_spte');
      await studio.expectStep(1);
      await studio.question('lastWrite').click();
      await expect(studio.inspector()).toContainText(studio.words.inspector.noAnswer.lastWrite);
      await studio.question('nextWrite').click();
      await studio.expectKind('spte_update');
      await studio.expectStep(4);
    });

    await test.step('all three go at once', async () => {
      await studio.stepTo('outcome');
      await studio.showView('tables');
      for (const entry of ['t3[16]', 't3[24]', 't5[0]']) await expect(studio.entry(entry)).toHaveCount(0);
      await studio.inspect('g:103[16]');
      await expect(chain).toContainText(studio.words.inspector.lists.empty);
    });
  });
});
