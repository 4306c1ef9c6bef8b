import { expect, onEachSize, type Studio, test } from './studio.ts';

/** What the inspector says is selected. */
const title = (studio: Studio) => studio.inspector().getByRole('heading', { level: 3 });

onEachSize(() => {
  test('a frame that is selected is marked in every view, and so is what holds or maps it', async ({
    studio,
    page,
  }) => {
    await studio.open();
    await studio.openScenario('04-page-table-write');
    await studio.press('Shift+ArrowRight');
    await studio.stepTo('rmap_add');
    await studio.selectNamed('0x103');
    await expect(title(studio)).toContainText(`0x103 ${studio.words.things.kinds.guestFrame}`);
    await studio.showView('tables');
    await expect(page.locator('[data-table="g:103"]')).toHaveClass(/focus/);
    await expect(page.locator('[data-entry="g:105[259]"]')).toHaveClass(/linked/);
    await studio.showView('memory');
    await expect(page.locator('.page.focus')).toContainText(['0x103000', '0:0x103000', 'h1', '0x40103000']);
  });

  test('an entry is marked in every view, and stays selected while the cursor moves', async ({ studio }) => {
    await studio.open();
    await studio.press('End');
    await studio.inspect('t3[16]');
    await expect(studio.inspector()).toContainText('t3[010]');
    await studio.showView('walk');
    await expect(studio.cell('t3[010]')).toHaveAttribute('aria-pressed', 'true');
    await studio.press('Home');
    await studio.showView('inspector');
    await expect(studio.inspector()).toContainText(studio.words.inspector.gone);
    await studio.button(studio.words.inspector.release).click();
    await expect(studio.inspector()).not.toContainText('t3[010]');
  });

  test('what is selected leads on, and back again', async ({ studio }) => {
    await studio.open();
    await studio.press('End');
    const fact = (name: string) =>
      studio.inspector().locator('.facts > div', { hasText: name }).first().getByRole('button');

    await studio.inspect('t3[16]');
    await fact(studio.words.inspector.entry.maps).click();
    await expect(title(studio)).toHaveText(`h0 ${studio.words.things.kinds.hostFrame}`);
    await fact(studio.words.things.facts.holds).click();
    await expect(title(studio)).toHaveText(`0x10 ${studio.words.things.kinds.guestFrame}`);
    await fact(studio.words.things.facts.backedBy).click();
    await expect(title(studio)).toHaveText(`h0 ${studio.words.things.kinds.hostFrame}`);

    await studio.press('Backspace', 2);
    await expect(title(studio)).toHaveText(`h0 ${studio.words.things.kinds.hostFrame}`);
    await studio.button(studio.words.things.back).click();
    await expect(title(studio)).toContainText('t3[010]');
    await studio.button(studio.words.things.forward).click();
    await expect(title(studio)).toHaveText(`h0 ${studio.words.things.kinds.hostFrame}`);
    await studio.press('Shift+Backspace', 9);
    await expect(studio.button(studio.words.things.forward)).toBeDisabled();
  });

  test('an address is selected from the walk, a register and a function from where they stand', async ({
    studio,
    page,
  }) => {
    await studio.open();
    await studio.stepTo('translated');

    await page.locator('[data-pane="walk"], #tab-view').getByRole('button', { name: '0x1 0000' }).click();
    await expect(studio.cell('t3[010]').locator('..')).toHaveClass(/linked/);
    await studio.showView('inspector');
    await expect(title(studio)).toHaveText(`0x10000 ${studio.words.things.kinds.gva}`);
    const hardware = studio
      .inspector()
      .getByRole('region', { name: studio.words.things.lists.hypervisorWalk });
    await expect(hardware.getByRole('listitem')).toContainText(['t0[000]', 't1[000]', 't2[000]', 't3[010]']);

    await studio
      .inspector()
      .getByRole('region', { name: studio.words.things.registers(0) })
      .getByText('0x100000')
      .click();
    await expect(title(studio)).toHaveText(`cr3 ${studio.words.things.kinds.register(0)}`);
    await studio.showView('tables');
    await expect(page.locator('[data-table="g:100"]')).toHaveClass(/focus/);

    await studio.showView('calls');
    await page.getByRole('button', { name: 'make_spte', exact: true }).first().click();
    await expect(page.locator('.call-line.selected')).not.toHaveCount(0);
    await studio.showView('inspector');
    await expect(title(studio)).toContainText('make_spte');
  });

  test('an event stays selected while the cursor moves on', async ({ studio, page }) => {
    await studio.open();
    await studio.stepTo('fault');
    await studio.showView('inspector');
    await studio.inspector().getByRole('button', { name: studio.words.things.select, exact: true }).click();
    await studio.press('Shift+ArrowRight');
    await studio.showView('events');
    await expect(page.locator('.timeline-selected')).toBeVisible();
    await studio.showView('inspector');
    await studio.inspector().getByRole('button', { name: studio.words.things.goThere }).click();
    await studio.expectKind('fault');
  });

  test('whatever is selected comes with the link', async ({ studio, page }) => {
    await studio.open();
    await studio.stepTo('kvm_page_fault');
    await studio.selectNamed('0x10000');
    await expect(title(studio)).toContainText(`0x10000 ${studio.words.things.kinds.gva}`);
    const fragment = await studio.link();
    await page.goto('about:blank');
    await studio.open(fragment);
    await expect(title(studio)).toContainText(`0x10000 ${studio.words.things.kinds.gva}`);
  });
});

// A phone has no keys; what they do there is a tap on the same names, above.
test('with the keyboard alone: down the list, into an event, and what it names', async ({ studio, page }) => {
  await studio.open();
  await studio.stepTo('kvm_mmu_set_spte');
  await page.locator('.event-row[aria-current="true"] .event-go').focus();
  await studio.press('Tab');
  await studio.press('Enter');
  await expect(title(studio)).toContainText(`0x10 ${studio.words.things.kinds.guestFrame}`);
  await studio.press('ArrowUp');
  await expect(studio.currentEvent()).toContainText('kvm_mmu_spte_requested');
});
