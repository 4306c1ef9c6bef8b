/** Where several runs part: the first events that tell something else, the first step that comes to something else. */
import { firstDifference, stepOutcome } from '#trace/difference.ts';
import type { Run } from '#ui/moment.ts';
import type { StepRow } from './alignment.ts';

/** Events at which two logs part: of the first, and of the second. */
export type Parting = readonly [number, number];

const partings = new WeakMap<Run, WeakMap<Run, Parting | null>>();

/** The first events at which two runs tell something else (the last event of one that ended before); null where they tell the same. */
export function partingOf(first: Run, second: Run): Parting | null {
  const known = partings.get(first) ?? new WeakMap<Run, Parting | null>();
  partings.set(first, known);
  const found = known.get(second);
  if (found !== undefined) return found;
  const events = firstDifference(first, second);
  const within = (run: Run, event: number): number => Math.min(event, run.reader.length - 1);
  const parting = events && ([within(first, events[0]), within(second, events[1])] as const);
  known.set(second, parting);
  return parting;
}

/** What a row's step came to in each run; null where there is none, or it has not come to its end. */
export const outcomesOf = (runs: readonly (Run | null)[], row: StepRow): (string | null)[] =>
  runs.map((run, i) => {
    const step = row[i] ?? null;
    return run && step !== null ? stepOutcome(run.reader, step) : null;
  });

/** Whether runs that have a step there came to different outcomes. */
export const hasOtherOutcome = (outcomes: readonly (string | null)[]): boolean =>
  new Set(outcomes.filter((outcome) => outcome !== null)).size > 1;

/** The first row in which the guest, or the host, sees something else; -1 for none. */
export const firstOtherOutcome = (runs: readonly (Run | null)[], rows: readonly StepRow[]): number =>
  rows.findIndex((row) => hasOtherOutcome(outcomesOf(runs, row)));
