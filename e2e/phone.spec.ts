import { expect, test } from './studio.ts';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

test('one view at a time, stepped by thumb', async ({ studio }) => {
  await studio.open();
  const next = studio.button(studio.words.commands.next);
  for (let i = 0; i < 6; i++) await next.tap();
  await expect(studio.sentence()).toContainText('P = 0');
  await expect(studio.cell('t0[000]')).toHaveAccessibleName(new RegExp(studio.words.walk.fault));
  await studio.button(studio.words.commands.nextStep).tap();
  await studio.expectStep(2);
  await studio.showTab('tables');
  await studio.entry('t3[16]').tap();
  await studio.showTab('inspector');
  await expect(studio.inspector()).toContainText('t3[010]');
  await studio.showTab('scenario');
  await expect(studio.editor()).toContainText('machine kvm');
  await studio.showTab('events');
  await expect(studio.currentEvent()).toBeVisible();
});

test('nothing is wider than the screen', async ({ studio, page }) => {
  await studio.open();
  for (const tab of ['walk', 'tables', 'cost', 'inspector', 'scenario', 'events'] as const) {
    await studio.showTab(tab);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  }
});
