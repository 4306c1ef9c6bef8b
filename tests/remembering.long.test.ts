// The same as remembering.test.ts, for more guests and longer ones: run with `npm run test:long`.
import { expect, it } from 'vitest';
import { carefulScenario } from './random-scenarios.ts';
import { differenceOf, onBareMachine, TLBS } from './remembering.ts';

const RUNS = [
  { seeds: 600, steps: 60, from: 10_000 },
  { seeds: 60, steps: 400, from: 20_000 },
];

it.each(RUNS)('$seeds careful guests of $steps steps', { timeout: 1_800_000 }, ({ seeds, steps, from }) => {
  for (let seed = from; seed < from + seeds; seed++) {
    const scenario = carefulScenario(seed, steps);
    for (const one of [scenario, onBareMachine(scenario)]) {
      const different = differenceOf(one, Object.values(TLBS));
      expect(different, different ?? '').toBeNull();
    }
  }
});
