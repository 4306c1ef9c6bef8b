/** The search over events: what was typed, what it finds in the present run, and the way from one find to the next. */
import { create } from 'zustand';
import { parseFilter } from '#trace/filter/parse.ts';
import type { FilterProblem } from '#trace/filter/problem.ts';
import { EVERYTHING, type Filter } from '#trace/filter/syntax.ts';
import { type Found, findEvents, nearestOf } from './find-events.ts';
import { goTo } from './jumps.ts';
import { listed, type Sequence } from './sequence.ts';
import { currentMoment, currentSequence, useSession } from './session.ts';
import { showEvents, useStudio } from './store.ts';

interface SearchState {
  readonly text: string;
  /** Why the text is no filter; what was found last stays meanwhile. */
  readonly problem: FilterProblem | null;
  /** Null: everything is meant. */
  readonly filter: Filter | null;
  readonly found: Found | null;
}

const NOTHING: SearchState = { text: '', problem: null, filter: null, found: null };

export const useSearch = create<SearchState>(() => NOTHING);

let stopFinding = (): void => {};

/** Looks anew: the filter, the run or the level of detail is another one. */
function find(): void {
  stopFinding();
  const { filter } = useSearch.getState();
  const { run } = useSession.getState();
  if (!filter || !run || run.reader.length === 0) {
    useSearch.setState({ found: null });
    return;
  }
  const { cursor, arrangement } = useStudio.getState();
  const moment = currentMoment(run, cursor, arrangement.detail);
  const wanted = { run, filter, within: currentSequence(run), moment };
  stopFinding = findEvents(wanted, (found) => useSearch.setState({ found }));
}

/** Takes what is typed. A text that is no filter says why, and changes nothing else. */
export function search(text: string): void {
  const parsed = parseFilter(text);
  if ('problem' in parsed) {
    useSearch.setState({ text, problem: parsed.problem });
    return;
  }
  const filter = parsed.filter === EVERYTHING ? null : parsed.filter;
  useSearch.setState({ text, problem: null, filter });
  find();
}

/** Looks for what a filter means, and brings it into view. */
export function showFound(text: string): void {
  search(text);
  showEvents();
}

/** Moves the cursor to the next or the last find; beyond the end it begins again. */
export function goToFound(direction: 1 | -1): void {
  const { found } = useSearch.getState();
  if (!found || found.events.length === 0) return;
  const events = listed(found.events);
  const next = nearestOf(events, useStudio.getState().cursor, direction);
  goTo({ event: next >= 0 ? next : events.at(direction === 1 ? 0 : events.length - 1) });
}

const sequences = new WeakMap<Int32Array, Sequence>();

/** What is found, as a sequence; null where nothing is looked for. */
export function foundSequence(found: Found | null): Sequence | null {
  if (!found) return null;
  const known = sequences.get(found.events) ?? listed(found.events);
  sequences.set(found.events, known);
  return known;
}

useSession.subscribe((now, before) => {
  if (now.run !== before.run) find();
});
useStudio.subscribe((now, before) => {
  if (now.arrangement.detail !== before.arrangement.detail) find();
});
