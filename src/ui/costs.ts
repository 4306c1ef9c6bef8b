/** A run's costs, counted when they are first asked for, and what of them people are shown. */
import { Costs, type Counter, type Counts } from '#machine/costs.ts';
import type { LogReader } from '#machine/log-reader.ts';

const counted = new WeakMap<LogReader, Costs>();

/** The costs of a log. */
export function costsOf(reader: LogReader): Costs {
  let costs = counted.get(reader);
  if (!costs) {
    costs = new Costs(reader);
    counted.set(reader, costs);
  }
  return costs;
}

/** What can be drawn and compared, each a number for any stretch of a run. */
export const MEASURES = ['references', 'exits', 'flushes', 'tablesMade', 'kvmWalks'] as const;
export type Measure = (typeof MEASURES)[number];

export const measured = (counts: Counts, measure: Measure): number =>
  measure === 'references' ? counts.references : counts.of(measure);

/** Counters that add up to a heading, or stand below it. */
export type CostGroup = 'references' | 'translations' | 'exits' | 'flushes' | 'tables' | 'kvm';

/** Counters that have a line of their own; the others make up a heading's total, or an average. */
export type ShownCounter = Exclude<
  Counter,
  'accesses' | 'exits' | 'flushes' | 'wholeWalks' | 'wholeWalkReferences'
>;

/** A line of a table of costs: a heading's total, a counter, or one of the reasons that the log names. */
export interface CostLine {
  readonly group: CostGroup;
  /** `total`: of the whole group. */
  readonly what: ShownCounter | 'total' | { readonly reason: string };
  readonly count: (counts: Counts) => number;
}

const counters = (group: CostGroup, names: readonly ShownCounter[]): CostLine[] =>
  names.map((what) => ({ group, what, count: (counts) => counts.of(what) }));

type Reasons = (counts: Counts) => readonly (readonly [string, number])[];

const reasons = (group: CostGroup, total: Counts, of: Reasons): CostLine[] =>
  of(total).map(([reason], i) => ({ group, what: { reason }, count: (counts) => of(counts)[i]?.[1] ?? 0 }));

/** Every line that there is for a run of such costs, in order: what it never does is left out, but for the totals. */
export function costLines(total: Counts): CostLine[] {
  const lines: CostLine[] = [
    { group: 'references', what: 'total', count: (counts) => counts.references },
    ...counters('references', ['shadowReferences', 'nestedReferences', 'guestReferences']),
    { group: 'translations', what: 'total', count: (counts) => counts.of('accesses') },
    ...counters('translations', ['tlbHits', 'walks', 'faults']),
    { group: 'exits', what: 'total', count: (counts) => counts.of('exits') },
    ...reasons('exits', total, (counts) => counts.exitReasons),
    ...counters('exits', ['mmio']),
    { group: 'flushes', what: 'total', count: (counts) => counts.of('flushes') },
    ...reasons('flushes', total, (counts) => counts.flushReasons),
    { group: 'tables', what: 'total', count: (counts) => counts.tables },
    ...counters('tables', ['tablesMade', 'tablesFreed']),
    ...counters('kvm', ['kvmFaults', 'kvmWalks', 'kvmReads', 'sptes', 'tdpChanges']),
    ...counters('kvm', ['unsyncs', 'syncs', 'zaps', 'emulatedWrites', 'injections']),
  ];
  return lines.filter(({ what, count }) => what === 'total' || count(total) > 0);
}
