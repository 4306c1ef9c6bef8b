import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './studio.ts';

async function seriousViolations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

for (const scheme of ['light', 'dark'] as const) {
  test.describe(`in the ${scheme} theme axe finds nothing serious`, () => {
    test.use({ colorScheme: scheme, contextOptions: { reducedMotion: 'reduce' } });

    test('in the studio', async ({ studio, page }) => {
      await studio.open();
      await studio.stepTo('kvm_mmu_set_spte');
      await expect(studio.editor()).toBeVisible();
      expect(await seriousViolations(page)).toEqual([]);
    });

    test('in the costs', async ({ studio, page }) => {
      await studio.open();
      await studio.showTab('cost');
      await studio.press('Shift+ArrowRight', 2);
      expect(await seriousViolations(page)).toEqual([]);
    });

    test('in a comparison', async ({ studio, page }) => {
      await studio.open();
      await studio.openScenario('23-processes');
      await studio.press('c');
      await studio.press('Shift+ArrowRight', 6);
      await expect(
        studio
          .column(/^KVM tdp$/)
          .locator('.grid-cell')
          .first(),
      ).toBeVisible();
      expect(await seriousViolations(page)).toEqual([]);
    });
  });
}

test('all of it can be reached by keyboard, with a visible focus', async ({ studio, page }) => {
  await studio.open();
  await studio.press('End');
  const names = new Set<string>();
  for (let i = 0; i < 60; i++) {
    await studio.press('Tab');
    names.add(
      await page.evaluate(
        "document.activeElement?.closest('[aria-label]')?.getAttribute('aria-label') ?? ''",
      ),
    );
    if (await page.evaluate("document.activeElement?.closest('.cm-editor') !== null"))
      await studio.press('Escape');
  }
  expect([...names].join(' ')).toContain(studio.words.editor.label);
});

test('nothing moves where motion is not wanted', async ({ studio, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await studio.open();
  const motion = await page.evaluate(
    "getComputedStyle(document.querySelector('.cell rect')).transitionDuration",
  );
  expect(motion).toMatch(/^0s/);
});
