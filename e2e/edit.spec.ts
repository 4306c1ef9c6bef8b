import { expect, on, onEachSize, test } from './studio.ts';

onEachSize(() => {
  test('errors show in place while one types, and the last run stays', async ({ studio, page }) => {
    await studio.open();
    await studio.showView('scenario');
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
    await studio.showView('scenario');
    await expect(page.locator('.cm-statement-now')).toContainText('write 0x10000');
  });

  test('completion offers the language', async ({ studio, page }) => {
    await studio.open();
    await studio.showView('scenario');
    await studio.typeAfter('write 0x10000 0x5678', '\nhost dr');
    await expect(page.locator('.cm-tooltip-autocomplete')).toContainText('drop');
  });
});

/** What the line for a statement says. */
const LINE = '.insert-line .cm-content';

test('a statement is inserted after the step at the cursor, checked while it is written', async ({
  studio,
  page,
}) => {
  const { insert, undo } = studio.words.edits;
  await studio.open();
  await studio.press('Shift+ArrowRight', 2);
  await studio.openInsertLine();
  const dialog = page.getByRole('dialog', { name: insert.title });
  await expect(dialog).toContainText(insert.after(3, 'write 0x10000 0x1234'));

  await test.step('what is wrong is said and shown, and nothing happens', async () => {
    await page.keyboard.type('invlpg nowhere');
    await expect(page.locator('.insert-wrong')).toHaveText('nowhere');
    await expect(dialog.locator('.wrong')).toContainText('nowhere');
    await expect(dialog.getByRole('button', { name: insert.submit })).toBeDisabled();
    await studio.press('Enter');
    await expect(dialog).toBeVisible();
    await studio.expectAccessible();
  });

  await test.step('Enter puts it in, and the cursor is at its first event', async () => {
    await studio.press('Backspace', 'nowhere'.length);
    await page.keyboard.type('0x10000');
    await studio.press('Enter');
    await expect(dialog).toHaveCount(0);
    await studio.expectStep(4);
    await expect(studio.currentEvent()).toContainText('invlpg 0x10000');
    await expect(page.locator('.cm-statement-now')).toHaveText('invlpg 0x10000');
    await expect(studio.message()).toContainText('invlpg 0x10000');
    await studio.expectAccessible();
  });

  await test.step('and it can be taken back from the message', async () => {
    await studio.message().getByRole('button', { name: undo }).click();
    await expect(studio.message()).toHaveCount(0);
    await expect(studio.editor()).not.toContainText('invlpg');
    await studio.expectStep(3);
  });
});

test('completion and Escape in the line for a statement', async ({ studio, page }) => {
  await studio.open();
  const button = studio.button(studio.words.commands.insert);
  await button.click();
  await expect(page.locator(LINE)).toBeFocused();
  await page.keyboard.type('host dr');
  await expect(page.locator('.cm-tooltip-autocomplete')).toContainText('drop');
  await studio.press('Escape');
  await expect(page.locator('.cm-tooltip-autocomplete')).toHaveCount(0);
  await expect(page.locator(LINE)).toBeFocused();
  await studio.press('Escape');
  await expect(page.locator(LINE)).toHaveCount(0);
  await expect(button).toBeFocused();
  await expect(studio.editor()).not.toContainText('host dr');
});

test('what prepares the machine goes before the first step', async ({ studio, page }) => {
  await studio.open();
  await studio.press('Shift+ArrowRight');
  await studio.openInsertLine();
  await page.keyboard.type('map s 0x20000 0x20000 p|w');
  await expect(page.getByRole('dialog')).toContainText(studio.words.edits.insert.setup);
  await studio.press('Enter');
  await expect(page.locator('.cm-line', { hasText: /^map s/ })).toHaveText([
    'map s 0x10000 0x10000 p|w|u',
    'map s 0x20000 0x20000 p|w',
  ]);
  await studio.expectStep(2);
});

test('edits are undone and done again, wherever they were made and wherever the focus is', async ({
  studio,
  page,
}) => {
  await studio.open();
  const first = await studio.editor().innerText();
  // In one go: what is typed with pauses, as on a slow machine, is undone in parts.
  await studio.typeAfter('write 0x10000 0x5678', '');
  await page.keyboard.insertText('\nread 0x10008');
  await expect(studio.position()).toContainText(studio.words.timeline.step(1, 6));
  const typed = await studio.editor().innerText();
  await page.locator('.event-row').first().click();
  await studio.openInsertLine();
  await page.keyboard.type('cr3 s');
  await studio.press('Enter');
  await studio.expectStep(2);
  const inserted = await studio.editor().innerText();

  await test.step('with the keys', async () => {
    await studio.press('Control+z');
    await expect(studio.editor()).toHaveText(typed, { useInnerText: true });
    await studio.expectStep(1);
    await studio.press('Control+z');
    await expect(studio.editor()).toHaveText(first, { useInnerText: true });
    await studio.press('Control+z');
    await studio.press('Control+y');
    await studio.press('Control+Shift+Z');
    await expect(studio.editor()).toHaveText(inserted, { useInnerText: true });
  });

  await test.step('with the buttons', async () => {
    await studio.button(studio.words.commands.undo).click();
    await expect(studio.editor()).toHaveText(typed, { useInnerText: true });
    await studio.button(studio.words.commands.redo).click();
    await expect(studio.button(studio.words.commands.redo)).toBeDisabled();
  });

  await test.step('in the editor too, with the caret where the edit was', async () => {
    await studio.editor().click();
    await studio.press('Control+z');
    await studio.press('Control+z');
    await expect(studio.editor()).toHaveText(first, { useInnerText: true });
    await studio.press('Control+y');
    await expect(studio.editor()).toHaveText(typed, { useInnerText: true });
    await page.keyboard.type(' width=4');
    await expect(studio.editor()).toContainText('read 0x10008 width=4');
  });

  await test.step('but in another field they are that field’s', async () => {
    const text = await studio.editor().innerText();
    await studio.filter().fill('is:fault');
    await studio.press('Control+z');
    await expect(studio.editor()).toHaveText(text, { useInnerText: true });
  });
});

test('before and after an edit stand beside each other, at the first event that differs', async ({
  studio,
  page,
}) => {
  const { compare } = studio.words;
  await studio.open();
  await studio.press('Shift+ArrowRight', 2);
  await studio.openInsertLine();
  await page.keyboard.type('write 0x10000 0xff');
  await studio.press('Enter');
  await studio.message().getByRole('button', { name: compare.both }).click();
  const columns = page.locator('.compare-column');
  await expect(columns).toHaveCount(2);
  await expect(columns.locator('.parting')).toHaveCount(2);
  await expect(columns.first().locator('.column-sentence')).toContainText('write 0x10000 0xff');
  await expect(columns.last().locator('.column-sentence')).toContainText('write 0x10000 0x5678');
  await studio.expectAccessible();
  await studio.press('End');
  await expect(columns.locator('.parting')).toHaveCount(0);
  await studio.press('V');
  await expect(columns.locator('.parting')).toHaveCount(2);
});

test('a draft keeps its notes, and a note stays beside its statement', async ({ studio, page }) => {
  await studio.open();
  await studio.press('Shift+ArrowRight');
  await studio.press('b');
  await page.keyboard.type('the second read');
  await page.locator('.notes h3').click();
  await studio.typeAfter('title', ', noted');
  await studio.press('Home');
  await page.locator('.event-row').first().click();
  await studio.openInsertLine();
  await page.keyboard.type('cr3 s');
  await studio.press('Enter');
  await studio.expectStep(2);
  await studio.openScenario('02-accessed-dirty');
  await expect(page.locator('.timeline-flag')).toHaveCount(0);
  await studio.openMenuItem(', noted');
  await studio.showTab('marks');
  await expect(page.locator('.notes input')).toHaveValue('the second read');
  await studio.press('.');
  await studio.expectStep(3);
});

test.describe('on a phone', () => {
  test.use(on('phone'));

  test('a statement is inserted and taken back without the editor', async ({ studio, page }) => {
    await studio.open();
    await studio.showTab('scenario');
    await studio.button(studio.words.commands.insert).tap();
    await expect(page.locator(LINE)).toBeFocused();
    await page.keyboard.type('cr3 s');
    await studio.showsWhole(page.getByRole('dialog'));
    await page.getByRole('button', { name: studio.words.edits.insert.submit, exact: true }).tap();
    await studio.expectStep(2);
    await studio.showTab('walk');
    await studio.showsWhole(studio.message());
    await studio.message().getByRole('button', { name: studio.words.edits.undo }).tap();
    await studio.expectStep(1);
    await expect(studio.position()).toContainText(studio.words.timeline.step(1, 5));
    await studio.showTab('scenario');
    await studio.button(studio.words.commands.redo).tap();
    await studio.expectStep(2);
  });
});
