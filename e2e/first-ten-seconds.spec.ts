import { EVERY_LANGUAGE, expect, onEachSize, test } from './studio.ts';

onEachSize(() => {
  test(
    'a newcomer presses → and sees a fault, a shadow entry, and why',
    EVERY_LANGUAGE,
    async ({ studio }) => {
      await studio.open();
      await studio.stepTo('fault');
      await expect(studio.sentence()).toContainText('P = 0');
      await expect(studio.cell('t0[000]')).toHaveAccessibleName(
        new RegExp(`${studio.words.walk.fault}: P = 0`),
      );

      await studio.stepTo('kvm_mmu_set_spte');
      await expect(studio.sentence()).toContainText(
        studio.says({ en: 'read-only although the guest allows writing', zh: '只读，尽管客户机允许写入' }),
      );
      await expect(studio.cell('t3[010]')).toHaveAccessibleName(/h0/);
      await studio.showView('tables');
      await expect(studio.entry('t3[16]')).toHaveClass(/now/);
      await studio.showView('inspector');
      await expect(studio.inspector()).toContainText(studio.says({ en: 'MMU-writable', zh: 'MMU 可写' }));

      await studio.press('ArrowLeft');
      await studio.showView('tables');
      await expect(studio.entry('t3[16]')).toHaveCount(0);
    },
  );

  test(
    'an edit runs anew, and a link opens the same moment elsewhere',
    EVERY_LANGUAGE,
    async ({ studio, page }) => {
      await studio.open();
      await studio.stepTo('kvm_mmu_set_spte');
      const before = await studio.position().innerText();
      await studio.showView('scenario');
      await studio.typeAfter('map s 0x10000', '|a');
      await expect(studio.position()).not.toHaveText(before);
      await studio.rubOut(2);
      await expect(studio.position()).toHaveText(before.replace(/\n/g, ''));

      const sentence = await studio.sentence().innerText();
      const address = await studio.copyLink();
      expect(address).toMatch(/#p1[A-Za-z0-9_-]+$/);
      await page.goto('about:blank');
      await page.goto(address);
      await expect(studio.sentence()).toHaveText(sentence);
      await expect(studio.position()).toHaveText(before.replace(/\n/g, ''));
      await expect(studio.message()).toHaveCount(0);
    },
  );

  test(
    'what is typed is kept as a draft that opening something else leaves alone',
    EVERY_LANGUAGE,
    async ({ studio }) => {
      await studio.open();
      await studio.showView('scenario');
      await studio.typeAfter('title', ', mine');
      await expect(studio.title()).toContainText('mine');
      await studio.openScenario('12-bare-walk');
      await expect(studio.title()).toContainText(
        studio.says({ en: 'without a hypervisor', zh: '没有虚拟机监控器' }),
      );
      await studio.typeAfter('title', ', changed');
      await expect(studio.title()).toContainText('changed');
      await studio.openMenuItem(', mine');
      await expect(studio.title()).toContainText('mine');
    },
  );
});
