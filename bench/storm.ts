// A storm of faults: a guest writes to many pages of which KVM's tables know nothing, and then reads them all again. Each page is the only one
// of its eight that the guest maps, so that KVM maps no neighbour with it. The pages hold data already: what is measured is KVM, not how the
// machine that this runs on finds memory.
import type { LogData } from '#machine/log.ts';
import { load } from '#scenario/check.ts';
import { type Run, startRun } from '#scenario/run.ts';
import type { Scenario, Step } from '#scenario/scenario.ts';

/** Bytes between two pages. */
const SPACING = 8 * 4096;
const FIRST = 0x4000_0000;
const MEMORY = 0x100_0000;

const TEXT = [
  'scenario 1',
  'machine kvm mmu=shadow tlb=off',
  'slot 0 gpa=0 size=160M',
  'space s pool=0x100000',
  `map s ${FIRST} ${MEMORY} p|w|u|a|d`,
  `poke ${MEMORY} 1`,
  `write ${FIRST} 1`,
  `read ${FIRST}`,
  // All of KVM's tables become obsolete with any slot that goes.
  'host slot 1 gpa=0x20000000 size=4K',
  'host slot 1 delete',
].join('\n');

/** Steps that are measured as one: as many faults as one last-level table takes, with the making of that table. */
const BLOCK = 64;

/** `pages` faults and as many accesses without one, `passes` times. */
export class Storm {
  readonly #pages: number;
  readonly #scenario: Scenario;
  #run: Run | null = null;

  constructor(pages: number, passes: number, warmPasses = 1) {
    const { scenario } = load(TEXT);
    if (!scenario) throw new Error('the storm is no scenario');
    const [space, map, poke] = scenario.setup as [Setup<'space'>, Setup<'map'>, Setup<'poke'>];
    const [write, read, ...forget] = scenario.steps as [StepOf<'write'>, StepOf<'read'>, ...Step[]];
    const all = Array.from({ length: pages }, (_, page) => page);
    // At different places in their pages, or all would fall on the same few lines of the caches.
    const at = (page: number): bigint => BigInt(FIRST + page * SPACING + (page % 64) * 64);
    const writes = all.map((page) => ({ ...write, gva: at(page) }));
    const reads = all.map((page) => ({ ...read, gva: at(page) }));
    this.#pages = pages;
    this.#scenario = {
      ...scenario,
      setup: [
        space,
        ...all.map((page) => ({
          ...map,
          gva: BigInt(FIRST + page * SPACING),
          gpa: BigInt(MEMORY + page * 4096),
        })),
        ...all.map((page) => ({ ...poke, gpa: MEMORY + page * 4096 })),
      ],
      steps: Array.from({ length: passes }, () => [
        ...writes,
        ...Array.from({ length: warmPasses }, () => reads).flat(),
        ...forget,
      ]).flat(),
    };
  }

  /** Begins anew. */
  start(calls = false): void {
    const started = startRun(this.#scenario, { steps: 1e9, events: 1e9, memory: 2048, calls });
    if ('problems' in started) throw new Error('the storm does not run');
    this.#run = started.run;
  }

  /** Nanoseconds of a step that faults (or of one that does not, after that), for each block of steps. */
  pass(): number[] {
    const run = this.#run as Run;
    const times: number[] = [];
    for (let done = 0; done < this.#pages; done += BLOCK) {
      const count = Math.min(BLOCK, this.#pages - done);
      const start = performance.now();
      for (let step = 0; step < count; step++) run.step();
      times.push(((performance.now() - start) * 1e6) / count);
    }
    return times;
  }

  /** KVM forgets all that it mapped. */
  forget(): void {
    this.#run?.step();
    this.#run?.step();
  }

  log(): LogData {
    const { log, notice } = (this.#run as Run).finish();
    if (notice !== null) throw new Error('the storm was stopped');
    return log;
  }
}

type Setup<Kind> = Extract<Scenario['setup'][number], { kind: Kind }>;
type StepOf<Kind> = Extract<Step, { kind: Kind }>;
