import { EVERY_LANGUAGE, expect, onEachSize, test } from './studio.ts';

onEachSize(() => {
  test(
    'a linear page is followed through all four lanes, and what is said of a page goes with the cursor',
    EVERY_LANGUAGE,
    async ({ studio, page }) => {
      const { memory, things } = studio.words;
      const box = (lane: string, label: string) =>
        page.locator(`.page.${lane}`).filter({ has: page.getByText(label, { exact: true }) });
      await studio.open();
      await studio.openScenario('04-page-table-write');
      await studio.find('kind:kvm_mmu_set_spte gfn=0x103');
      await studio.showView('memory');

      await test.step('the window on the table leads to the table', async () => {
        await box('gva', '0x40103000').click();
        for (const [lane, label] of [
          ['gpa', '0x103000'],
          ['hva', '0:0x103000'],
          ['hpa', 'h1'],
        ] as const)
          await expect(box(lane, label)).toHaveClass(/ focus/);
        await expect(page.locator('.page.focus')).toHaveCount(4);
        await studio.showView('inspector');
        await expect(studio.inspector().getByRole('heading', { level: 3 })).toContainText(
          `0x40103000 ${things.kinds.gva}`,
        );
      });

      await test.step('its table can be written while it is out of sync, and no longer when it is synced', async () => {
        await studio.showView('memory');
        const table = box('gpa', '0x103000');
        await expect(table).toContainText(memory.marks.table);
        await expect(table).not.toHaveClass(/ protected/);
        await studio.press('End');
        await expect(table).toHaveClass(/ protected/);
      });
    },
  );
});
