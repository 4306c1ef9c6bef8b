import { describe, expect, it } from 'vitest';
import PAGE_TABLE_WRITE from '#content/scenarios/04-page-table-write.scn?raw';
import TWO_SPACES from '#content/scenarios/05-two-spaces.scn?raw';
import STALE_TLB from '#content/scenarios/13-stale-tlb.scn?raw';
import { readAtlas } from '#hypervisor/read-atlas.ts';
import { load } from '#scenario/check.ts';
import { runScenario } from '#scenario/run.ts';
import { Costs, type Counter, type Counts } from './costs.ts';
import { EVENT, WALKER_CPU, WALKER_NESTED } from './events.ts';
import { LogWriter } from './log.ts';
import { LogReader, Replay } from './log-reader.ts';

function run(text: string): LogReader {
  const { scenario, problems } = load(text);
  if (!scenario) throw new Error(problems[0]?.message);
  const result = runScenario(scenario);
  if ('problems' in result) throw new Error(result.problems[0]?.message);
  return new LogReader(result.log);
}

/** One counter, step for step. */
const perStep = (reader: LogReader, count: (counts: Counts) => number): number[] => {
  const costs = new Costs(reader);
  return Array.from({ length: reader.stepCount }, (_, step) => count(costs.ofStep(step)));
};

const of = (counter: Counter) => (counts: Counts) => counts.of(counter);

describe('a shadowed guest that writes to its own page table', () => {
  const reader = run(PAGE_TABLE_WRITE);

  it.each([
    // A fault ends a walk early; the instruction then walks all four levels.
    ['shadowReferences', [5, 6, 4, 0, 8, 4, 0, 8]],
    ['exits', [1, 1, 0, 1, 1, 0, 1, 1]],
    ['kvmFaults', [1, 1, 0, 0, 1, 0, 0, 1]],
    ['tablesMade', [4, 2, 0, 0, 0, 0, 0, 0]],
    ['unsyncs', [0, 1, 0, 0, 0, 0, 0, 0]],
    ['syncs', [0, 0, 0, 0, 0, 0, 1, 0]],
    ['emulatedWrites', [0, 0, 0, 0, 0, 0, 0, 0]],
  ] as const)('costs, in %s, %j', (counter, expected) => {
    expect(perStep(reader, of(counter))).toEqual(expected);
  });

  it('leaves the guest for these reasons', () => {
    expect(new Costs(reader).total.exitReasons).toEqual([
      ['#PF', 4],
      ['INVLPG', 1],
      ['MOV to CR3', 1],
    ]);
  });
});

it('a shadowed guest’s TLB miss costs as many references as there are levels', () => {
  expect(new Costs(run(PAGE_TABLE_WRITE)).total.referencesPerWalk).toBe(4);
});

it('writes to a table that may not go out of sync are emulated, bits that KVM sets in the guest’s tables are not such writes', () => {
  const reader = run(PAGE_TABLE_WRITE.replace('mmu=shadow', 'mmu=shadow unsync=off'));
  expect(perStep(reader, of('emulatedWrites'))).toEqual([0, 1, 0, 0, 0, 1, 0, 0]);
});

it('nested paging has references in both dimensions, and exits for missing nested entries only', () => {
  const reader = run(TWO_SPACES.replace('mmu=shadow', 'mmu=tdp vendor=intel'));
  const { total } = new Costs(reader);
  // Each of the two spaces has four tables and a page that KVM has not mapped yet; CR3 is the guest's own.
  expect(total.exitReasons).toEqual([['EPT violation', 10]]);
  expect(perStep(reader, (counts) => counts.references).slice(4)).toEqual([24, 0, 24]);
  expect(perStep(reader, of('guestReferences')).slice(4)).toEqual([4, 0, 4]);
  expect(total.of('kvmWalks')).toBe(0);
  expect(total.referencesPerWalk).toBe(24);
});

it('a bare machine has references in the guest’s own tables, TLB hits and flushes, and no exits', () => {
  const reader = run(STALE_TLB);
  const { total } = new Costs(reader);
  // The second access shares its upper entry with the first; INVLPG makes the processor forget that too.
  expect(perStep(reader, of('guestReferences'))).toEqual([4, 3, 0, 0, 4]);
  expect([total.references, total.of('walks'), total.of('tlbHits'), total.of('exits')]).toEqual([
    11, 3, 1, 0,
  ]);
  expect(total.flushReasons).toEqual([['one address, and the pointers to tables', 1]]);
});

it('tells references by the tables that they are in', () => {
  const log = new LogWriter(100);
  log.emit(EVENT.step, 1, 0);
  log.beginStep();
  log.emit(EVENT.access, 0, 0x10000, 0);
  for (let i = 0; i < 3; i++) log.emit(EVENT.reference, WALKER_NESTED, 0, 0, 0, 0, 5 << 10);
  log.emit(EVENT.reference, WALKER_CPU);
  log.emit(EVENT.reference, WALKER_CPU, 0, 0, 0, 0, 6 << 10);
  const { total } = new Costs(new LogReader(log.finish(new Int32Array(1))));
  expect(total.of('nestedReferences')).toBe(3);
  expect(total.of('guestReferences')).toBe(1);
  expect(total.of('shadowReferences')).toBe(1);
  expect([total.references, total.of('walks')]).toEqual([5, 1]);
});

it('counts no more reasons apart than it has room for', () => {
  const log = new LogWriter(100);
  for (let i = 0; i < 20; i++) log.emit(EVENT.exit, log.text(`reason ${i}`));
  const { exitReasons } = new Costs(new LogReader(log.finish(new Int32Array(1)))).total;
  expect(exitReasons).toHaveLength(16);
  expect(exitReasons.at(-1)).toEqual(['reason 15', 5]);
});

describe('a run of several blocks of events', () => {
  const reader = run(`${TWO_SPACES}${'cr3 two\nwrite 0x10000 1\ncr3 one\n'.repeat(400)}`);
  const costs = new Costs(reader);
  const everything = (counts: Counts) => [counts.references, counts.of('exits'), counts.exitReasons];

  it('costs as much up to an event as is counted event for event', () => {
    expect(reader.length).toBeGreaterThan(5000);
    let references = 0;
    for (let index = 0; index < reader.length; index++) {
      if (reader.kind(index) === EVENT.reference) references++;
      if (index % 511 === 0) expect(costs.upTo(index).references).toBe(references);
    }
    expect(costs.upTo(-1).references).toBe(0);
  });

  it('costs the sum of its steps', () => {
    const sum = perStep(reader, (counts) => counts.references).reduce((all, one) => all + one, 0);
    expect(sum).toBe(costs.total.references);
    expect(everything(costs.upTo(reader.length - 1))).toEqual(everything(costs.total));
    const steps = costs.ofSteps(1, 700);
    expect(everything(costs.between(reader.stepStart(1), reader.stepEnd(700) - 1))).toEqual(
      everything(steps),
    );
  });

  it('has as many page-table pages in use as the machine has', () => {
    const replay = new Replay(reader);
    for (const index of [0, 40, 1000, reader.length - 1]) {
      const tables = readAtlas(replay.seek(index)).hypervisorTables;
      expect(costs.upTo(index).tables).toBe(tables.length);
    }
  });
});

it('a log without an event costs nothing', () => {
  const costs = new Costs(new LogReader(new LogWriter(10).finish(new Int32Array(1))));
  expect(costs.total.references).toBe(0);
  expect(costs.upTo(-1).tables).toBe(0);
});
