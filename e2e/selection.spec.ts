import { expect, test } from './studio.ts';

test('a frame that is selected is marked in every view, and so is what holds or maps it', async ({
  studio,
  page,
}) => {
  await studio.open();
  await studio.openScenario('04-page-table-write');
  await studio.press('Shift+ArrowRight');
  await studio.stepTo('rmap_add');
  await studio.named('0x103').click();

  await expect(studio.inspector().getByRole('heading', { level: 3 })).toContainText(
    `0x103 ${studio.words.things.kinds.guestFrame}`,
  );
  await expect(page.locator('[data-table="g:103"]')).toHaveClass(/focus/);
  await expect(page.locator('[data-entry="g:105[259]"]')).toHaveClass(/linked/);
  await expect(page.locator('[data-entry="t5[259]"]')).toHaveClass(/linked/);
  await studio.showTab('memory');
  await expect(page.locator('.page.focus')).toContainText(['0x103000', '0:0x103000', 'h1', '0x40103000']);
});

test('what is selected leads on, and back again', async ({ studio }) => {
  await studio.open();
  await studio.press('End');
  const title = studio.inspector().getByRole('heading', { level: 3 });
  const fact = (name: string) =>
    studio.inspector().locator('.facts > div', { hasText: name }).first().getByRole('button');

  await studio
    .entry('t3[16]')
    .getByRole('button', { name: /^t3\[010\]/ })
    .click();
  await fact(studio.words.inspector.entry.maps).click();
  await expect(title).toHaveText(`h0 ${studio.words.things.kinds.hostFrame}`);
  await fact(studio.words.things.facts.holds).click();
  await expect(title).toHaveText(`0x10 ${studio.words.things.kinds.guestFrame}`);
  await fact(studio.words.things.facts.backedBy).click();
  await expect(title).toHaveText(`h0 ${studio.words.things.kinds.hostFrame}`);

  await studio.press('Backspace', 2);
  await expect(title).toHaveText(`h0 ${studio.words.things.kinds.hostFrame}`);
  await studio.press('Backspace');
  await expect(title).toContainText('t3[010]');
  await studio.button(studio.words.things.forward).click();
  await expect(title).toHaveText(`h0 ${studio.words.things.kinds.hostFrame}`);
  await studio.press('Shift+Backspace', 9);
  await expect(studio.button(studio.words.things.forward)).toBeDisabled();
});

test('an address is selected from the walk, a register and a function from where they stand', async ({
  studio,
  page,
}) => {
  await studio.open();
  await studio.stepTo('translated');
  const title = studio.inspector().getByRole('heading', { level: 3 });

  await page
    .getByRole('region', { name: studio.words.panes.walk })
    .getByRole('button', { name: '0x1 0000' })
    .click();
  await expect(title).toHaveText(`0x10000 ${studio.words.things.kinds.gva}`);
  await expect(studio.cell('t3[010]').locator('..')).toHaveClass(/linked/);
  const hardware = studio.inspector().getByRole('region', { name: studio.words.things.lists.hypervisorWalk });
  await expect(hardware.getByRole('listitem')).toContainText(['t0[000]', 't1[000]', 't2[000]', 't3[010]']);

  await studio
    .inspector()
    .getByRole('region', { name: studio.words.things.registers(0) })
    .getByText('0x100000')
    .click();
  await expect(title).toHaveText(`cr3 ${studio.words.things.kinds.register(0)}`);
  await expect(page.locator('[data-table="g:100"]')).toHaveClass(/focus/);

  await studio.showTab('calls');
  await page.getByRole('button', { name: 'make_spte', exact: true }).first().click();
  await expect(title).toContainText('make_spte');
  await expect(page.locator('.call-line.selected')).not.toHaveCount(0);
});

test('an event stays selected while the cursor moves on', async ({ studio, page }) => {
  await studio.open();
  await studio.stepTo('fault');
  const event = studio.inspector().getByRole('button', { name: studio.words.things.select, exact: true });
  await event.click();
  await studio.press('Shift+ArrowRight');
  await expect(page.locator('.timeline-selected')).toBeVisible();
  await studio.inspector().getByRole('button', { name: studio.words.things.goThere }).click();
  await expect(studio.currentEvent()).toContainText('fault');
});

test('whatever is selected comes with the link', async ({ studio, page }) => {
  await studio.open();
  await studio.stepTo('kvm_page_fault');
  await studio.named('0x10000').click();
  const title = studio.inspector().getByRole('heading', { level: 3 });
  await expect(title).toContainText(`0x10000 ${studio.words.things.kinds.gva}`);
  const fragment = await studio.link();
  await page.goto('about:blank');
  await studio.open(fragment);
  await expect(title).toContainText(`0x10000 ${studio.words.things.kinds.gva}`);
});

test('with the keyboard alone: down the list, into an event, and what it names', async ({ studio, page }) => {
  await studio.open();
  await studio.stepTo('kvm_mmu_set_spte');
  await page.locator('.event-row[aria-current="true"] .event-go').focus();
  await studio.press('Tab');
  await studio.press('Enter');
  await expect(studio.inspector().getByRole('heading', { level: 3 })).toContainText(
    `0x10 ${studio.words.things.kinds.guestFrame}`,
  );
  await studio.press('ArrowUp');
  await expect(studio.currentEvent()).toContainText('kvm_mmu_spte_requested');
});
