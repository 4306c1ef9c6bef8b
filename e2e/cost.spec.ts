import { expect, test } from './studio.ts';

test('the cost of a write to a page table, step by step and in total', async ({ studio, page }) => {
  await studio.open();
  await studio.openScenario(/^A write to a page table/);
  await studio.showTab('Cost');

  await test.step('up to the cursor, as the cursor moves', async () => {
    await studio.press('Shift+ArrowRight');
    await expect(studio.cost('Memory references')).toHaveText(['0', '6', '5', '35']);
    await studio.stepTo('fault');
    await expect(studio.cost('Memory references')).toHaveText(['2', '6', '7', '35']);
    await expect(studio.cost('VM exits')).toHaveText(['0', '1', '1', '6']);
    await studio.stepTo('vm_exit');
    await expect(studio.cost('#PF')).toHaveText(['1', '1', '2', '4']);
    await studio.press('ArrowLeft');
    await expect(studio.cost('#PF')).toHaveText(['0', '1', '1', '4']);
  });

  await test.step('a click on a bar goes to its step', async () => {
    const chart = page.getByRole('slider', { name: 'Costs by step' });
    const box = await chart.boundingBox();
    await chart.hover({ position: { x: ((box?.width ?? 0) / 8) * 3.5, y: 40 } });
    await expect(page.locator('.cost-readout')).toContainText('Step 4');
    await expect(page.locator('.cost-readout')).toContainText('0 references · 1 exit');
    await chart.click({ position: { x: ((box?.width ?? 0) / 8) * 6.5, y: 40 } });
    await expect(studio.position()).toContainText('step 7 of 8');
  });

  await test.step('the arrow keys go from bar to bar', async () => {
    await studio.press('ArrowRight');
    await expect(studio.position()).toContainText('step 8 of 8');
    await studio.press('Home');
    await expect(studio.position()).toContainText('step 1 of 8');
    await expect(page.getByRole('slider', { name: 'Costs by step' })).toHaveAttribute(
      'aria-valuetext',
      /^Step 1: 5 references · 1 exit · 4 tables made/,
    );
  });

  await test.step('a link opens it', async () => {
    const fragment = await studio.link();
    await page.goto('about:blank');
    await studio.open(fragment);
    await expect(studio.cost('Page-table pages in use')).toHaveText(['0', '+4', '0', '6']);
  });
});

test('a bare machine has flushes and no exits', async ({ studio }) => {
  await studio.open();
  await studio.openScenario(/^The flush that was forgotten/);
  await studio.showTab('Cost');
  await studio.press('End');
  await expect(studio.cost('TLB flushes')).toHaveText(['0', '0', '1', '1']);
  await expect(studio.cost('known to the TLB')).toHaveText(['0', '0', '1', '1']);
  await expect(studio.cost('VM exits')).toHaveText(['0', '0', '0', '0']);
});
