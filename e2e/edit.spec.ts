import { expect, test } from './studio.ts';

test('errors show in place while one types, and the last run stays', async ({ studio, page }) => {
  await studio.open();
  const sentence = await studio.sentence().innerText();
  await studio.typeAfter('write 0x10000 0x5678', '\nraed 0x10000');
  await expect(studio.problems()).toContainText('read');
  await expect(page.locator('.cm-lintRange-error')).not.toHaveCount(0);
  await expect(studio.sentence()).toHaveText(sentence);
  await studio.rubOut('raed 0x10000'.length);
  await page.keyboard.type('read 0x10000');
  await expect(studio.problems()).toHaveCount(0);
  await expect(studio.position()).toContainText(studio.words.timeline.step(1, 6));
});

test('the statement at the cursor is marked', async ({ studio, page }) => {
  await studio.open();
  await studio.press('Shift+ArrowRight', 2);
  await expect(page.locator('.cm-statement-now')).toContainText('write 0x10000');
});

test('completion offers the language', async ({ studio, page }) => {
  await studio.open();
  await studio.typeAfter('write 0x10000 0x5678', '\nhost dr');
  await expect(page.locator('.cm-tooltip-autocomplete')).toContainText('drop');
});
