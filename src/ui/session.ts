/** The engine's worker and the log that it made last. Texts go there, logs come back; only the newest run counts. */
import { createContext, useContext, useMemo } from 'react';
import { create } from 'zustand';
import { LogReader, Replay } from '#machine/log-reader.ts';
import { load } from '#scenario/check.ts';
import { type Told, textOf } from '#scenario/messages.ts';
import type { Problem, Scenario } from '#scenario/scenario.ts';
import { Names } from '#trace/names.ts';
import { movedSteps } from '#ui/compare/alignment.ts';
import { forgetEdits } from '#ui/edit/history.ts';
import type { FromWorker } from '#worker/messages.ts';
import { keepDraftNotes } from './drafts.ts';
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
import { carryNotes, useNotes } from './notes.ts';
import type { Place } from './place.ts';
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

/** A text that is being run, and where the cursor shall then be; null: where what was opened says, or where it is. */
interface Order {
  readonly text: string;
  readonly scenario: Scenario;
  readonly target: CursorPlace | null;
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

let pending: Order | null = null;
/** The moment that was opened, until a run of the text, or of what it was edited to, is shown. */
let opened: Target | null = null;
let typing: ReturnType<typeof setTimeout> | undefined;

function crash(reason: string): void {
  useSession.setState({ running: false });
  tell({ tone: 'problem', text: (words) => words.messages.crash(reason) });
}

/** Runs a text. One with errors is not run: the last log stays. */
function runText(text: string, target: CursorPlace | null): void {
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

const stepTexts = ({ scenario }: Run): string[] => scenario.steps.map(({ text }) => text);

/** The run of an edited text takes the place of the last: what is beside a statement stays beside it. */
function carryOver(last: Run, run: Run): (place: CursorPlace) => CursorPlace {
  const movedStep = movedSteps(stepTexts(last), stepTexts(run));
  const moved = (place: CursorPlace): CursorPlace => ({ ...place, step: movedStep(place.step) });
  const movedPlace = (place: Place | null): Place | null =>
    place?.kind === 'event' ? { ...place, ...moved(place) } : place;
  carryJumps((cursor) => cursorAt(run, moved(cursorPlace(last, cursor))).index, movedPlace);
  const { notes } = useNotes.getState();
  carryNotes(movedStep);
  if (useNotes.getState().notes !== notes) keepDraftNotes();
  return moved;
}

function show(reader: LogReader, { text, scenario, target }: Order): void {
  const run = newRun({ text, scenario, reader, replay: new Replay(reader), names: new Names(reader) });
  const { run: last, origin } = useSession.getState();
  const first = opened;
  opened = null;
  // A run of what was open before has nothing to do with this one.
  const moved = last && !first ? carryOver(last, run) : null;
  const here = herePlace();
  const { index, exact } = cursorAt(run, target ?? first ?? moved?.(here) ?? here);
  setCursor(Math.max(0, index));
  useSession.setState({ run });
  if (first && first.hash !== '' && text === origin) tellDifference(run, index, exact, first);
}

/** Tells where a moment is not what its sender saw. */
function tellDifference(run: Run, index: number, exact: boolean, target: Target): void {
  if (!exact) tell({ tone: 'notice', text: (words) => words.messages.moved });
  else if (logHash(run, index) !== target.hash)
    tell({ tone: 'notice', text: (words) => words.messages.differs });
}

/** Opens a scenario at a moment. */
export function openText(text: string, target: Target = { step: 0, offset: 0, hash: '' }): void {
  setText(text);
  forgetJumps();
  forgetEdits();
  useSession.setState({ origin: text });
  opened = target;
  runText(text, null);
}

/** Takes a text that is being typed: problems at once, the run after a pause, the cursor where it was by step. */
export function typeText(text: string): void {
  setText(text);
  useSession.setState({ problems: load(text).problems });
  clearTimeout(typing);
  typing = setTimeout(() => runText(text, null), TYPING_PAUSE);
}

/** Takes an edited text and runs it at once. @param target where the cursor shall be; null: where it is, by step */
export function editText(text: string, target: CursorPlace | null): void {
  setText(text);
  runText(text, target);
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

/** The moment at the cursor, for components. Within a scope the page's own cursor does not matter, nor draw anything anew. */
export function useMoment(): Moment | null {
  const scope = useContext(Scope);
  const run = useSession((state) => (scope ? scope.run : state.run));
  const cursor = useStudio((state) => (scope ? scope.cursor : state.cursor));
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
