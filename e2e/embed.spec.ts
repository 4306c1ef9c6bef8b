import type { FrameLocator, Page } from '@playwright/test';
import { expect, onEachSize, type Studio, test } from './studio.ts';
import type { PageWords } from './words.ts';

/** The frame's markup for a view, as the dialog gives it. */
async function markupFor(studio: Studio, view: keyof PageWords['panes']): Promise<string> {
  const { page } = studio;
  const { tabs, view: label, copy, copied } = studio.words.sharing;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await studio.openExport();
  await page.getByRole('tab', { name: tabs.embed }).click();
  await page
    .getByRole('combobox', { name: label })
    .selectOption({ label: studio.words.panes[view] as string });
  await studio.button(copy).click();
  await expect(studio.button(copied)).toBeVisible();
  return page.evaluate('navigator.clipboard.readText()');
}

/** Shows markup in a page that allows frames and nothing else. */
async function showElsewhere(page: Page, markup: string): Promise<FrameLocator> {
  await page.route('**/elsewhere.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      headers: { 'Content-Security-Policy': "default-src 'none'; frame-src 'self'" },
      body: `<!doctype html><html lang="en"><title>A course</title><h1>A course</h1>${markup}`,
    }),
  );
  await page.goto('/elsewhere.html');
  return page.frameLocator('iframe');
}

test('a moment in another page: one view, the sentence, and the way back', async ({ studio, page }) => {
  const { words } = studio;
  await studio.open();
  await studio.stepTo('kvm_mmu_set_spte');
  const sentence = await studio.sentence().innerText();
  const markup = await markupFor(studio, 'walk');
  expect(markup).toMatch(/^<iframe src="[^"]+\?embed#p1[\w-]+" width="800" height="500" title="Penumbra: /);

  const frame = await showElsewhere(page, markup);
  await expect(frame.getByTestId('sentence')).toHaveText(sentence);
  await expect(frame.getByRole('button', { name: /^t3\[010\]:/ })).toBeVisible();
  for (const name of [words.bar.open, words.layout.menu, words.bar.copy, words.sharing.open])
    await expect(frame.getByRole('button', { name })).toHaveCount(0);

  await test.step('can be stepped, by button and by key, and by nothing else', async () => {
    await frame.getByRole('button', { name: words.commands.next }).click();
    await expect(frame.locator('.position')).toHaveAttribute('data-event', '31');
    for (const key of ['e', '3', '?']) await page.keyboard.press(key);
    await expect(frame.getByRole('dialog')).toHaveCount(0);
    await page.keyboard.press('ArrowRight');
    await expect(frame.locator('.position')).toHaveAttribute('data-event', '32');
  });

  await test.step('leads to the whole page at the same moment', async () => {
    const opened = page.waitForEvent('popup');
    await frame.getByRole('link', { name: words.sharing.wayOut }).click();
    const whole = await opened;
    await expect(whole.locator('.position')).toHaveAttribute('data-event', '32');
    await expect(whole.getByRole('button', { name: words.bar.copy })).toBeVisible();
    expect(new URL(whole.url()).search).toBe('');
  });
});

onEachSize(() => {
  test('another view, in a small frame', async ({ studio, page }) => {
    const { words } = studio;
    await studio.open();
    await studio.stepTo('kvm_mmu_set_spte');
    const markup = await markupFor(studio, 'tables');
    const frame = await showElsewhere(
      page,
      markup.replace('width="800" height="500"', 'width="360" height="360"'),
    );
    await expect(frame.locator('[data-table="t3"]')).toBeVisible();
    for (const part of [
      frame.getByTestId('sentence'),
      frame.getByRole('button', { name: words.commands.next }),
    ]) {
      const box = await part.boundingBox();
      const outer = await page.locator('iframe').boundingBox();
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual((outer?.y ?? 0) + 362);
    }
  });
});
