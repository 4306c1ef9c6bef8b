#!/usr/bin/env node
// How long the page's main thread is busy when the cursor moves by one event, on a log of about 10,000 events: key press,
// machine, every view, layout. Measured in the built page; the goal is less than a frame, 16 ms.

import { withBuiltPage } from './built-page.mjs';

const PAGES = 220;
const MOVES = 300;
const GOAL = 16;

/** A scenario that touches many pages, each for the first time: a fault and a write each. */
function scenario() {
  const gva = (/** @type {number} */ page) => `0x${(0x100000 + page * 0x1000 * 3).toString(16)}`;
  const pages = Array.from({ length: PAGES }, (_, page) => gva(page));
  return [
    'scenario 1',
    'title Many pages',
    'machine kvm mmu=shadow tlb=off',
    'guest paging=4',
    'slot 0 gpa=0 size=8M',
    'space s pool=0x700000',
    ...pages.map((address, page) => `map s ${address} 0x${(0x10000 + page * 0x1000).toString(16)} p|w|u`),
    ...pages.flatMap((address) => [`read ${address}`, `write ${address} 1`]),
    '',
  ].join('\n');
}

/** Runs in the page: times `moves` presses of a key. */
async function measure(/** @type {{ key: string, moves: number }} */ { key, moves }) {
  const times = [];
  for (let i = 0; i < moves; i++) {
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const start = performance.now();
    window.dispatchEvent(new KeyboardEvent('keydown', { key }));
    // Effects and commits of the press run as microtasks; layout is forced.
    for (let task = 0; task < 10; task++) await null;
    document.body.getBoundingClientRect();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
}

await withBuiltPage(async (browser, address) => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${address}#t=${encodeURIComponent(scenario())}`, {
    waitUntil: 'networkidle',
  });
  await page.locator('.position').waitFor();
  const events = (await page.locator('.position').innerText()).split('\n')[0];
  process.stdout.write(`${events}\n`);
  for (const [place, first, key] of [
    ['at the beginning', 'Home', 'ArrowRight'],
    ['at the end', 'End', 'ArrowLeft'],
  ]) {
    await page.locator('body').press(first ?? '');
    const times = await page.evaluate(measure, { key: key ?? '', moves: MOVES });
    const at = (/** @type {number} */ share) => times[Math.floor(times.length * share)] ?? 0;
    const verdict = at(0.5) < GOAL ? 'within' : 'beyond';
    process.stdout.write(
      `${place}: median ${at(0.5).toFixed(1)} ms, 95 % ${at(0.95).toFixed(1)} ms: ${verdict} ${GOAL} ms\n`,
    );
  }
});
