/** Finds the events of a run that a filter lets pass: a slice at a time, so that typing and stepping go on meanwhile. */
import type { Passes } from '#trace/filter/comparison.ts';
import { asksForCalls, compile } from '#trace/filter/compile.ts';
import { Scan } from '#trace/filter/scan.ts';
import type { Filter } from '#trace/filter/syntax.ts';
import type { Moment, Run } from './moment.ts';
import { allOf, type Sequence } from './sequence.ts';

/** Milliseconds that a slice may take. */
const SLICE = 8;

export interface Found {
  /** Indices of the events found so far, ascending. */
  readonly events: Int32Array;
  readonly isDone: boolean;
}

export interface Wanted {
  readonly run: Run;
  readonly filter: Filter;
  /** Where events are looked for; a filter that names calls finds them everywhere. */
  readonly within: Sequence;
  /** Whose memory says where a guest's table lies. */
  readonly moment: Moment | null;
}

/** A test to be asked in order: whether an event belongs to a sequence. */
function membership(sequence: Sequence): Passes {
  let rank = 0;
  return (index) => {
    while (rank < sequence.length && sequence.at(rank) < index) rank++;
    return rank < sequence.length && sequence.at(rank) === index;
  };
}

function testFor({ run, filter, within, moment }: Wanted): Passes {
  const guestMemory = (gfn: number): number => {
    const host = moment?.atlas.hostFrame(gfn) ?? null;
    return host === null ? 0 : (moment?.atlas.memory(host) ?? 0);
  };
  const passes = compile(filter, { reader: run.reader, names: run.names, guestMemory });
  const belongs = membership(asksForCalls(filter) ? allOf(run.reader) : within);
  // Both are asked of every event: neither may leave one out.
  return (index) => {
    const isWanted = passes(index);
    return belongs(index) && isWanted;
  };
}

/**
 * Looks for events; `tell` hears of what was found after each slice, for the first time before this returns.
 * @returns stops it
 */
export function findEvents(wanted: Wanted, tell: (found: Found) => void): () => void {
  const scan = new Scan(testFor(wanted), wanted.run.reader.length);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const slice = (): void => {
    const end = performance.now() + SLICE;
    scan.advance(() => performance.now() < end);
    if (!scan.isDone) timer = setTimeout(slice, 0);
    tell({ events: scan.found, isDone: scan.isDone });
  };
  slice();
  return () => clearTimeout(timer);
}

/** The nearest of some events, after (1) or before (-1) another one; -1 if there is none. */
export function nearestOf(events: Sequence, index: number, direction: 1 | -1): number {
  const rank = events.rank(index);
  const isOne = rank >= 0 && events.at(rank) === index;
  const target = direction === 1 ? rank + 1 : isOne ? rank - 1 : rank;
  return target >= 0 && target < events.length ? events.at(target) : -1;
}
