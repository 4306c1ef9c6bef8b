import { expect, test } from './studio.ts';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

test('one view at a time, stepped by thumb', async ({ studio, page }) => {
  await studio.open();
  const next = page.getByRole('button', { name: 'Next event' });
  for (let i = 0; i < 6; i++) await next.tap();
  await expect(studio.sentence()).toContainText('P = 0');
  await expect(studio.cell('t0[000]')).toHaveAccessibleName(/fault/);
  await page.getByRole('button', { name: 'Next step' }).tap();
  await expect(studio.position()).toContainText('step 2 of');
  await studio.showTab('Tables');
  await studio.entry('t3[16]').tap();
  await studio.showTab('Inspector');
  await expect(studio.inspector()).toContainText('t3[010]');
  await studio.showTab('Scenario');
  await expect(studio.editor()).toContainText('machine kvm');
  await studio.showTab('Events');
  await expect(studio.currentEvent()).toBeVisible();
});

test('nothing is wider than the screen', async ({ studio, page }) => {
  await studio.open();
  for (const tab of ['Walk', 'Tables', 'Cost', 'Inspector', 'Scenario', 'Events']) {
    await studio.showTab(tab);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  }
});
