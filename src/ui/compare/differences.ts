/** Costs of several runs beside each other: a table of all that any of them costs, and one measure step for step. */
import type { Costs, Counts } from '#machine/costs.ts';
import { type CostLine, costLines, costsOf, type Measure, measured } from '#ui/costs.ts';
import type { Run } from '#ui/moment.ts';
import { type StepRow, stepBy } from './alignment.ts';

/** What of a run is counted: the step at the cursor, all up to its end, or everything. */
export const SPANS = ['step', 'soFar', 'run'] as const;
export type Span = (typeof SPANS)[number];

export interface DifferenceLine extends Pick<CostLine, 'group' | 'what'> {
  /** Of each run; null where there is none. */
  readonly values: readonly (number | null)[];
}

const lineKey = ({ group, what }: CostLine): string =>
  `${group} ${typeof what === 'object' ? what.reason : what}`;

/** What a run has cost in a span that ends with a row. */
export function countsOf(costs: Costs, run: Run, step: number | null, done: number, span: Span): Counts {
  if (span === 'run') return costs.total;
  if (span === 'soFar') return costs.upTo(done < 0 ? -1 : run.reader.stepEnd(done) - 1);
  return step === null ? costs.upTo(-1) : costs.ofStep(step);
}

/** The counts of each run at a row. */
export const countsAt = (
  runs: readonly (Run | null)[],
  rows: readonly StepRow[],
  row: number,
  span: Span,
): (Counts | null)[] =>
  runs.map(
    (run, i) => run && countsOf(costsOf(run.reader), run, rows[row]?.[i] ?? null, stepBy(rows, i, row), span),
  );

/** The lines that any of some runs has, in the order of the first that has them; lines of a group stay together. */
export function differenceLines(
  runs: readonly (Run | null)[],
  counts: readonly (Counts | null)[],
): DifferenceLine[] {
  const own = runs.map(
    (run) => new Map((run ? costLines(costsOf(run.reader).total) : []).map((line) => [lineKey(line), line])),
  );
  const all = new Map(own.flatMap((lines) => [...lines]));
  const groups = [...new Set([...all.values()].map(({ group }) => group))];
  const ordered = [...all].toSorted(([, a], [, b]) => groups.indexOf(a.group) - groups.indexOf(b.group));
  return ordered.map(([key, { group, what }]) => ({
    group,
    what,
    values: counts.map((each, i) => each && (own[i]?.get(key)?.count(each) ?? 0)),
  }));
}

/** One measure of a row's step, of each run; null where it has no such step. */
export const stepValues = (
  runs: readonly (Run | null)[],
  row: StepRow,
  measure: Measure,
): (number | null)[] =>
  runs.map((run, i) => {
    const step = row[i] ?? null;
    return run && step !== null ? measured(costsOf(run.reader).ofStep(step), measure) : null;
  });

/** The largest value that any step of any run has. */
export const mostOf = (runs: readonly (Run | null)[], measure: Measure): number =>
  runs.reduce((most, run) => {
    if (!run) return most;
    const costs = costsOf(run.reader);
    let largest = most;
    for (let step = 0; step < run.reader.stepCount; step++)
      largest = Math.max(largest, measured(costs.ofStep(step), measure));
    return largest;
  }, 1);
