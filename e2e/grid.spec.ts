import { expect, onEachSize, test } from './studio.ts';

onEachSize(() => {
  test('the two-dimensional walk: empty, stopped by the nested tables, and whole', async ({
    studio,
    page,
  }) => {
    await studio.open();
    await studio.openScenario('16-two-dimensions');
    const grid = page.getByRole('group', { name: studio.words.walk.figure('').trim() });

    await test.step('stops where the nested tables have nothing yet', async () => {
      await studio.stepTo('fault');
      await expect(studio.cell('t0[000]')).toHaveAccessibleName(
        new RegExp(`${studio.words.walk.fault}: (P|RWX) = 0`),
      );
      await expect(grid).toContainText(studio.words.walk.grid.count(1, 1));
    });

    await test.step('shows the same cell mended', async () => {
      await studio.stepTo('vm_entry');
      await expect(grid.locator('[data-slot="t0[000]"]')).toContainText('t1');
    });

    await test.step('makes 24 references once everything is mapped', async () => {
      await studio.press('Shift+ArrowRight');
      await studio.stepTo('translated');
      await expect(grid).toContainText(studio.words.walk.grid.count(24, 24));
      if (!studio.isSmall) await expect(grid).toContainText('(4 + 1) × (4 + 1) − 1');
      await expect(grid.locator('.grid-cell.read')).toHaveCount(24);
    });

    await test.step('its cells can be selected', async () => {
      await grid.locator('.grid-cell.guest').last().click();
      await studio.showView('inspector');
      await expect(studio.inspector()).toContainText(
        studio.words.inspector.entry.subtitle('guest', 1, 'leaf'),
      );
      await studio.showView('walk');
      await grid.getByRole('button', { name: '0x10000', exact: true }).click();
      await studio.showView('inspector');
      await expect(studio.inspector().getByRole('heading', { level: 3 })).toContainText(
        `0x10000 ${studio.words.things.kinds.gpa}`,
      );
    });
  });
});
