import { expect, test } from './studio.ts';

test('a frame that is selected is marked in every view, and so is what holds or maps it', async ({
  studio,
  page,
}) => {
  await studio.open();
  await studio.openScenario(/^A write to a page table/);
  await studio.press('Shift+ArrowRight');
  await studio.stepTo('rmap_add');
  await studio.named('0x103').click();

  await expect(studio.inspector().getByRole('heading', { level: 3 })).toContainText('0x103 guest frame');
  await expect(page.locator('[data-table="g:103"]')).toHaveClass(/focus/);
  await expect(page.locator('[data-entry="g:105[259]"]')).toHaveClass(/linked/);
  await expect(page.locator('[data-entry="t5[259]"]')).toHaveClass(/linked/);
  await studio.showTab('Memory');
  await expect(page.locator('.page.focus')).toContainText(['0x103000', '0:0x103000', 'h1', '0x40103000']);
});

test('what is selected leads on, and back again', async ({ studio, page }) => {
  await studio.open();
  await studio.press('End');
  const title = studio.inspector().getByRole('heading', { level: 3 });
  const fact = (name: string) =>
    studio.inspector().locator('.facts > div', { hasText: name }).first().getByRole('button');

  await studio
    .entry('t3[16]')
    .getByRole('button', { name: /^t3\[010\]/ })
    .click();
  await fact('maps').click();
  await expect(title).toHaveText('h0 host frame');
  await fact('holds').click();
  await expect(title).toHaveText('0x10 guest frame');
  await fact('backed by').click();
  await expect(title).toHaveText('h0 host frame');

  await studio.press('Backspace', 2);
  await expect(title).toHaveText('h0 host frame');
  await studio.press('Backspace');
  await expect(title).toContainText('t3[010]');
  await page.getByRole('button', { name: 'Forward' }).click();
  await expect(title).toHaveText('h0 host frame');
  await studio.press('Shift+Backspace', 9);
  await expect(page.getByRole('button', { name: 'Forward' })).toBeDisabled();
});

test('an address is selected from the walk, a register and a function from where they stand', async ({
  studio,
  page,
}) => {
  await studio.open();
  await studio.stepTo('translated');
  const title = studio.inspector().getByRole('heading', { level: 3 });

  await page.getByRole('region', { name: 'Walk' }).getByRole('button', { name: '0x1 0000' }).click();
  await expect(title).toHaveText('0x10000 linear address of the guest');
  await expect(studio.cell('t3[010]').locator('..')).toHaveClass(/linked/);
  const hardware = studio.inspector().getByRole('region', { name: 'The hypervisor’s tables' });
  await expect(hardware.getByRole('listitem')).toContainText(['t0[000]', 't1[000]', 't2[000]', 't3[010]']);

  await studio.inspector().getByRole('region', { name: 'Registers of cpu0' }).getByText('0x100000').click();
  await expect(title).toHaveText('cr3 register of cpu0');
  await expect(page.locator('[data-table="g:100"]')).toHaveClass(/focus/);

  await studio.showTab('Calls');
  await page.getByRole('button', { name: 'make_spte', exact: true }).first().click();
  await expect(title).toContainText('make_spte');
  await expect(page.locator('.call-line.selected')).not.toHaveCount(0);
});

test('an event stays selected while the cursor moves on', async ({ studio, page }) => {
  await studio.open();
  await studio.stepTo('fault');
  const event = studio.inspector().getByRole('button', { name: 'Select', exact: true });
  await event.click();
  await studio.press('Shift+ArrowRight');
  await expect(page.locator('.timeline-selected')).toBeVisible();
  await studio.inspector().getByRole('button', { name: 'Go to it' }).click();
  await expect(studio.currentEvent()).toContainText('fault');
});

test('whatever is selected comes with the link', async ({ studio, page }) => {
  await studio.open();
  await studio.stepTo('kvm_page_fault');
  await studio.named('0x10000').click();
  const title = studio.inspector().getByRole('heading', { level: 3 });
  await expect(title).toContainText('0x10000 linear address');
  const fragment = await studio.link();
  await page.goto('about:blank');
  await studio.open(fragment);
  await expect(title).toContainText('0x10000 linear address');
});

test('with the keyboard alone: down the list, into an event, and what it names', async ({ studio, page }) => {
  await studio.open();
  await studio.stepTo('kvm_mmu_set_spte');
  await page.locator('.event-row[aria-current="true"] .event-go').focus();
  await studio.press('Tab');
  await studio.press('Enter');
  await expect(studio.inspector().getByRole('heading', { level: 3 })).toContainText('0x10 guest frame');
  await studio.press('ArrowUp');
  await expect(studio.currentEvent()).toContainText('kvm_mmu_spte_requested');
});
