/**
 * Which steps of several runs belong beside each other. Runs of one scenario on several machines have the same steps, or leave out what a
 * machine cannot do; of a text that was edited some were changed, put in or taken out between the steps before and after, which
 * are the same.
 */

/** A step of each run (from 0), or null where a run has none there. */
export type StepRow = readonly (number | null)[];

/** How many steps are the same from the beginning, and then from the end. */
function common(a: readonly string[], b: readonly string[]): { head: number; tail: number } {
  const most = Math.min(a.length, b.length);
  let head = 0;
  while (head < most && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < most - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return { head, tail };
}

/** Where each step of `b` is in `a`, if `b` is `a` without some steps; null if it is not. */
function within(a: readonly string[], b: readonly string[]): Map<number, number> | null {
  const found = new Map<number, number>();
  for (let i = 0; i < a.length && found.size < b.length; i++)
    if (a[i] === b[found.size]) found.set(i, found.size);
  return found.size === b.length ? found : null;
}

/** Pairs of steps of two runs: those in between stand beside each other as far as there are as many. */
function pairs(a: readonly string[], b: readonly string[]): (readonly [number | null, number | null])[] {
  const { head, tail } = common(a, b);
  const isOneGap = head + tail === Math.min(a.length, b.length);
  const part = isOneGap ? null : within(a, b);
  if (part) return a.map((_, i) => [i, part.get(i) ?? null]);
  const middle = Math.max(a.length, b.length) - head - tail;
  const rows: [number | null, number | null][] = [];
  for (let i = 0; i < head; i++) rows.push([i, i]);
  for (let i = 0; i < middle; i++)
    rows.push([i < a.length - head - tail ? head + i : null, i < b.length - head - tail ? head + i : null]);
  for (let i = tail; i > 0; i--) rows.push([a.length - i, b.length - i]);
  return rows;
}

/** Where each step of a text is once the text was edited: the step that takes its place, where it has gone. */
export function movedSteps(before: readonly string[], after: readonly string[]): (step: number) => number {
  const moved: number[] = [];
  let next = 0;
  for (const [a, b] of pairs(before, after)) {
    if (a !== null) moved[a] = b ?? next;
    if (b !== null) next = b + 1;
  }
  // Of a step that there is not yet, nothing is known: it follows the others.
  return (step) => (step < 0 ? step : (moved[step] ?? step + after.length - before.length));
}

/** Rows of all runs, in order. @param texts the steps of each run as written; null for a run that there is not. The first is what the others are held against */
export function alignSteps(texts: readonly (readonly string[] | null)[]): StepRow[] {
  const first = texts[0] ?? [];
  const paired = texts.map((own) => (own ? pairs(first, own) : null));
  /** For each run: its step beside a step of the first, and its own steps after one of the first (-1: before all). */
  const beside = paired.map((rows) => new Map(rows?.filter(([a]) => a !== null)));
  const after = paired.map((rows) => ownSteps(rows ?? []));
  const rows: StepRow[] = [];
  for (let step = -1; step < first.length; step++) {
    if (step >= 0) rows.push(beside.map((steps) => steps.get(step) ?? null));
    after.forEach((steps, run) => {
      for (const own of steps.get(step) ?? []) rows.push(texts.map((_, i) => (i === run ? own : null)));
    });
  }
  return rows;
}

/** Steps that the first run has not, by the step of the first that they follow. */
function ownSteps(rows: readonly (readonly [number | null, number | null])[]): Map<number, number[]> {
  const steps = new Map<number, number[]>();
  let last = -1;
  for (const [a, b] of rows) {
    if (a !== null) last = a;
    else if (b !== null) steps.set(last, [...(steps.get(last) ?? []), b]);
  }
  return steps;
}

/** The row that a run's step stands in; -1 for none. */
export const rowOf = (rows: readonly StepRow[], run: number, step: number): number =>
  rows.findIndex((row) => row[run] === step);

/** The step that a run has done by a row: its own there, or the last before it; -1 for none. */
export function stepBy(rows: readonly StepRow[], run: number, row: number): number {
  for (let i = row; i >= 0; i--) {
    const step = rows[i]?.[run];
    if (step !== null && step !== undefined) return step;
  }
  return -1;
}
