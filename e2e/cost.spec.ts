import { EVERY_LANGUAGE, expect, onEachSize, test } from './studio.ts';

onEachSize(() => {
  test(
    'the cost of a write to a page table, step by step and in total',
    EVERY_LANGUAGE,
    async ({ studio, page }) => {
      const { cost: words } = studio.words;
      const { groups, counts } = words;
      await studio.open();
      await studio.openScenario('04-page-table-write');
      await studio.showTab('cost');

      await test.step('up to the cursor, as the cursor moves', async () => {
        await studio.press('Shift+ArrowRight');
        await expect(studio.cost(groups.references)).toHaveText(['0', '6', '5', '35']);
        await studio.stepTo('fault');
        await expect(studio.cost(groups.references)).toHaveText(['2', '6', '7', '35']);
        await expect(studio.cost(groups.exits)).toHaveText(['0', '1', '1', '6']);
        await studio.stepTo('vm_exit');
        await expect(studio.cost('#PF')).toHaveText(['1', '1', '2', '4']);
        await studio.press('ArrowLeft');
        await expect(studio.cost('#PF')).toHaveText(['0', '1', '1', '4']);
      });

      await test.step('a click on a bar goes to its step', async () => {
        const chart = page.getByRole('slider', { name: words.chart });
        const box = await chart.boundingBox();
        await chart.hover({ position: { x: ((box?.width ?? 0) / 8) * 3.5, y: 40 } });
        await expect(page.locator('.cost-readout')).toContainText(words.step(4));
        await expect(page.locator('.cost-readout')).toContainText(
          `${counts.references(0)} · ${counts.exits(1)}`,
        );
        await chart.click({ position: { x: ((box?.width ?? 0) / 8) * 6.5, y: 40 } });
        await studio.expectStep(7);
      });

      await test.step('the arrow keys go from bar to bar', async () => {
        await studio.press('ArrowRight');
        await studio.expectStep(8);
        await studio.press('Home');
        await studio.expectStep(1);
        await expect(page.getByRole('slider', { name: words.chart })).toHaveAttribute(
          'aria-valuetext',
          new RegExp(
            `^${words.step(1)}.+${counts.references(5)} · ${counts.exits(1)} · ${counts.tablesMade(4)}`,
          ),
        );
      });

      await test.step('a link opens it', async () => {
        const fragment = await studio.link();
        await page.goto('about:blank');
        await studio.open(fragment);
        await expect(studio.cost(groups.tables)).toHaveText(['0', '+4', '0', '6']);
      });
    },
  );
});

test('a bare machine has flushes and no exits', async ({ studio }) => {
  const { groups, counters } = studio.words.cost;
  await studio.open();
  await studio.openScenario('13-stale-tlb');
  await studio.showTab('cost');
  await studio.press('End');
  await expect(studio.cost(groups.flushes)).toHaveText(['0', '0', '1', '1']);
  await expect(studio.cost(counters.tlbHits)).toHaveText(['0', '0', '1', '1']);
  await expect(studio.cost(groups.exits)).toHaveText(['0', '0', '0', '0']);
});
