// With caches on, a guest that flushes what the manuals ask for sees what it sees with caches off; one that does not flush may see
// the difference. A failure prints the seed and the scenario.
import { describe, expect, it } from 'vitest';
import { carefulScenario, type RandomScenario } from './random-scenarios.ts';
import { differenceOf, onBareMachine, TLBS, withoutFlushes } from './remembering.ts';

const SEEDS = Array.from({ length: 4 }, (_, i) => i * 10);
const SCENARIOS_PER_TEST = 10;
const STEPS = 50;
const ALL = Object.values(TLBS);
/** The same as `pointers alone`, without pointers. */
const ONE_PAGE = 'tlb-entries=1 tlb-ways=1 tlb-large=0 psc=off';

const scenarios = (first: number): RandomScenario[] =>
  Array.from({ length: SCENARIOS_PER_TEST }, (_, i) => carefulScenario(first + i, STEPS));

describe('a careful guest sees nothing of what its processors remember', () => {
  it.each(SEEDS)('under KVM, seeds from %i on', { timeout: 60_000 }, (first) => {
    for (const scenario of scenarios(first)) {
      const different = differenceOf(scenario, ALL);
      expect(different, different ?? '').toBeNull();
    }
  });

  it.each(SEEDS)('on a bare machine, seeds from %i on', { timeout: 60_000 }, (first) => {
    for (const scenario of scenarios(first)) {
      const different = differenceOf(onBareMachine(scenario), [TLBS.usual, TLBS['pointers alone']]);
      expect(different, different ?? '').toBeNull();
    }
  });
});

describe('the same guest without its flushes', () => {
  const careless = SEEDS.flatMap(scenarios).map(withoutFlushes);

  it('sees what the TLB remembers', { timeout: 60_000 }, () => {
    const seen = careless.filter((scenario) =>
      differenceOf(onBareMachine(scenario), [TLBS['without pointers']]),
    );
    expect(seen.length).toBeGreaterThan(5);
  });

  it('sees what paging-structure caches remember', { timeout: 60_000 }, () => {
    const seen = careless
      .map(onBareMachine)
      .filter((scenario) => differenceOf(scenario, [TLBS['pointers alone']]))
      .filter((scenario) => !differenceOf(scenario, [ONE_PAGE]));
    expect(seen.length).toBeGreaterThan(2);
  });
});
