import { expect, onEachSize, test } from './studio.ts';

// Keys are the laptop's; phone.spec.ts has the buttons and swipes that stand for them.
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
  await studio.press('d');
  await expect(studio.detail()).toHaveValue('everything');
  await studio.press('?');
  await expect(page.getByRole('dialog')).toContainText(studio.words.commands.nextSame);
  await studio.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

onEachSize(() => {
  test('the timeline moves the cursor, and is looked at more closely', async ({ studio, page }) => {
    const timeline = page.getByRole('slider', { name: studio.words.timeline.label });
    const left = async () => (await page.locator('.timeline-cursor').boundingBox())?.x;
    await studio.open();
    await studio.showView('events');
    await timeline.click({ position: { x: 200, y: 60 } });
    await expect(studio.position()).not.toHaveAttribute('data-event', '1');
    await studio.showsWhole(studio.currentEvent().locator('.number'));
    const before = await left();
    await studio.button(studio.words.timeline.zoomIn).click();
    await expect.poll(left).not.toBe(before);
  });

  test('history leads to the event that wrote an entry', async ({ studio }) => {
    await studio.open();
    await studio.press('End');
    await studio.inspect('t3[16]');
    await studio
      .inspector()
      .getByRole('button', { name: /kvm_mmu_set_spte/ })
      .first()
      .click();
    await studio.expectKind('kvm_mmu_set_spte');
  });

  test('each level of detail passes over more, and events keep their numbers', async ({ studio, page }) => {
    await studio.open();
    const detail = studio.detail();
    await studio.stepTo('vm_exit');
    const exit = await studio.position().innerText();
    await studio.showView('events');
    await detail.selectOption('hardware');
    await expect(studio.position()).toHaveText(exit.replace(/\n/g, ''));
    await studio.press('ArrowRight');
    await studio.expectKind('vm_entry');
    await studio.showView('tables');
    await expect(studio.entry('t3[16]')).toHaveClass(/now/);
    const entry = await studio.position().innerText();

    await test.step('in a link', async () => {
      const fragment = await studio.link();
      await page.goto('about:blank');
      await studio.open(fragment);
      await studio.showView('events');
      await expect(detail).toHaveValue('hardware');
      await expect(studio.position()).toHaveText(entry.replace(/\n/g, ''));
    });

    await detail.selectOption('hypervisor');
    await studio.press('ArrowLeft');
    await expect(studio.currentEvent()).not.toContainText('vm_exit');
    await detail.selectOption('everything');
    await studio.press('ArrowLeft');
    await expect(studio.currentEvent()).toContainText('return');
    await detail.selectOption('hardware');
    await studio.press('ArrowLeft');
    await expect(studio.position()).toHaveText(exit.replace(/\n/g, ''));
  });
});
