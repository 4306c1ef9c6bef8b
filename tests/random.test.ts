// Scenarios made by chance: KVM's structures agree after every step, and the guest sees nothing that its own tables, the
// slots and its flushes do not account for. A failure prints the seed and the scenario.
import { expect, it } from 'vitest';
import { wrongWith } from './random-check.ts';
import { randomScenario } from './random-scenarios.ts';

const SEEDS = Array.from({ length: 8 }, (_, i) => i * 40);
const SCENARIOS_PER_TEST = 20;
const STEPS = 50;

it.each(SEEDS)(`random scenarios from seed %i on, ${SCENARIOS_PER_TEST} of ${STEPS} steps each`, (first) => {
  for (let seed = first; seed < first + SCENARIOS_PER_TEST; seed++) {
    const wrong = wrongWith(randomScenario(seed, STEPS));
    expect(wrong, wrong ?? '').toBeNull();
  }
});

it('are the same for the same seed, and others for another', () => {
  expect(randomScenario(7, STEPS)).toEqual(randomScenario(7, STEPS));
  expect(randomScenario(7, STEPS).text).not.toBe(randomScenario(8, STEPS).text);
});
