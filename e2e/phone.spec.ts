import { EVERY_LANGUAGE, expect, on, test } from './studio.ts';
import { moveFingers } from './touch.ts';

test.use(on('phone'));

test('one view at a time, stepped by thumb', EVERY_LANGUAGE, async ({ studio, page }) => {
  await studio.open();
  await test.step('which can hit each of them', async () => {
    const sizes = await page
      .locator('.thumb-bar :is(button, select)')
      .evaluateAll((parts) =>
        parts.map((part) => part.getBoundingClientRect()).map(({ width, height }) => [width, height]),
      );
    expect(sizes).toHaveLength(7);
    for (const size of sizes.flat()) expect(size).toBeGreaterThanOrEqual(44);
  });
  const next = studio.button(studio.words.commands.next);
  for (let i = 0; i < 6; i++) await next.tap();
  await expect(studio.sentence()).toContainText('P = 0');
  await expect(studio.cell('t0[000]')).toHaveAccessibleName(new RegExp(studio.words.walk.fault));
  await studio.button(studio.words.commands.nextStep).tap();
  await studio.expectStep(2);
  await studio.showTab('tables');
  await studio.entry('t3[16]').tap();
  await studio.showTab('inspector');
  await expect(studio.inspector()).toContainText('t3[010]');
  await studio.showTab('scenario');
  await expect(studio.editor()).toContainText('machine kvm');
  await studio.showTab('events');
  await expect(studio.currentEvent()).toBeVisible();
});

test('a swipe steps, and what scrolls sideways does not', async ({ studio, page }) => {
  await studio.open();
  const swipe = (from: number, to: number, y = 400) =>
    moveFingers(page, [
      [
        { x: from, y },
        { x: to, y },
      ],
    ]);
  await swipe(300, 120);
  await studio.expectEvent(2);
  await test.step('on the sentence and on other views too', async () => {
    await swipe(300, 120, 680);
    await studio.expectEvent(3);
    await studio.showTab('tables');
    await swipe(300, 120, 500);
    await studio.expectEvent(4);
    await swipe(120, 300);
    await studio.showTab('walk');
  });
  await swipe(120, 300);
  await studio.expectEvent(2);
  await test.step('up and down, and a short way, are no swipes', async () => {
    await moveFingers(page, [
      [
        { x: 200, y: 300 },
        { x: 200, y: 500 },
      ],
    ]);
    await swipe(200, 180);
    await studio.expectEvent(2);
  });
  await studio.showTab('events');
  await swipe(300, 120);
  await studio.expectEvent(2);
});

test('on its side a phone shows the whole of a walk', async ({ studio, page }) => {
  await page.setViewportSize({ width: 844, height: 390 });
  await studio.open();
  const isWhole = async () => {
    const [figure, view] = [page.locator('.walk-figure'), page.locator('.phone-view')];
    const [{ y = 0, height = 0 }, room] = [(await figure.boundingBox()) ?? {}, await view.boundingBox()];
    return height > 100 && y + height <= (room?.y ?? 0) + (room?.height ?? 0);
  };
  await studio.button(studio.words.commands.next).tap();
  await studio.expectEvent(2);
  await expect.poll(isWhole).toBe(true);
  await studio.openScenario('16-two-dimensions');
  await studio.button(studio.words.commands.nextStep).tap();
  await expect(page.locator('.grid-figure')).toBeVisible();
  await expect.poll(isWhole).toBe(true);
});

test('the palette of a phone has no commands for panes', async ({ studio, page }) => {
  await studio.open();
  await page.keyboard.press('k');
  const { next, maximise } = studio.words.commands;
  await expect(page.getByRole('option', { name: next }).first()).toBeVisible();
  await expect(page.getByRole('option', { name: maximise })).toHaveCount(0);
});

test('two fingers enlarge the walk, one moves it, a double tap shows it whole', async ({ studio, page }) => {
  await studio.open();
  const figure = page.locator('.walk-figure');
  const width = async () => (await figure.boundingBox())?.width ?? 0;
  const whole = await width();
  await moveFingers(page, [
    [
      { x: 180, y: 220 },
      { x: 100, y: 220 },
    ],
    [
      { x: 220, y: 220 },
      { x: 300, y: 220 },
    ],
  ]);
  await expect.poll(width).toBeGreaterThan(whole * 2);
  await test.step('a finger moves it and does not step', async () => {
    const left = (await figure.boundingBox())?.x ?? 0;
    await moveFingers(page, [
      [
        { x: 300, y: 220 },
        { x: 200, y: 220 },
      ],
    ]);
    await expect.poll(async () => (await figure.boundingBox())?.x ?? 0).toBeLessThan(left - 50);
    await studio.expectEvent(1);
  });
  // A tap right after a quick movement stops it, and does nothing else.
  await expect(async () => {
    await studio.button(studio.words.layout.wholeFigure).tap({ timeout: 1000 });
    await expect(studio.button(studio.words.layout.wholeFigure)).toHaveCount(0, { timeout: 1000 });
  }).toPass();
  expect(await width()).toBeCloseTo(whole, 0);
  for (const _ of [1, 2]) await page.touchscreen.tap(200, 330);
  await expect.poll(width).toBeGreaterThan(whole * 1.5);
});

test.describe('at 200 % of a small laptop', () => {
  test.use({ viewport: { width: 640, height: 400 }, hasTouch: false });

  test(
    'the walk, the sentence and the buttons are all in sight',
    EVERY_LANGUAGE,
    async ({ studio, page }) => {
      await studio.open();
      await studio.press('ArrowRight', 29);
      const next = studio.button(studio.words.commands.next);
      for (const part of [page.locator('.walk-figure'), studio.sentence(), next]) {
        const box = await part.boundingBox();
        expect((box?.y ?? 999) + (box?.height ?? 0)).toBeLessThanOrEqual(400);
        expect((box?.x ?? 999) + (box?.width ?? 0)).toBeLessThanOrEqual(640);
      }
      const view = await page.locator('.phone-view').boundingBox();
      const figure = await page.locator('.walk-figure').boundingBox();
      expect((figure?.y ?? 0) + (figure?.height ?? 0)).toBeLessThanOrEqual(
        (view?.y ?? 0) + (view?.height ?? 0) + 1,
      );
    },
  );
});

test.describe('in forced colours', () => {
  test.use({ viewport: { width: 1280, height: 800 }, hasTouch: false });

  test('what is now has an edge', async ({ studio, page }) => {
    await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
    await studio.open();
    await studio.press('ArrowRight', 29);
    for (const marked of [studio.currentEvent(), studio.entry('t3[16]'), page.locator('.cm-statement-now')])
      await expect(marked).toHaveCSS('outline-style', 'solid');
    await studio.expectAccessible();
  });
});
