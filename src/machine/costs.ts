/**
 * What a run costs, counted from its log: memory references of the processor's walks, VM exits, TLB flushes, page-table pages,
 * and the work that KVM's tracepoints tell of. Nothing is timed, for nothing in the model takes time.
 *
 * The log is read once. Rows of running totals are kept at each step's first event and every BLOCK events, so that the costs up
 * to any event are a row and at most a block's events away, however long the log is.
 */
import { EVENT, EVENTS, type EventSpec, REFERENCE_PLACE, WALKER_NESTED } from './events.ts';
import type { LogReader } from './log-reader.ts';
import { makesTable } from './queries.ts';

const COUNTERS = [
  // The processor's own references, by the tables that the entry lies in.
  'shadowReferences',
  'nestedReferences',
  'guestReferences',
  // Its translations: how many, how many of them the TLB knew, how many walked tables, how many ended in a fault.
  'accesses',
  'tlbHits',
  'walks',
  'faults',
  // Walks that came to their end, and the references that they made.
  'wholeWalks',
  'wholeWalkReferences',
  'exits',
  // Exits that user space has to answer.
  'mmio',
  'flushes',
  'tablesMade',
  'tablesFreed',
  // KVM's work, by its tracepoints.
  'kvmFaults',
  'kvmWalks',
  'kvmReads',
  'sptes',
  'tdpChanges',
  'unsyncs',
  'syncs',
  'zaps',
  'emulatedWrites',
  'injections',
] as const;

export type Counter = (typeof COUNTERS)[number];

/** Different reasons of exits, and of flushes, that are counted apart; those that come up later are counted with the last. */
const MOST_REASONS = 16;

/** Columns of a row: the counters, the reasons of exits and of flushes, and what the counting must know to go on. */
const EXIT_REASONS = COUNTERS.length;
const FLUSH_REASONS = EXIT_REASONS + MOST_REASONS;
const OUTSIDE = FLUSH_REASONS + MOST_REASONS;
const TRANSLATING = OUTSIDE + 1;
const WALK_REFERENCES = OUTSIDE + 2;
const BIT_HI = OUTSIDE + 3;
const BIT_LO = OUTSIDE + 4;
const WIDTH = OUTSIDE + 5;

/** Events between two rows that are kept. */
const BLOCK = 1024;

const COLUMN = Object.fromEntries(COUNTERS.map((counter, column) => [counter, column])) as Record<
  Counter,
  number
>;

/** Kinds that are counted by nothing but their number. */
const PLAIN = new Map<number, Counter>([
  [EVENT.fault, 'faults'],
  [EVENT.tlbHit, 'tlbHits'],
  [EVENT.mmio, 'mmio'],
  [EVENT.tableFree, 'tablesFreed'],
  [EVENT.kvm_page_fault, 'kvmFaults'],
  [EVENT.kvm_mmu_pagetable_walk, 'kvmWalks'],
  [EVENT.kvm_mmu_paging_element, 'kvmReads'],
  [EVENT.kvm_mmu_set_spte, 'sptes'],
  [EVENT.kvm_tdp_mmu_spte_changed, 'tdpChanges'],
  [EVENT.kvm_mmu_unsync_page, 'unsyncs'],
  [EVENT.kvm_mmu_sync_page, 'syncs'],
  [EVENT.kvm_mmu_prepare_zap_page, 'zaps'],
  [EVENT.kvm_inj_exception, 'injections'],
]);

/** The tracepoints whose events a counter counts; none where it counts other events. */
export const tracepointsOf = (counter: Counter): string[] =>
  [...PLAIN].flatMap(([kind, counts]) => {
    const { family, name } = EVENTS[kind] as EventSpec;
    return counts === counter && family === 'tracepoint' ? [name] : [];
  });

/** Column by kind, -1 for kinds that need a closer look or are not counted. */
const PLAIN_COLUMN = Int8Array.from({ length: 256 }, (_, kind) => {
  const counter = PLAIN.get(kind);
  return counter === undefined ? -1 : COLUMN[counter];
});

/** Costs of some stretch of a run. */
export class Counts {
  readonly #row: Int32Array;
  readonly #reasons: Reasons;

  constructor(row: Int32Array, reasons: Reasons) {
    this.#row = row;
    this.#reasons = reasons;
  }

  of(counter: Counter): number {
    return this.#row[COLUMN[counter]] as number;
  }

  /** The processor's memory references, in whatever tables. */
  get references(): number {
    return this.of('shadowReferences') + this.of('nestedReferences') + this.of('guestReferences');
  }

  /** References of a walk that comes to its end, on average: what a TLB miss costs. 0 where there was none. */
  get referencesPerWalk(): number {
    return this.of('wholeWalkReferences') / Math.max(1, this.of('wholeWalks'));
  }

  /** Page-table pages that were made and are still there: of the whole run, those in use. */
  get tables(): number {
    return this.of('tablesMade') - this.of('tablesFreed');
  }

  /** Exits by what made the processor leave the guest, in the order in which the reasons first came up. */
  get exitReasons(): readonly (readonly [string, number])[] {
    return this.#named(this.#reasons.exits, EXIT_REASONS);
  }

  /** Flushes by what was flushed. */
  get flushReasons(): readonly (readonly [string, number])[] {
    return this.#named(this.#reasons.flushes, FLUSH_REASONS);
  }

  #named(names: readonly string[], first: number): (readonly [string, number])[] {
    return names.map((name, i) => [name, this.#row[first + i] as number]);
  }
}

interface Reasons {
  readonly exits: string[];
  readonly flushes: string[];
}

/** The costs of a log, up to any event and of any stretch. */
export class Costs {
  readonly #reader: LogReader;
  readonly #reasons: Reasons = { exits: [], flushes: [] };
  /** Running totals before event 0, BLOCK, 2 × BLOCK … */
  readonly #blocks: Int32Array;
  /** Running totals before each step's first event, and at the end. */
  readonly #steps: Int32Array;

  /** Reads the whole log. */
  constructor(reader: LogReader) {
    this.#reader = reader;
    const { length, stepCount } = reader;
    this.#blocks = new Int32Array((Math.floor(length / BLOCK) + 1) * WIDTH);
    this.#steps = new Int32Array((stepCount + 1) * WIDTH);
    const row = new Int32Array(WIDTH);
    let step = 0;
    for (let index = 0; index < length; index++) {
      if (index % BLOCK === 0) this.#blocks.set(row, (index / BLOCK) * WIDTH);
      if (index === reader.stepStart(step)) this.#steps.set(row, step++ * WIDTH);
      this.#count(index, row);
    }
    if (length % BLOCK === 0) this.#blocks.set(row, (length / BLOCK) * WIDTH);
    for (; step <= stepCount; step++) this.#steps.set(row, step * WIDTH);
  }

  /** What events 0 to `index` cost (-1: nothing). */
  upTo(index: number): Counts {
    return new Counts(this.#totals(index + 1), this.#reasons);
  }

  /** What events `from` to `to` cost, both included. */
  between(from: number, to: number): Counts {
    return this.#difference(this.#totals(from), this.#totals(to + 1));
  }

  /** What step `step` (from 0) cost. */
  ofStep(step: number): Counts {
    return this.#difference(this.#stepRow(step), this.#stepRow(step + 1));
  }

  /** What steps `from` to `to` cost, both included. */
  ofSteps(from: number, to: number): Counts {
    return this.#difference(this.#stepRow(from), this.#stepRow(to + 1));
  }

  /** What the whole run cost. */
  get total(): Counts {
    return new Counts(this.#stepRow(this.#reader.stepCount), this.#reasons);
  }

  /** Running totals before a step; before the first, where it is none, or at the end. */
  #stepRow(step: number): Int32Array {
    const row = Math.max(0, Math.min(step, this.#reader.stepCount));
    return this.#steps.subarray(row * WIDTH, (row + 1) * WIDTH);
  }

  /** Running totals before event `index`. */
  #totals(index: number): Int32Array {
    const block = Math.floor(index / BLOCK);
    const row = this.#blocks.slice(block * WIDTH, (block + 1) * WIDTH);
    for (let event = block * BLOCK; event < index; event++) this.#count(event, row);
    return row;
  }

  #difference(before: Int32Array, after: Int32Array): Counts {
    return new Counts(
      after.map((total, column) => total - (before[column] as number)),
      this.#reasons,
    );
  }

  #count(index: number, row: Int32Array): void {
    const reader = this.#reader;
    const kind = reader.kind(index);
    const column = PLAIN_COLUMN[kind] as number;
    if (column >= 0) row[column]!++;
    else this.#countClosely(index, kind, row);
  }

  #countClosely(index: number, kind: number, row: Int32Array): void {
    const reader = this.#reader;
    switch (kind) {
      case EVENT.step:
      case EVENT.entry:
        row[OUTSIDE] = 0;
        break;
      case EVENT.access:
        row[COLUMN.accesses]!++;
        row[TRANSLATING] = 1;
        row[WALK_REFERENCES] = 0;
        break;
      case EVENT.reference:
        row[COLUMN.walks]! += row[TRANSLATING] as number;
        row[TRANSLATING] = 0;
        row[WALK_REFERENCES]!++;
        row[referenceColumn(reader, index)]!++;
        break;
      case EVENT.translated:
        if (row[WALK_REFERENCES] === 0) break;
        row[COLUMN.wholeWalks]!++;
        row[COLUMN.wholeWalkReferences]! += row[WALK_REFERENCES] as number;
        row[WALK_REFERENCES] = 0;
        break;
      case EVENT.exit:
        row[OUTSIDE] = 1;
        row[COLUMN.exits]!++;
        row[EXIT_REASONS + this.#reason(this.#reasons.exits, index)]!++;
        break;
      case EVENT.tlbFlush:
        row[COLUMN.flushes]!++;
        row[FLUSH_REASONS + this.#reason(this.#reasons.flushes, index)]!++;
        break;
      case EVENT.kvm_mmu_get_page:
        if (makesTable(reader, index)) row[COLUMN.tablesMade]!++;
        break;
      case EVENT.kvm_mmu_set_accessed_bit:
      case EVENT.kvm_mmu_set_dirty_bit:
        row[BIT_HI] = reader.payload(index, 0);
        row[BIT_LO] = reader.payload(index, 1);
        break;
      case EVENT.memory:
        if (row[OUTSIDE] === 1 && !isBitStore(reader, index, row)) row[COLUMN.emulatedWrites]!++;
        row[BIT_HI] = -1;
    }
  }

  /** Number of an event's reason, which its first payload word names. */
  #reason(names: string[], index: number): number {
    const name = this.#reader.text(this.#reader.payload(index, 0));
    const known = names.indexOf(name);
    if (known >= 0) return known;
    return Math.min(names.length < MOST_REASONS ? names.push(name) - 1 : MOST_REASONS, MOST_REASONS - 1);
  }
}

/** In which tables a reference's entry lies: a hypervisor's has a place in the machine, a guest's an address only. */
function referenceColumn(reader: LogReader, index: number): number {
  if ((reader.payload(index, 0) & 0xff) === WALKER_NESTED) return COLUMN.nestedReferences;
  return reader.payload(index, REFERENCE_PLACE) === 0 ? COLUMN.guestReferences : COLUMN.shadowReferences;
}

/** Whether a write to guest memory stores the accessed or dirty bit that the event before it told of. */
const isBitStore = (reader: LogReader, index: number, row: Int32Array): boolean =>
  reader.payload(index, 0) === row[BIT_HI] && reader.payload(index, 1) === row[BIT_LO];
