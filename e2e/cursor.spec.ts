import { expect, test } from './studio.ts';

test('every key moves the cursor as the sheet of keys says', async ({ studio, page }) => {
  await studio.open();
  await studio.press('Shift+ArrowRight');
  await studio.expectStep(2);
  await studio.press('Shift+ArrowLeft');
  await studio.expectEvent(1);
  await studio.stepTo('fault');
  const first = await studio.position().innerText();
  await studio.press('Alt+ArrowRight');
  await expect(studio.currentEvent()).toContainText('fault');
  await expect(studio.position()).not.toHaveText(first);
  await studio.press('End');
  await expect(studio.currentEvent()).toContainText('-- ');
  await studio.press('Home');
  await studio.expectEvent(1);
  await studio.press('Space');
  await expect(studio.position()).not.toHaveAttribute('data-event', '1');
  await studio.press('Space');
  await studio.press('?');
  await expect(page.getByRole('dialog')).toContainText(studio.words.commands.nextSame);
  await studio.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('the filter leaves what it names', async ({ studio, page }) => {
  await studio.open();
  await studio.press('/');
  await page.keyboard.type('set_spte');
  await expect(studio.events()).toHaveCount(2);
  await studio.press('Enter');
  await expect(studio.currentEvent()).toContainText('kvm_mmu_set_spte');
});

test('a click on the timeline moves the cursor', async ({ studio, page }) => {
  await studio.open();
  await page.getByRole('slider').click({ position: { x: 400, y: 60 } });
  await expect(studio.position()).not.toHaveAttribute('data-event', '1');
});

test('a selection is the same in every view, and stays while the cursor moves', async ({ studio }) => {
  await studio.open();
  await studio.press('End');
  await studio.entry('t3[16]').click();
  await expect(studio.cell('t3[010]')).toHaveAttribute('aria-pressed', 'true');
  await expect(studio.inspector()).toContainText('t3[010]');
  await studio.press('Home');
  await expect(studio.inspector()).toContainText(studio.words.inspector.gone);
  await studio.button(studio.words.inspector.release).click();
  await expect(studio.inspector()).not.toContainText('t3[010]');
});

test('history leads to the event that wrote an entry', async ({ studio }) => {
  await studio.open();
  await studio.press('End');
  await studio.entry('t3[16]').click();
  await studio
    .inspector()
    .getByRole('button', { name: /kvm_mmu_set_spte/ })
    .first()
    .click();
  await expect(studio.currentEvent()).toContainText('kvm_mmu_set_spte');
});

test('each level of detail passes over more, and events keep their numbers', async ({ studio, page }) => {
  await studio.open();
  const detail = studio.detail();
  await studio.stepTo('vm_exit');
  const exit = await studio.position().innerText();
  await detail.selectOption('hardware');
  await expect(studio.position()).toHaveText(exit.replace(/\n/g, ''));
  await studio.press('ArrowRight');
  await expect(studio.currentEvent()).toContainText('vm_entry');
  await expect(studio.entry('t3[16]')).toHaveClass(/now/);
  const entry = await studio.position().innerText();

  await test.step('in a link', async () => {
    const fragment = await studio.link();
    await page.goto('about:blank');
    await studio.open(fragment);
    await expect(detail).toHaveValue('hardware');
    await expect(studio.position()).toHaveText(entry.replace(/\n/g, ''));
  });

  await studio.press('d');
  await expect(detail).toHaveValue('hypervisor');
  await studio.press('ArrowLeft');
  await expect(studio.currentEvent()).not.toContainText('vm_exit');
  await studio.press('d');
  await expect(detail).toHaveValue('everything');
  await studio.press('ArrowLeft');
  await expect(studio.currentEvent()).toContainText('return');
  await studio.press('d');
  await studio.press('ArrowLeft');
  await expect(studio.position()).toHaveText(exit.replace(/\n/g, ''));
});
