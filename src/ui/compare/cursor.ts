/**
 * One cursor for the scenario and what it is compared with. It moves by steps: every run has come to the end of the same step. In the
 * run that has the focus it also moves by events.
 */
import type { Run } from '#ui/moment.ts';
import { useSession } from '#ui/session.ts';
import { setCursor, tell, useStudio } from '#ui/store.ts';
import { alignSteps, rowOf, type StepRow, stepBy } from './alignment.ts';
import { type Column, type ComparisonState, compareWithText, moveColumns, useComparison } from './columns.ts';
import { firstOtherOutcome, partingOf } from './parting.ts';

/** All runs, the scenario's own first (null where there is none yet), and their steps that belong beside each other. */
export interface Aligned {
  readonly runs: readonly (Run | null)[];
  readonly rows: readonly StepRow[];
}

let latest: Aligned = { runs: [], rows: [] };

/** The same object as long as the runs are the same. */
export function alignedRuns(base: Run | null, columns: readonly Column[]): Aligned {
  const runs = [base, ...columns.map(({ run }) => run)];
  const isKnown = runs.length === latest.runs.length && runs.every((run, i) => run === latest.runs[i]);
  if (!isKnown) {
    const texts = runs.map((run) => (run ? run.scenario.steps.map(({ text }) => text) : null));
    latest = { runs, rows: alignSteps(texts) };
  }
  return latest;
}

const presentRuns = (): Aligned => alignedRuns(useSession.getState().run, useComparison.getState().columns);

/** A run and a place in it. */
export interface Focused {
  readonly run: Run | null;
  readonly cursor: number;
}

function focusedIn({ columns, focus }: ComparisonState, base: Run | null, cursor: number): Focused {
  const column = focus > 0 ? columns[focus - 1] : undefined;
  return column?.run ? { run: column.run, cursor: column.cursor } : { run: base, cursor };
}

/** What the keys move in: the page's run, or the column that has the focus. */
export const focused = (): Focused =>
  focusedIn(useComparison.getState(), useSession.getState().run, useStudio.getState().cursor);

/** The same, for components. */
export function useFocused(): Focused {
  const comparison = useComparison();
  const base = useSession((state) => state.run);
  const cursor = useStudio((state) => state.cursor);
  return focusedIn(comparison, base, cursor);
}

/** The number of the column that the keys move in, if it has a run; else the scenario's own. */
export const focusOf = ({ columns, focus }: ComparisonState): number => (columns[focus - 1]?.run ? focus : 0);

/** Whether the keys move in the page's own run. */
export const isPageFocused = (): boolean => focusOf(useComparison.getState()) === 0;

/** Moves the cursor of what has the focus, and the others to the end of the same step. */
export function moveFocused(index: number): void {
  const state = useComparison.getState();
  const focus = focusOf(state);
  if (focus === 0) setCursor(index);
  else moveColumns((column, i) => (i === focus ? index : column.cursor));
  follow();
}

/** The row that the cursor is in; -1 before all. */
export function currentRow(
  comparison: ComparisonState,
  base: Run | null,
  cursor: number,
  rows: readonly StepRow[],
): number {
  const { run, cursor: at } = focusedIn(comparison, base, cursor);
  return run ? rowOf(rows, focusOf(comparison), run.reader.stepOf(at)) : -1;
}

/** The last event of the step that a run has done by a row. */
const endBy = (run: Run, rows: readonly StepRow[], column: number, row: number): number =>
  Math.max(0, run.reader.stepEnd(stepBy(rows, column, row)) - 1);

/** All runs but the one with the focus go to the end of its step. */
function follow(): void {
  const state = useComparison.getState();
  if (state.columns.length === 0) return;
  const base = useSession.getState().run;
  const { cursor } = useStudio.getState();
  const { rows } = presentRuns();
  const row = currentRow(state, base, cursor, rows);
  const focus = focusOf(state);
  if (focus > 0 && base) setCursor(endBy(base, rows, 0, row));
  moveColumns((column, i) => (column.run && i !== focus ? endBy(column.run, rows, i, row) : column.cursor));
}

/** All runs go to the end of a row's step; where what has the focus has no such step, the first that has takes it. */
export function goToRow(row: number): void {
  const { runs, rows } = presentRuns();
  const steps = rows[row] ?? [];
  const own = focusOf(useComparison.getState());
  const focus = steps[own] === null ? steps.findIndex((step) => step !== null) : own;
  const run = runs[focus];
  if (!run) return;
  useComparison.setState({ focus });
  moveFocused(endBy(run, rows, focus, row));
}

/** Shows the events at which the scenario's log and a column's part. */
export function showDifference(column: number, own: number, other: number): void {
  useComparison.setState({ focus: 0 });
  setCursor(own);
  moveColumns(({ cursor }, i) => (i === column ? other : cursor));
}

/** Number (from 1) of the first column that holds a text that was kept; 0 for none. */
const keptColumn = (): number =>
  1 + useComparison.getState().columns.findIndex(({ counterpart }) => counterpart.kind === 'text');

/**
 * Goes to where the runs part: the first event, beside a text that was kept; the first outcome, on other machines, whose events are
 * others from the start.
 */
export function showFirstDifference(): void {
  const { runs, rows } = presentRuns();
  const column = keptColumn();
  const [base] = runs;
  const kept = runs[column];
  const parting = column > 0 && base && kept ? partingOf(base, kept) : null;
  const row = column === 0 ? firstOtherOutcome(runs, rows) : -1;
  if (parting) showDifference(column, ...parting);
  else if (row >= 0) goToRow(row);
  else tell({ tone: 'notice', text: ({ compare }) => compare.noDifference });
}

/** Whether the first difference from a kept text is to be shown, once there is a run of it. */
let isAwaited = false;

/** Keeps a text beside the one that came of it, and shows where their runs part. */
export function keepBoth(text: string): void {
  isAwaited = true;
  compareWithText(text);
  showAwaited();
}

function showAwaited(): void {
  if (!isAwaited || !useComparison.getState().columns[keptColumn() - 1]?.run) return;
  isAwaited = false;
  showFirstDifference();
}

/** Gives a column the focus: 0 is the scenario itself. */
export function focusColumn(focus: number): void {
  useComparison.setState({ focus });
  follow();
}

/** Gives the focus to the next column that has a run. */
export function focusNextColumn(): void {
  const { runs } = presentRuns();
  const from = focusOf(useComparison.getState());
  const order = runs.map((_, i) => (from + 1 + i) % runs.length);
  focusColumn(order.find((column) => runs[column] !== null) ?? 0);
}

/** Follows the page's cursor, and runs as they are made, from now on. */
export function startCommonCursor(): void {
  useComparison.subscribe((state, before) => {
    if (!state.columns.some(({ run }, i) => run !== before.columns[i]?.run)) return;
    follow();
    showAwaited();
  });
  useStudio.subscribe((state, before) => {
    if (state.cursor !== before.cursor && focusOf(useComparison.getState()) === 0) follow();
  });
}
