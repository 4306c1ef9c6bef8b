#!/usr/bin/env node
// The same walks in Chromium, beside C and beside Node, as walk.bench.ts has them.

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
// biome-ignore lint/style/noRestrictedImports: scripts are no layer and have no name of their own
import { builtModule } from '../scripts/built-module.mjs';
import { withBrowser } from './built-page.mjs';
import { measureBy, median, mustAgree, withWalksInC } from './walk-c.mjs';

const ROUNDS = 5;
const NAME = '4x4';
const AIM = 0.65;

const module = await builtModule('bench/walk-pass.ts', 'walk-pass');
const { PAGES, MILLISECONDS } = await import(pathToFileURL(module).href);
/**
 * Measures in a page of its own.
 * @param {import('@playwright/test').Browser} browser
 * @returns {Promise<import('./walk-c.mjs').Measured>}
 */
async function measured(browser) {
  const page = await browser.newPage();
  const source = `${readFileSync(module, 'utf8')}\nglobalThis.measureWalks = measureWalks;`;
  await page.addScriptTag({ type: 'module', content: source });
  const result = await page.evaluate(`measureWalks(${JSON.stringify(NAME)}, false)`);
  await page.close();
  return /** @type {import('./walk-c.mjs').Measured} */ (result);
}

await withBrowser((browser) =>
  withWalksInC(async (programs) => {
    /** @type {number[]} */
    const times = [];
    /** @type {number[]} */
    const ratios = [];
    for (let round = 0; round < ROUNDS; round++) {
      const ours = await measured(browser);
      times.push(ours.ns);
      if (!programs) continue;
      const c = measureBy(programs.rules, [NAME, String(PAGES), String(MILLISECONDS)]);
      mustAgree(NAME, c, ours);
      ratios.push(c.ns / ours.ns);
    }
    const against = programs ? `${median(ratios).toFixed(2)} × C with the same rules (aim ${AIM})` : '';
    console.log(
      `${'in Chromium, two dimensions, 4 × 4'.padEnd(34)} ${median(times).toFixed(1).padStart(7)} ns   ${against}`,
    );
  }),
);
