import { describe, expect, it } from 'vitest';
import PROCESSES from '#content/scenarios/23-processes.scn?raw';
import { onMachine } from '#scenario/variant.ts';
import { costsOf } from '#ui/costs.ts';
import { runText } from '#ui/run.fixture.ts';
import { en } from '#ui/words/en.ts';
import { plainText } from '#ui/words/text.ts';
import { alignSteps } from './alignment.ts';
import { countsAt, differenceLines, mostOf, type Span, stepValues } from './differences.ts';
import { firstOtherOutcome, outcomesOf } from './parting.ts';
import { figuresOf, verdictOf } from './trade-off.ts';

const shadow = runText(PROCESSES);
const ept = runText(onMachine(PROCESSES, 'mmu=tdp'));
const runs = [shadow, ept];
const rows = alignSteps(runs.map((run) => run.scenario.steps.map(({ text }) => text)));
const last = rows.length - 1;

/** The values of a line, by its heading or its counter. */
function line(what: string, row: number, span: Span): readonly (number | null)[] | undefined {
  const lines = differenceLines(runs, countsAt(runs, rows, row, span));
  return lines.find((each) => (typeof each.what === 'object' ? each.what.reason : each.what) === what)
    ?.values;
}

describe('a process’s life under shadow paging and under EPT', () => {
  it('leaves the guest for everything, or for memory that is new', () => {
    expect(line('MOV to CR3', last, 'run')).toEqual([10, 0]);
    expect(line('#PF', last, 'run')).toEqual([12, 0]);
    expect(line('EPT violation', last, 'run')).toEqual([0, 14]);
    // The page directory stays protected: each of the four writes to it is emulated.
    expect(line('emulatedWrites', last, 'run')).toEqual([4, 0]);
  });

  it('costs four references a TLB miss, or 24', () => {
    expect(runs.map((run) => costsOf(run.reader).total.referencesPerWalk)).toEqual([4, 24]);
    expect(line('nestedReferences', last, 'step')).toEqual([0, 20]);
    expect(line('guestReferences', last, 'step')).toEqual([0, 4]);
  });

  it('is counted for a step, up to its end, and as a whole', () => {
    const references = (row: number, span: Span) => stepSum(row, span);
    expect(references(0, 'step')).toEqual(references(0, 'soFar'));
    expect(references(last, 'soFar')).toEqual(references(last, 'run'));
    expect(stepValues(runs, rows[0] ?? [], 'references')).toEqual([5, 91]);
    expect(mostOf(runs, 'references')).toBe(91);
  });

  it('comes to the same, step for step', () => {
    expect(firstOtherOutcome(runs, rows)).toBe(-1);
    expect(outcomesOf(runs, rows[6] ?? [])).toEqual(Array(2).fill('#PF error=0x7 cr2=0x12000'));
  });

  it('is a trade: exits against references', () => {
    const [first, second] = runs.map((run, i) =>
      figuresOf(['Shadow', 'EPT'][i] ?? '', costsOf(run.reader).total),
    );
    if (!first || !second) throw new Error('there are not two');
    expect(verdictOf(first, second)).toBe('trade');
    expect(plainText(en.compare.tradeOff(first, second, rows.length, 'trade'))).toBe(
      'In 27 steps Shadow leaves the guest 22 times, and a TLB miss costs 4 references; EPT 14 times, and a TLB miss costs 24 references. Shadow pays with exits, EPT with memory references.',
    );
  });
});

function stepSum(row: number, span: Span): (number | undefined)[] {
  return countsAt(runs, rows, row, span).map((counts) => counts?.references);
}

it.each([
  [1, 1, 'second'],
  [-1, -1, 'first'],
  [1, -1, 'trade'],
  [-1, 1, 'trade-back'],
  [0, 0, 'same'],
  [0, 1, 'second-references'],
  [-1, 0, 'first-exits'],
] as const)('with exits %i and references %i more the verdict is %s', (exits, references, verdict) => {
  const base = { name: '', perMiss: 4, tables: 0 };
  expect(
    verdictOf(
      { ...base, exits: 5 + exits, references: 5 + references },
      { ...base, exits: 5, references: 5 },
    ),
  ).toBe(verdict);
});

describe('what one of them has not', () => {
  const edited = runText(PROCESSES.replace('cr3 child ', 'invlpg 0x10000\ncr3 child '));
  const both = [shadow, edited];
  const aligned = alignSteps(both.map((run) => run.scenario.steps.map(({ text }) => text)));

  it('is no value, and no outcome', () => {
    const row = aligned.findIndex(([own]) => own === null);
    expect(stepValues(both, aligned[row] ?? [], 'exits')).toEqual([null, 1]);
    expect(outcomesOf(both, aligned[row] ?? [])).toEqual([null, 'ok']);
    expect(firstOtherOutcome(both, aligned)).toBe(-1);
  });

  it('is nothing at all of a run that there is not', () => {
    const counts = countsAt([shadow, null], [[0, null]], 0, 'run');
    expect(differenceLines([shadow, null], counts)[0]?.values).toEqual([expect.any(Number), null]);
  });
});
