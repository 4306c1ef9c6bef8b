import { decodeMoment, encodeMoment } from '#scenario/link.ts';
import { EVERY_LANGUAGE, expect, onEachSize, test } from './studio.ts';

onEachSize(() => {
  test(
    'a note is written at a moment, stands on the timeline, and comes with the link',
    EVERY_LANGUAGE,
    async ({ studio, page }) => {
      await studio.open();
      await studio.stepTo('kvm_mmu_set_spte');
      const number = await studio.position().getAttribute('data-event');
      await studio.addNote('Read-only: D is clear.');
      await studio.press('Home');
      await page.locator('.notes .note-place').click();
      await studio.expectEvent(Number(number));
      await studio.press('ArrowRight', 3);
      await studio.showView('events');
      await page.locator('.timeline-flag').click();
      await studio.expectEvent(Number(number));

      const fragment = await studio.link();
      await page.goto('about:blank');
      await studio.open(fragment);
      await studio.showView('events');
      await expect(page.locator('.timeline-flag')).toHaveAttribute('title', 'Read-only: D is clear.');
      await studio.press('Home');
      await studio.press('.');
      await expect(studio.position()).toHaveAttribute('data-event', number ?? '');

      await studio.showView('marks');
      await studio.button(studio.words.marks.removeNote(Number(number))).click();
      await expect(page.locator('.notes li')).toHaveCount(0);
      await studio.showView('events');
      await expect(page.locator('.timeline-flag')).toHaveCount(0);
    },
  );
});

test('an edit above it does not move a note', async ({ studio, page }) => {
  await studio.open();
  await studio.press('Shift+ArrowRight');
  await studio.press('b');
  await page.keyboard.type('second step');
  await studio.typeAfter('map s 0x10000', '|a');
  await page.locator('.notes h3').click();
  await studio.press('Home');
  await studio.press('.');
  await expect(studio.position()).toHaveAttribute('data-step', '2');
});

test('a note of a text that was opened with errors stays where it is when they are mended', async ({
  studio,
  page,
}) => {
  await studio.open();
  const decoded = decodeMoment(await studio.link());
  if ('problem' in decoded) throw new Error(decoded.problem.message);
  const { moment } = decoded;
  const text = moment.text.replace('\n\n', '\n\nraed 0x10000\n');
  await page.goto('about:blank');
  await studio.open(encodeMoment({ ...moment, step: 1, offset: 0, hash: '' }));
  await page.evaluate(
    `location.hash = ${JSON.stringify(encodeMoment({ ...moment, text, step: 3, notes: '3:0:here\n', hash: '' }))}`,
  );
  await expect(studio.problems()).toHaveCount(1);
  await studio.typeAfter('raed', '');
  await studio.rubOut('raed 0x10000'.length);
  await page.keyboard.type('read 0x10000');
  await expect(studio.problems()).toHaveCount(0);
  await studio.expectStep(4);
  await page.locator('.sentence').click();
  await studio.press('Home');
  await studio.press('.');
  await studio.expectStep(4);
});

test('what a stranger noted is text, whatever it is', async ({ studio, page }) => {
  await studio.open();
  const decoded = decodeMoment(await studio.link());
  if ('problem' in decoded) throw new Error(decoded.problem.message);
  const hostile = '<img src=x onerror="document.title=1"> \u202egnp.exe \u0007 {{7*7}} javascript:alert(1)';
  const notes = `0:2:${hostile}\n9999999:1:far\n${'0:3:x\n'.repeat(5000)}`;
  await page.goto('about:blank');
  await studio.open(encodeMoment({ ...decoded.moment, notes, stops: '+is:fault\n+(((\n-\u0000\n' }));
  await studio.showTab('marks');
  await expect(page.locator('.notes li')).toHaveCount(3);
  await expect(page.locator('.notes input').first()).toHaveValue(
    '<img src=x onerror="document.title=1"> gnp.exe {{7*7}} javascript:alert(1)',
  );
  await expect(page.locator('.notes img')).toHaveCount(0);
  await expect(page).toHaveTitle(/Penumbra/);
  await expect(page.locator('.stops li')).toHaveCount(1);
});
