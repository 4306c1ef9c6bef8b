import { EVERY_LANGUAGE, expect, onEachSize, test } from './studio.ts';

onEachSize(() => {
  test(
    'first touch under EPT: 24 references, and the faults of the guest’s own tables',
    EVERY_LANGUAGE,
    async ({ studio, page }) => {
      await studio.open();
      await studio.openScenario('16-two-dimensions');
      const { tables, inspector, walk } = studio.words;
      const grid = page.getByRole('group', { name: walk.figure('').trim() });

      await test.step('the walk ends where the nested tables are empty; the guest is left', async () => {
        await studio.stepTo('fault');
        await expect(studio.sentence()).toContainText(
          studio.says({
            en: 'The nested walk for the guest’s level-4 entry stops at nested level 4: RWX = 0',
            zh: '为客户机第 4 级页表项进行的嵌套遍历止于嵌套第 4 级：RWX = 0',
          }),
        );
        await studio.stepTo('vm_exit');
        await expect(studio.sentence()).toContainText(
          studio.says({
            en: 'wanted an entry of the guest’s own tables at guest-physical 0x100000, and the nested tables have nothing',
            zh: '访问客户机物理地址 0x100000 处的一个客户机页表项，而嵌套页表中没有相应的表项',
          }),
        );
        await studio.showView('inspector');
        await expect(studio.inspector()).toContainText(inspector.codes.ept);
        await expect(page.locator('.error-bits .set code')).toHaveText(['R', 'W', 'linear']);
      });

      await test.step('KVM maps the table’s frame without looking at the guest’s tables', async () => {
        await studio.stepTo('kvm_mmu_set_spte');
        await studio.showView('tables');
        await expect(page.getByRole('heading', { name: tables.nested.intel })).toBeVisible();
        await expect(page.locator('[data-table="g:100"]')).toContainText('t3[100]');
        await expect(studio.entry('t3[256]')).toContainText('R W X A D');
        await studio.showView('inspector');
        await expect(studio.inspector()).toContainText(inspector.entry.subtitle('ept', 1, 'leaf'));
        await expect(studio.inspector()).toContainText(inspector.lists.noRmap);
      });

      await test.step('five faults later the read is done, and the next one takes 24 references', async () => {
        await studio.press('Shift+ArrowRight');
        await studio.showView('tables');
        await expect(page.locator('.card.guest .reached')).toHaveText([
          /t3\[100\]/,
          /t3\[101\]/,
          /t3\[102\]/,
          /t3\[103\]/,
        ]);
        await studio.stepTo('translated');
        await studio.showView('walk');
        await expect(grid).toContainText(walk.grid.count(24, 24));
      });

      await test.step('a link leads from the guest’s entry to the nested one that translates it', async () => {
        await studio.showView('tables');
        await studio.entry('g:103[16]').getByRole('button').first().click();
        await expect(page.locator('.links .translates')).toContainText(tables.links.translates);
        await page.locator('[data-table="t3"] .row-go').first().click();
        await studio.showView('inspector');
        await expect(studio.inspector()).toContainText(inspector.role.nested);
        await expect(studio.inspector()).toContainText(inspector.role.byWalk);
      });
    },
  );

  test('a large page is split to be logged, and its pieces get W back one by one', async ({
    studio,
    page,
  }) => {
    await studio.open();
    await studio.openScenario('17-nested-dirty-log');
    const { memory } = studio.words;

    await test.step('one entry maps 2 MiB', async () => {
      await studio.stepTo('kvm_mmu_spte_requested');
      await expect(studio.sentence()).toContainText(
        studio.says({ en: 'The host has one page of that size there', zh: '宿主机在该处有这样大的一页' }),
      );
      await studio.stepTo('kvm_mmu_set_spte');
      await studio.showView('tables');
      await expect(studio.entry('t2[128]')).toContainText('ee7');
    });

    await test.step('the log begins: the entry becomes a table of 512, then each loses W', async () => {
      await studio.stepTo('kvm_mmu_split_huge_page');
      await expect(studio.sentence()).toContainText(
        studio.says({ en: 'ahead of any write to it', zh: '在写入之前' }),
      );
      await expect(studio.entry('t3[5]')).toContainText('P W U A D');
      await studio.stepTo('kvm_tdp_mmu_spte_changed');
      await expect(studio.sentence()).toContainText(
        studio.says({
          en: 'loses W for the dirty log; MMU-writable stays',
          zh: '为记录脏页而失去 W，MMU-writable 仍在',
        }),
      );
      await expect(studio.entry('t3[0]')).toContainText('P · U A D');
    });

    await test.step('a write faults once, and is mended without the lock', async () => {
      await studio.press('Shift+ArrowRight');
      await studio.stepTo('fast_page_fault');
      await expect(studio.sentence()).toContainText(
        studio.says({ en: 'only logging of writes had taken it', zh: '只因记录脏页而被清除' }),
      );
      await expect(studio.entry('t3[0]')).toContainText('P W U A D');
      await studio.showView('memory');
      const dirty = page.locator('.page.gpa.dirty');
      await expect(dirty).toHaveText([new RegExp(`0x10000000.*${memory.marks.dirty}`)]);
    });
  });

  test('without A bits a use is seen because it faults', async ({ studio }) => {
    await studio.open();
    await studio.openScenario('20-access-tracking');
    const { inspector } = studio.words;

    await test.step('to forget uses, KVM takes all rights and keeps them aside', async () => {
      await studio.press('Shift+ArrowRight');
      await studio.stepTo('kvm_tdp_mmu_spte_changed');
      await expect(studio.sentence()).toContainText(
        studio.says({ en: 'loses all rights, and keeps R X aside', zh: '失去所有权限，另存 R X' }),
      );
      await studio.showView('tables');
      await expect(studio.entry('t3[16]')).toContainText('· · · (R X)');
      await studio.showView('inspector');
      await expect(studio.inspector()).toContainText(inspector.leafNotes['access-tracked']);
    });

    await test.step('the next use ends in a fault, which gives R and X back', async () => {
      await studio.stepTo('fault');
      await expect(studio.sentence()).toContainText(
        studio.says({
          en: 'KVM has taken all its rights, to see when it is used next',
          zh: 'KVM 取走了它的全部权限',
        }),
      );
      await studio.stepTo('fast_page_fault');
      await expect(studio.sentence()).toContainText(
        studio.says({ en: 'R X. W stays away until somebody writes', zh: 'R X。W 要到有人写入时才恢复' }),
      );
      await studio.showView('tables');
      await expect(studio.entry('t3[16]')).toContainText('R · X');
    });

    await test.step('who took the rights can be asked', async () => {
      await studio.showView('inspector');
      await studio.question('lastWrite').click();
      await studio.expectKind('kvm_tdp_mmu_spte_changed');
    });
  });

  test('an MMIO access leaves as a misconfiguration', async ({ studio }) => {
    await studio.open();
    await studio.openScenario('19-misconfigured');
    const { inspector } = studio.words;

    await test.step('KVM stores an entry that no processor accepts', async () => {
      await studio.stepTo('mark_mmio_spte');
      await expect(studio.sentence()).toContainText(
        studio.says({ en: 'may be written but not read', zh: '可写却不可读' }),
      );
      await studio.showView('tables');
      await expect(studio.entry('t3[0]')).toContainText('mmio');
      await expect(studio.entry('t3[0]')).toContainText('· W X · ·');
      await studio.showView('inspector');
      await expect(studio.inspector()).toContainText(inspector.eptRules['write-only']);
    });

    await test.step('the next access leaves as a misconfiguration of that entry', async () => {
      await studio.stepTo('outcome');
      await studio.stepTo('vm_exit');
      await expect(studio.sentence()).toContainText(
        studio.says({
          en: 'the entry t3[000] for guest-physical 0x800000 may be written (W)',
          zh: '0x800000 的表项 t3[000] 可写（W）',
        }),
      );
      await expect(studio.inspector()).toContainText('t3[000]');
    });

    await test.step('with a slot there the entry says nothing any more, and a page takes its place', async () => {
      await studio.press('Shift+ArrowRight', 3);
      await expect(studio.inspector()).not.toContainText(inspector.codes.ept);
      await studio.stepTo('check_mmio_spte');
      await expect(studio.sentence()).toContainText(
        studio.says({ en: 'they have changed since', zh: '其间有过变化' }),
      );
      await studio.stepTo('kvm_tdp_mmu_spte_changed');
      await expect(studio.sentence()).toContainText(
        studio.says({
          en: 'said that no memory is there, and maps guest frame 0x800',
          zh: '原表明该处没有内存，从此将客户机页帧 0x800',
        }),
      );
    });
  });
});
