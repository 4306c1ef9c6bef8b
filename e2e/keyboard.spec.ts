import { expect, test } from './studio.ts';

/** Presses → as a held key would, far faster than frames come, and notes which events were on the screen. */
const HOLD = `new Promise((resolve) => {
  const seen = new Set();
  let frames = 30;
  const hold = () => {
    for (let i = 0; i < 20; i++)
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', repeat: true, bubbles: true, cancelable: true }));
  };
  const look = () => {
    seen.add(Number(document.querySelector('.position').dataset.event));
    hold();
    if (--frames > 0) requestAnimationFrame(look);
    else resolve([...seen]);
  };
  requestAnimationFrame(look);
})`;

test('a held arrow key shows every event that it passes', async ({ studio, page }) => {
  await studio.open();
  const seen = (await page.evaluate(HOLD)) as number[];
  expect(seen.length).toBeGreaterThan(5);
  expect(seen).toEqual(seen.map((_, i) => i + 1));
});
