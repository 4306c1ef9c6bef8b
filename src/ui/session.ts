/** The engine's worker and the log that it made last. Texts go there, logs come back; only the newest run counts. */
import { createContext, useContext, useMemo } from 'react';
import { create } from 'zustand';
import { LogReader, Replay } from '#machine/log-reader.ts';
import { load } from '#scenario/check.ts';
import { type Told, textOf } from '#scenario/messages.ts';
import type { Problem, Scenario } from '#scenario/scenario.ts';
import { Names } from '#trace/names.ts';
import type { FromWorker } from '#worker/messages.ts';
import { Engine } from './engine.ts';
import { carryJumps, forgetJumps } from './jumps.ts';
import {
  type CursorPlace,
  cursorAt,
  cursorPlace,
  levelOf,
  logHash,
  type Moment,
  momentAt,
  newRun,
  type Run,
} from './moment.ts';
import type { Detail, Sequence } from './sequence.ts';
import { setCursor, setText, tell, useStudio } from './store.ts';

interface SessionState {
  readonly run: Run | null;
  /** What is wrong with the present text. */
  readonly problems: readonly Problem[];
  readonly running: boolean;
  /** The text as it was opened: what an edited one can be compared with. */
  readonly origin: string;
}

/** Where the cursor shall stand in the next log, and what its sender saw (empty: nobody sent it). */
interface Target extends CursorPlace {
  readonly hash: string;
}

export const useSession = create<SessionState>(() => ({
  run: null,
  problems: [],
  running: false,
  origin: '',
}));

/** Pause in typing after which the text is run. */
const TYPING_PAUSE = 150;

const engine = new Engine(receive, crash);

let pending: { readonly text: string; readonly scenario: Scenario; readonly target: Target | null } | null =
  null;
let typing: ReturnType<typeof setTimeout> | undefined;

function crash(reason: string): void {
  useSession.setState({ running: false });
  tell({ tone: 'problem', text: (words) => words.messages.crash(reason) });
}

/**
 * Runs a text and then shows the moment at `target`, or else (null) the one where the cursor then is. A text with errors is not run:
 * the last log stays.
 */
function runText(text: string, target: Target | null): void {
  clearTimeout(typing);
  const { scenario, problems } = load(text);
  engine.cancel();
  useSession.setState({ problems, running: scenario !== null });
  if (!scenario) return;
  pending = { text, scenario, target };
  engine.run(text);
}

function tellNotice(notice: Told | null): void {
  if (!notice) return;
  tell({ tone: 'notice', text: (words) => words.messages.stopped(textOf(words.problems, notice)) });
}

function receive(message: FromWorker): void {
  if (!pending) return;
  useSession.setState({ running: false });
  switch (message.type) {
    case 'log':
      show(new LogReader(message.data), pending);
      tellNotice(message.notice);
      break;
    case 'problems':
      useSession.setState({ problems: message.problems });
  }
}

function show(reader: LogReader, { text, scenario, target }: NonNullable<typeof pending>): void {
  const run = newRun({ text, scenario, reader, replay: new Replay(reader), names: new Names(reader) });
  const last = useSession.getState().run;
  if (last) carryJumps((cursor) => cursorAt(run, cursorPlace(last, cursor)).index);
  const { index, exact } = cursorAt(run, target ?? herePlace());
  setCursor(Math.max(0, index));
  useSession.setState({ run });
  if (!target || target.hash === '') return;
  if (!exact) tell({ tone: 'notice', text: (words) => words.messages.moved });
  else if (logHash(run, index) !== target.hash)
    tell({ tone: 'notice', text: (words) => words.messages.differs });
}

/** Opens a scenario at a moment. */
export function openText(text: string, target: Target = { step: 0, offset: 0, hash: '' }): void {
  setText(text);
  forgetJumps();
  useSession.setState({ origin: text });
  runText(text, target);
}

/** Takes an edited text: problems at once, the run after a pause, the cursor where it was by step. */
export function editText(text: string): void {
  setText(text);
  useSession.setState({ problems: load(text).problems });
  clearTimeout(typing);
  typing = setTimeout(() => runText(text, null), TYPING_PAUSE);
}

/** Where the cursor is now. */
export function herePlace(): CursorPlace {
  const { run } = useSession.getState();
  return run ? cursorPlace(run, useStudio.getState().cursor) : { step: 0, offset: 0 };
}

/** The moment that each run was shown at last. */
const latest = new WeakMap<Run, { readonly moment: Moment; readonly detail: Detail }>();

/** The moment at the cursor, or null where no run has an event. */
export function currentMoment(run: Run | null, cursor: number, detail: Detail): Moment | null {
  if (!run || run.reader.length === 0) return null;
  const index = Math.min(cursor, run.reader.length - 1);
  const known = latest.get(run);
  if (known?.moment.index === index && known.detail === detail) return known.moment;
  const moment = momentAt(run, index, detail);
  latest.set(run, { moment, detail });
  return moment;
}

/** A run and a place in it that the components within show instead of the page's. */
export const Scope = createContext<{ readonly run: Run | null; readonly cursor: number } | null>(null);

/** The moment at the cursor, for components. */
export function useMoment(): Moment | null {
  const own = useSession((state) => state.run);
  const cursor = useStudio((state) => state.cursor);
  const detail = useStudio((state) => state.arrangement.detail);
  const scope = useContext(Scope);
  return scope ? currentMoment(scope.run, scope.cursor, detail) : currentMoment(own, cursor, detail);
}

/** The events that the cursor moves along. */
export const currentSequence = (run: Run): Sequence => levelOf(run, useStudio.getState().arrangement.detail);

/** The same, for components. */
export function useSequence(run: Run | null): Sequence | null {
  const detail = useStudio((state) => state.arrangement.detail);
  return useMemo(() => run && levelOf(run, detail), [run, detail]);
}
