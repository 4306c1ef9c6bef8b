// The same as random.test.ts, for more than a hundred thousand steps, and in longer scenarios: run with `npm run test:long`.
import { expect, it } from 'vitest';
import { wrongWith } from './random-check.ts';
import { randomScenario } from './random-scenarios.ts';

/** Many short scenarios meet more machines; long ones meet more of what comes of old state. */
const RUNS = [
  { seeds: 1000, steps: 60, from: 10_000 },
  { seeds: 150, steps: 300, from: 20_000 },
  { seeds: 12, steps: 1500, from: 30_000 },
  // Met by chance: A is set in a table that only a remembered pointer leads to; a guest overwrites what maps its own instructions.
  { seeds: 1, steps: 400, from: 7_000_166 },
  { seeds: 1, steps: 600, from: 9_000_053 },
];

it.each(RUNS)('$seeds random scenarios of $steps steps', { timeout: 1_800_000 }, ({ seeds, steps, from }) => {
  for (let seed = from; seed < from + seeds; seed++) {
    const wrong = wrongWith(randomScenario(seed, steps));
    expect(wrong, wrong ?? '').toBeNull();
  }
});

it('are more than a hundred thousand steps', () => {
  expect(RUNS.reduce((all, { seeds, steps }) => all + seeds * steps, 0)).toBeGreaterThan(100_000);
});
