import { expect, test } from './studio.ts';

test('a line is dragged, moved by key, and put back', async ({ studio, page }) => {
  await studio.open();
  const line = page.getByRole('separator', { name: studio.words.panes.resize(studio.words.panes.scenario) });
  const share = async () => Number(await line.getAttribute('aria-valuenow'));
  const box = await line.boundingBox();
  if (!box) throw new Error('the line is not there');
  await page.mouse.move(box.x, box.y + 100);
  await page.mouse.down();
  await page.mouse.move(512, box.y + 120, { steps: 4 });
  await page.mouse.up();
  expect(await share()).toBe(40);
  expect((await studio.pane('scenario').boundingBox())?.width).toBeCloseTo(512, -1);

  await test.step('a link keeps it', async () => {
    const fragment = await studio.link();
    await page.goto('about:blank');
    await studio.open(fragment);
    expect(await share()).toBe(40);
  });

  await line.focus();
  await studio.press('ArrowLeft');
  expect(await share()).toBe(38);
  await studio.press('Delete');
  expect(await share()).toBe(24);
  await studio.press('Shift+ArrowRight');
  expect(await share()).toBe(34);
  await line.dblclick({ position: { x: 0, y: 200 } });
  expect(await share()).toBe(24);
  await studio.expectEvent(1);
});

test('panes fold to their titles and open again, with what was in them', async ({ studio, page }) => {
  await studio.open();
  await studio.typeAfter('title', ', mine');
  await studio.fold('scenario').click();
  await expect(studio.editor()).toBeHidden();
  await expect(studio.sentence()).toBeVisible();
  await studio.fold('inspector').click();
  await studio.fold('events').click();
  await expect(studio.button(studio.words.commands.next)).toBeVisible();
  await expect(studio.currentEvent()).toBeHidden();
  const address = await studio.link();
  await studio.unfold('scenario').click();
  await studio.editor().press('Control+z');
  await expect(studio.editor()).not.toContainText('mine');

  await page.goto('about:blank');
  await studio.open(address);
  await expect(studio.editor()).toBeHidden();
  await expect(studio.unfold('inspector')).toBeVisible();
});

test('one of the two panes in the middle is always open', async ({ studio, page }) => {
  await studio.open();
  await studio.fold('walk').click();
  await expect(page.locator('.walk-figure')).toBeHidden();
  await studio.fold('tables').click();
  await expect(page.locator('.walk-figure')).toBeVisible();
  await studio.showTab('memory');
  await expect(page.getByRole('region', { name: studio.words.panes.memory }).last()).toBeVisible();
});

test('a pane takes all the room, by button and by key, and gives it back', async ({ studio, page }) => {
  await studio.open();
  await studio.maximise('tables').click();
  await expect(page.locator('.walk-figure')).toBeHidden();
  expect((await studio.pane('tables').boundingBox())?.width).toBe(1280);
  await studio.press('ArrowRight', 3);
  await expect(studio.sentence()).toBeVisible();
  await studio.press('Escape');
  await expect(page.locator('.walk-figure')).toBeVisible();
  await studio.inspector().focus();
  await studio.press('m');
  expect((await studio.pane('inspector').boundingBox())?.width).toBe(1280);
  await studio.press('m');
  await expect(page.locator('.walk-figure')).toBeVisible();
});

test('presets: by menu and by key, and presenting comes back to what was there', async ({ studio, page }) => {
  await studio.open();
  await studio.stepTo('fault');
  await page.getByRole('button', { name: studio.words.layout.menu }).click();
  await page.getByRole('menuitemradio', { name: studio.words.layout.presets.learn }).click();
  await expect(studio.unfold('inspector')).toBeVisible();
  await studio.press('3');
  await expect(studio.editor()).toBeHidden();
  await expect(page.getByRole('button', { name: studio.words.bar.copy })).toBeHidden();
  const type = await studio.sentence().evaluate((element) => getComputedStyle(element).fontSize);
  expect(Number.parseFloat(type)).toBeGreaterThanOrEqual(20);
  await studio.press('ArrowRight');
  const address = await studio.link();
  await studio.press('Escape');
  await expect(studio.unfold('inspector')).toBeVisible();
  await studio.press('2');
  await expect(studio.fold('inspector')).toBeVisible();

  await page.goto('about:blank');
  await studio.open(address);
  await expect(studio.editor()).toBeHidden();
  await expect(studio.position()).toBeVisible();
});

for (const key of ['1', '2', '3']) {
  test(`with preset ${key} nothing that matters is off-screen at 1280×800`, async ({ studio, page }) => {
    await studio.open();
    await studio.stepTo('kvm_mmu_set_spte');
    await studio.press(key);
    for (const part of [studio.sentence(), studio.position(), page.locator('.walk-figure')]) {
      const box = await part.boundingBox();
      expect(box?.width).toBeGreaterThan(0);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(1280);
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(800);
    }
  });
}

test('the current statement stays in view when its pane becomes smaller', async ({ studio, page }) => {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await studio.open();
  await studio.openScenario('23-spared-references');
  await studio.press('End');
  const statement = page.locator('.cm-statement-now');
  await expect(statement).toBeInViewport();
  await page.setViewportSize({ width: 1280, height: 600 });
  const bottom = async (part: typeof statement) => {
    const { y, height } = (await part.boundingBox()) ?? { y: 0, height: 0 };
    return y + height;
  };
  await expect
    .poll(async () => (await bottom(statement)) <= (await bottom(page.locator('.cm-scroller'))))
    .toBe(true);
});

for (const [name, viewport] of [
  ['stands', { width: 768, height: 1024 }],
  ['lies', { width: 1024, height: 768 }],
] as const)
  test.describe(`on a tablet that ${name}`, () => {
    test.use({ viewport, hasTouch: true });

    test('the inspector is folded until somebody wants it, and all else has room', async ({
      studio,
      page,
    }) => {
      await studio.open();
      await studio.press('ArrowRight', 29);
      await expect(studio.unfold('inspector')).toBeVisible();
      const figure = page.locator('.walk-figure');
      for (const part of [figure, studio.sentence(), page.getByRole('searchbox'), studio.fold('events')])
        await studio.showsWhole(part);
      const pane = await studio.pane('walk').boundingBox();
      const drawn = await figure.boundingBox();
      expect((drawn?.y ?? 0) + (drawn?.height ?? 0)).toBeLessThanOrEqual(
        (pane?.y ?? 0) + (pane?.height ?? 0) + 1,
      );
      await studio.expectAccessible();

      await test.step('a link opens it, and keeps it so', async () => {
        await studio.unfold('inspector').click();
        const link = await studio.link();
        await page.goto('about:blank');
        await studio.open(link);
        await expect(studio.fold('inspector')).toBeVisible();
        await studio.expectAccessible();
      });
    });
  });
