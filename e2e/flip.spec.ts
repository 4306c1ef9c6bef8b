import { expect, onEachSize, type Studio, test } from './studio.ts';

const bit = (studio: Studio, name: string) =>
  studio.inspector().getByRole('button', { name: new RegExp(`(^| |将)${name}( |设)`) });

onEachSize(() => {
  test('a bit of the guest’s entry is flipped by a write, seen, and taken back', async ({ studio, page }) => {
    const { edits, entryBits } = studio.words;
    await studio.open();
    await studio.press('Shift+ArrowRight', 2);
    await studio.inspect('g:103[16]');
    const writable = bit(studio, entryBits.writable.name);
    await expect(writable).toHaveText('1');

    await test.step('what it will put in is said before', async () => {
      await expect(page.locator('.change-bar')).toContainText(edits.hint);
      await writable.focus();
      await expect(page.locator('.change-bar')).toContainText('write 0x103080 0x10000|p|u|a|d');
      await expect(page.locator('.change-bar')).toContainText('map s 0x103000 0x103000 p|w|a|d');
      await studio.expectAccessible();
    });

    await test.step('the statement runs, its first event is shown, the focus stays', async () => {
      await studio.press('Enter');
      await studio.expectStep(4);
      await expect(studio.sentence()).toContainText('write 0x103080 0x10000|p|u|a|d');
      await expect(studio.message()).toContainText('write 0x103080');
      await expect(writable).toBeFocused();
      await expect(writable).toHaveText('1');
      await studio.showsWhole(studio.message());
      await studio.expectAccessible();
    });

    await test.step('and the bit changes as one steps on', async () => {
      await studio.press('Shift+ArrowRight');
      await expect(writable).toHaveText('0');
      await expect(page.locator('.change-bar')).toContainText('write 0x103080 0x10000|p|w|u|a|d');
    });

    await test.step('undone, all is as it was', async () => {
      await studio.message().getByRole('button', { name: edits.undo }).click();
      await expect(studio.message()).toHaveCount(0);
      await studio.expectStep(3);
      await expect(studio.position()).toContainText(studio.words.timeline.step(3, 5));
      await expect(writable).toHaveText('1');
    });
  });

  test('after many events in haste, what flips a bit is that of the one where the cursor rests', async ({
    studio,
    page,
  }) => {
    const { entryBits } = studio.words;
    await studio.open();
    await studio.inspect('g:103[16]');
    const dirty = bit(studio, entryBits.dirty.name);
    const bar = page.locator('.change-bar');
    await studio.press('Home');
    await dirty.focus();
    await expect(bar).toContainText('write 0x103080 0x10000|p|w|u|a|d ');
    await studio.press('ArrowRight', 60);
    await expect(bar).toContainText('write 0x103080 0x10000|p|w|u|a ');
  });

  test('nothing below moves as what flips the bits comes to be known', async ({ studio, page }) => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/make-flips/, async (route) => {
      await held;
      await route.continue();
    });
    await studio.open();
    await studio.press('Shift+ArrowRight', 2);
    await studio.inspect('g:103[16]');
    await expect(bit(studio, studio.words.entryBits.writable.name)).toHaveCount(0);
    const history = studio.inspector().locator('.history');
    const before = await history.boundingBox();
    release();
    await expect(bit(studio, studio.words.entryBits.writable.name)).toHaveCount(1);
    expect(await history.boundingBox()).toEqual(before);
  });

  test('a new value for a whole entry is checked while it is written', async ({ studio, page }) => {
    const { edits } = studio.words;
    await studio.open();
    await studio.inspect('g:103[16]');
    await studio.button(edits.change).click();
    const value = page.getByRole('textbox', { name: edits.form.label });
    const submit = page.locator('.entry-form').getByRole('button', { name: edits.form.submit });
    await expect(value).toBeFocused();
    await expect(value).toHaveValue('0x10000|p|w|u|a');
    await expect(page.locator('.entry-form')).toContainText(edits.form.same);

    for (const [bad, part] of [
      ['0x20000|p|nope', 'nope'],
      ['0x1_0000_0000_0000_0000', '64'],
      ['20000 p', 'p'],
    ] as const) {
      await value.fill(bad);
      await expect(page.locator('.entry-form .fault')).toContainText(part);
      await expect(submit).toBeDisabled();
    }
    await studio.expectAccessible();

    await value.fill('s+0x2000|p');
    await expect(page.locator('.entry-form')).toContainText(edits.form.is('0x102001'));
    await studio.press('Enter');
    await expect(value).toHaveCount(0);
    await studio.expectStep(2);
    await studio.press('Shift+ArrowRight');
    await expect(studio.inspector()).toContainText('0x102');
    await studio.button(edits.change).click();
    await studio.press('Escape');
    await expect(value).toHaveCount(0);
  });

  test('an entry of the hypervisor’s says why not, and what the host can do', async ({ studio, page }) => {
    const { edits } = studio.words;
    await studio.open();
    await studio.press('Shift+ArrowRight', 2);
    await studio.inspect('t3[16]');
    await expect(page.locator('.change-bar')).toContainText(edits.refusals.hypervisor);
    await expect(page.locator('.bit-list button, .bit-strip button')).toHaveCount(0);
    await studio.button('host protect 0x10000 4K ro').click();
    await studio.expectStep(4);
    await expect(studio.sentence()).toContainText('host protect');
    await studio.press('Shift+ArrowRight');
    await expect(studio.inspector().locator('.bit-list')).toContainText(studio.words.entryBits.present.clear);
  });
});

test('a press on the strip flips too, and bits without a name', async ({ studio, page }) => {
  await studio.open();
  await studio.inspect('g:103[16]');
  const inStrip = (bit: number) => page.locator('.bit-strip li', { hasText: new RegExp(`^${bit}0`) });
  await inStrip(53).hover();
  await expect(page.locator('.change-bar')).toContainText('0x10000|0x20000000000000|p|w|u|a');
  await inStrip(52).getByRole('button', { includeHidden: true }).click();
  await studio.expectStep(2);
  await expect(studio.editor()).toContainText('write 0x103080 0x10000|0x10000000000000|p|w|u|a');
});

onEachSize(() => {
  test('bits of a control register', async ({ studio, page }) => {
    const { edits } = studio.words;
    await studio.open();
    await studio.showView('inspector');
    await studio.inspector().getByRole('button', { name: '0x80010001' }).click();
    await expect(page.locator('.bit-list')).toContainText('PE');
    await bit(studio, 'WP').click();
    await studio.expectStep(2);
    await expect(studio.message()).toContainText('cr0 wp=0');
    await studio.press('Shift+ArrowRight');
    await expect(bit(studio, 'WP')).toHaveText('0');
    await studio.expectAccessible();
    await studio.message().getByRole('button', { name: edits.undo }).click();
    await expect(bit(studio, 'WP')).toHaveText('1');
  });

  test('a flip and what was before stand beside each other', async ({ studio, page }) => {
    const { compare, entryBits } = studio.words;
    await studio.open();
    await studio.inspect('g:103[16]');
    await bit(studio, entryBits.present.name).click();
    await studio.message().getByRole('button', { name: compare.both }).click();
    await expect(studio.message()).toHaveCount(0);
    await expect(page.locator('.compare-column .parting')).toHaveCount(studio.isSmall ? 1 : 2);
    await expect(page.locator('.machine-tabs [role="tab"]')).toHaveCount(studio.isSmall ? 2 : 0);
  });
});

test('nothing can be flipped while the text has errors', async ({ studio, page }) => {
  await studio.open();
  await studio.inspect('g:103[16]');
  await expect(page.locator('.bit-list button')).not.toHaveCount(0);
  await studio.typeAfter('write 0x10000 0x5678', '\nraed');
  await expect(page.locator('.change-bar')).toContainText(studio.words.edits.refusals.stale);
  await expect(page.locator('.bit-list button')).toHaveCount(0);
});

test('in haste nothing is said of an entry that is true of another', async ({ studio, page }) => {
  await studio.open();
  await studio.stepTo('kvm_mmu_set_spte');
  await expect(page.locator('.change-bar')).toContainText(studio.words.edits.refusals.hypervisor);
  const said = await page.evaluate(`(async () => {
    const texts = new Set();
    const press = (key) => window.dispatchEvent(new KeyboardEvent('keydown', { key }));
    for (let move = 0; move < 40; move++) {
      press(move < 20 ? 'ArrowLeft' : 'ArrowRight');
      await new Promise((resolve) => setTimeout(resolve, 40));
      const title = document.querySelector('.inspector-title code')?.textContent ?? '';
      const bar = document.querySelector('.change-bar')?.textContent.trim() ?? '';
      if (title.startsWith('t') && bar !== '') texts.add(bar);
    }
    return [...texts];
  })()`);
  for (const text of said as string[]) expect(text).toContain(studio.words.edits.refusals.hypervisor);
});
