/** The engine's worker and the log that it made last. Texts go there, logs come back; only the newest run counts. */
import { useMemo } from 'react';
import { create } from 'zustand';
import { LogReader, Replay } from '#machine/log-reader.ts';
import { load } from '#scenario/check.ts';
import { type Told, textOf } from '#scenario/messages.ts';
import type { Problem, Scenario } from '#scenario/scenario.ts';
import { Names } from '#trace/names.ts';
import type { FromWorker, ToWorker } from '#worker/messages.ts';
import EngineWorker from '#worker/worker.ts?worker';
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
}

/** Where the cursor shall stand in the next log, and what its sender saw (empty: nobody sent it). */
interface Target extends CursorPlace {
  readonly hash: string;
}

export const useSession = create<SessionState>(() => ({ run: null, problems: [], running: false }));

/** Pause in typing after which the text is run. */
const TYPING_PAUSE = 150;

let worker: Worker | null = null;
let newest = 0;
let pending: { readonly text: string; readonly scenario: Scenario; readonly target: Target } | null = null;
let typing: ReturnType<typeof setTimeout> | undefined;

function send(message: ToWorker): void {
  if (!worker) {
    worker = new EngineWorker();
    worker.onmessage = (event: MessageEvent<FromWorker>) => receive(event.data);
    worker.onerror = (event) => crash(event.message);
  }
  worker.postMessage(message);
}

function crash(reason: string): void {
  worker?.terminate();
  worker = null;
  useSession.setState({ running: false });
  tell({ tone: 'problem', text: (words) => words.messages.crash(reason) });
}

/** Runs a text and then shows the moment at `target`. A text with errors is not run: the last log stays. */
function runText(text: string, target: Target): void {
  clearTimeout(typing);
  const { scenario, problems } = load(text);
  if (useSession.getState().running) send({ type: 'cancel', id: newest });
  newest++;
  useSession.setState({ problems, running: scenario !== null });
  if (!scenario) return;
  pending = { text, scenario, target };
  send({ type: 'run', id: newest, text });
}

function tellNotice(notice: Told | null): void {
  if (!notice) return;
  tell({ tone: 'notice', text: (words) => words.messages.stopped(textOf(words.problems, notice)) });
}

function receive(message: FromWorker): void {
  if (message.id !== newest || !pending) return;
  useSession.setState({ running: false });
  switch (message.type) {
    case 'log':
      show(new LogReader(message.data), pending);
      tellNotice(message.notice);
      break;
    case 'problems':
      useSession.setState({ problems: message.problems });
      break;
    case 'crash':
      crash(message.message);
  }
}

function show(reader: LogReader, { text, scenario, target }: NonNullable<typeof pending>): void {
  const run = newRun({ text, scenario, reader, replay: new Replay(reader), names: new Names(reader) });
  const last = useSession.getState().run;
  if (last) carryJumps((cursor) => cursorAt(run, cursorPlace(last, cursor)).index);
  const { index, exact } = cursorAt(run, target);
  setCursor(Math.max(0, index));
  useSession.setState({ run });
  if (target.hash === '') return;
  if (!exact) tell({ tone: 'notice', text: (words) => words.messages.moved });
  else if (logHash(run, index) !== target.hash)
    tell({ tone: 'notice', text: (words) => words.messages.differs });
}

/** Opens a scenario at a moment. */
export function openText(text: string, target: Target = { step: 0, offset: 0, hash: '' }): void {
  setText(text);
  forgetJumps();
  runText(text, target);
}

/** Takes an edited text: problems at once, the run after a pause, the cursor where it was by step. */
export function editText(text: string): void {
  setText(text);
  useSession.setState({ problems: load(text).problems });
  clearTimeout(typing);
  typing = setTimeout(() => runText(text, { ...herePlace(), hash: '' }), TYPING_PAUSE);
}

/** Where the cursor is now. */
export function herePlace(): CursorPlace {
  const { run } = useSession.getState();
  return run ? cursorPlace(run, useStudio.getState().cursor) : { step: 0, offset: 0 };
}

let latest: { readonly moment: Moment; readonly detail: Detail } | null = null;

/** The moment at the cursor, or null where no run has an event. */
export function currentMoment(run: Run | null, cursor: number, detail: Detail): Moment | null {
  if (!run || run.reader.length === 0) return null;
  const index = Math.min(cursor, run.reader.length - 1);
  if (latest?.moment.run !== run || latest.moment.index !== index || latest.detail !== detail)
    latest = { moment: momentAt(run, index, detail), detail };
  return latest.moment;
}

/** The moment at the cursor, for components. */
export function useMoment(): Moment | null {
  const run = useSession((state) => state.run);
  const cursor = useStudio((state) => state.cursor);
  const detail = useStudio((state) => state.arrangement.detail);
  return currentMoment(run, cursor, detail);
}

/** The events that the cursor moves along. */
export const currentSequence = (run: Run): Sequence => levelOf(run, useStudio.getState().arrangement.detail);

/** The same, for components. */
export function useSequence(run: Run | null): Sequence | null {
  const detail = useStudio((state) => state.arrangement.detail);
  return useMemo(() => run && levelOf(run, detail), [run, detail]);
}
