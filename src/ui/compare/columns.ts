/** What the scenario is compared with: a column each, and their runs, made one after the other in a worker of their own. */
import { create } from 'zustand';
import { LogReader, Replay } from '#machine/log-reader.ts';
import { load } from '#scenario/check.ts';
import type { Told } from '#scenario/messages.ts';
import type { Problem, Scenario } from '#scenario/scenario.ts';
import { withoutRefused } from '#scenario/variant.ts';
import { Names } from '#trace/names.ts';
import { Engine } from '#ui/engine.ts';
import { newRun, type Run } from '#ui/moment.ts';
import { useSession } from '#ui/session.ts';
import { arrange, setCursor, useStudio } from '#ui/store.ts';
import type { FromWorker } from '#worker/messages.ts';
import { anotherMachine, type Counterpart, counterpartText, machineChoice } from './counterpart.ts';

/** A counterpart and what has become of it. */
export interface Column {
  readonly counterpart: Counterpart;
  /** What the counterpart says, and as far as its machine can run it. */
  readonly asked: string;
  readonly text: string;
  readonly state: 'waiting' | 'running' | 'done';
  readonly scenario: Scenario | null;
  /** What is wrong with its text; where it was run all the same, of steps that were left out. */
  readonly problems: readonly Problem[];
  readonly run: Run | null;
  /** What was exceeded, where the run was stopped for it. */
  readonly notice: Told | null;
  /** Why the engine stopped, where it did. */
  readonly failure: string | null;
  readonly cursor: number;
}

export interface ComparisonState {
  readonly columns: readonly Column[];
  /** Whose events are stepped through: 0 is the scenario itself, then its counterparts. */
  readonly focus: number;
}

export const useComparison = create<ComparisonState>(() => ({ columns: [], focus: 0 }));

const engine = new Engine(receive, (failure) => settle({ failure }));

function newColumn(counterpart: Counterpart, asked: string): Column {
  const { text, scenario, problems } =
    counterpart.kind === 'machine' ? withoutRefused(asked) : { text: asked, ...load(asked) };
  const state = scenario ? 'waiting' : 'done';
  return {
    counterpart,
    asked,
    text,
    state,
    scenario,
    problems,
    run: null,
    notice: null,
    failure: null,
    cursor: 0,
  };
}

/** Takes the columns that the arrangement asks for; those whose text is the same keep their runs. */
function update(): void {
  const { compare } = useStudio.getState().arrangement;
  const base = useSession.getState().run;
  const { columns: old, focus } = useComparison.getState();
  if (compare.length === 0 && old.length > 0) {
    engine.close();
    useComparison.setState({ columns: [], focus: 0 });
  }
  if (compare.length === 0 || !base) return;
  const left = [...old];
  const columns = compare.map((counterpart) => {
    const asked = counterpartText(base.text, counterpart);
    const kept = left.findIndex((column) => column.asked === asked);
    const column = left.splice(kept < 0 ? left.length : kept, 1)[0];
    return column ? { ...column, counterpart } : newColumn(counterpart, asked);
  });
  useComparison.setState({ columns, focus: Math.min(focus, columns.length) });
  runNext();
}

function runNext(): void {
  const { columns } = useComparison.getState();
  if (columns.some(({ state }) => state === 'running')) return;
  const next = columns.findIndex(({ state }) => state === 'waiting');
  if (next < 0) {
    engine.cancel();
    return;
  }
  change(next, { state: 'running' });
  engine.run((columns[next] as Column).text, columns.length + 1);
}

function change(index: number, part: Partial<Column>): void {
  useComparison.setState(({ columns }) => ({
    columns: columns.map((column, i) => (i === index ? { ...column, ...part } : column)),
  }));
}

/** Moves the cursors of columns. @param to where, by a column and its number (from 1: the scenario itself is 0) */
export function moveColumns(to: (column: Column, number: number) => number): void {
  const { columns } = useComparison.getState();
  const moved = columns.map((column, i) => {
    const cursor = to(column, i + 1);
    return cursor === column.cursor ? column : { ...column, cursor };
  });
  if (moved.some((column, i) => column !== columns[i])) useComparison.setState({ columns: moved });
}

/** The run that is under way has come to something; the next one begins. */
function settle(part: Partial<Column>): void {
  const index = useComparison.getState().columns.findIndex(({ state }) => state === 'running');
  if (index >= 0) change(index, { ...part, state: 'done' });
  runNext();
}

function receive(message: FromWorker): void {
  const column = useComparison.getState().columns.find(({ state }) => state === 'running');
  if (message.type === 'problems') settle({ problems: message.problems });
  if (message.type !== 'log' || !column?.scenario) return;
  const { text, scenario } = column;
  const reader = new LogReader(message.data);
  const run = newRun({ text, scenario, reader, replay: new Replay(reader), names: new Names(reader) });
  settle({ run, notice: message.notice });
}

/** Whether the comparison is what the page shows. */
export const isComparing = (): boolean => useStudio.getState().arrangement.compare.length > 0;

/** The words of a machine that is not there yet. */
function anotherWords(): string {
  const { columns } = useComparison.getState();
  const scenarios = [useSession.getState().run?.scenario, ...columns.map(({ scenario }) => scenario)];
  return machineChoice(anotherMachine(scenarios.flatMap((scenario) => scenario?.machine ?? [])));
}

/** Puts a machine beside those that there are. */
export function addMachine(): void {
  const { compare } = useStudio.getState().arrangement;
  arrange({ compare: [...compare, { kind: 'machine', words: anotherWords() }] });
}

/** Opens the comparison at the end of the present step, where every run can be. */
function open(counterpart: Counterpart): void {
  const { run } = useSession.getState();
  if (run) setCursor(Math.max(0, run.reader.stepEnd(run.reader.stepOf(useStudio.getState().cursor)) - 1));
  arrange({ compare: [counterpart] });
}

/** Opens the comparison with one machine beside the scenario's own, or closes it. */
export function toggleComparison(): void {
  if (isComparing()) arrange({ compare: [] });
  else open({ kind: 'machine', words: anotherWords() });
}

/** Opens the comparison of a text with the one that it was made of. */
export const compareWithText = (text: string): void => open({ kind: 'text', text });

export function changeCounterpart(index: number, counterpart: Counterpart): void {
  const { compare } = useStudio.getState().arrangement;
  arrange({ compare: compare.map((other, i) => (i === index ? counterpart : other)) });
}

export function removeCounterpart(index: number): void {
  const { compare } = useStudio.getState().arrangement;
  arrange({ compare: compare.toSpliced(index, 1) });
}

/** Follows the page's text and arrangement from now on. */
export function startColumns(): void {
  useSession.subscribe((state, before) => {
    if (state.run !== before.run) update();
  });
  useStudio.subscribe((state, before) => {
    if (state.arrangement.compare !== before.arrangement.compare) update();
  });
}
