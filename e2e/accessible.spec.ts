import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from './studio.ts';

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in the ${scheme} theme`, async ({ studio, page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await studio.open();
    await studio.stepTo('kvm_mmu_set_spte');
    await expect(studio.editor()).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
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
