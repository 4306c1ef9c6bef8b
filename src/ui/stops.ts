/**
 * Where playing, and running on, stops: events that one of some filters lets pass. Each can be switched off; a link carries all of
 * them, `+` before one that is on, `-` before one that is off, one a line.
 */
import { create } from 'zustand';
import { MOST_CHARACTERS, parseFilter } from '#trace/filter/parse.ts';
import { cleanText } from './clean-text.ts';
import { type Found, findEvents, nearestOf } from './find-events.ts';
import { listed, type Sequence } from './sequence.ts';
import { currentMoment, useSession } from './session.ts';
import { useStudio } from './store.ts';

export interface Stop {
  /** A filter, as it was written. */
  readonly text: string;
  readonly isOn: boolean;
}

/** More than these are not kept: each is a search of the whole log. */
export const MOST_STOPS = 20;

interface StopsState {
  readonly stops: readonly Stop[];
  /** The events at which each stops, by its text. */
  readonly found: Readonly<Record<string, Found>>;
  /** The events at which one that is on stops. */
  readonly hits: Sequence;
}

const NO_HITS: Sequence = listed([]);

export const useStops = create<StopsState>(() => ({ stops: [], found: {}, hits: NO_HITS }));

/** The stops as a text for a link; empty for none. */
export const stopsText = (stops: readonly Stop[]): string =>
  stops.map(({ text, isOn }) => `${isOn ? '+' : '-'}${text}\n`).join('');

/** Reads `stopsText`'s form. A line that is no filter, or that nobody would type, is left out, and so is what there is too much of. */
export function parseStops(text: string): Stop[] {
  const stops = new Map<string, Stop>();
  for (const line of text.slice(0, MOST_STOPS * (MOST_CHARACTERS + 2)).split('\n')) {
    const filter = line.slice(1);
    const isTyped = filter.trim() !== '' && cleanText(filter, MOST_CHARACTERS) === filter;
    if (!/^[+-]/.test(line) || !isTyped || 'problem' in parseFilter(filter)) continue;
    if (stops.size < MOST_STOPS) stops.set(filter, { text: filter, isOn: line[0] === '+' });
  }
  return [...stops.values()];
}

/** Events of several lists, each once, ascending. */
function merged(lists: readonly Int32Array[]): Int32Array {
  const [first, ...rest] = lists;
  if (!first) return new Int32Array(0);
  if (rest.length === 0) return first;
  const all = new Int32Array(lists.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  all.sort();
  return all.filter((event, i) => i === 0 || event !== all[i - 1]);
}

function gather(): void {
  const { stops, found } = useStops.getState();
  const on = stops.flatMap(({ text, isOn }) => (isOn && found[text] ? [found[text].events] : []));
  useStops.setState({ hits: on.length === 0 ? NO_HITS : listed(merged(on)) });
}

const finding = new Map<string, () => void>();

/** Looks for the events of one filter in the present run. */
function find(text: string): void {
  finding.get(text)?.();
  const { run } = useSession.getState();
  const parsed = parseFilter(text);
  if (!run || run.reader.length === 0 || 'problem' in parsed) return;
  const { cursor, arrangement } = useStudio.getState();
  const moment = currentMoment(run, cursor, arrangement.detail);
  const stop = findEvents({ run, filter: parsed.filter, within: run.story, moment }, (events) => {
    useStops.setState(({ found }) => ({ found: { ...found, [text]: events } }));
    if (events.isDone) gather();
  });
  finding.set(text, stop);
}

/** Keeps these stops and no others. */
export function setStops(stops: readonly Stop[]): void {
  for (const stop of finding.values()) stop();
  finding.clear();
  useStops.setState({ stops, found: {}, hits: NO_HITS });
  for (const { text } of stops) find(text);
}

/** Adds a stop. One that is there already is switched on. */
export function addStop(text: string): void {
  const filter = cleanText(text, MOST_CHARACTERS).trim();
  if (filter === '' || 'problem' in parseFilter(filter)) return;
  const { stops } = useStops.getState();
  if (stops.some((stop) => stop.text === filter)) {
    switchStop(filter, true);
    return;
  }
  if (stops.length >= MOST_STOPS) return;
  useStops.setState({ stops: [...stops, { text: filter, isOn: true }] });
  find(filter);
}

export function switchStop(text: string, isOn: boolean): void {
  useStops.setState(({ stops }) => ({
    stops: stops.map((stop) => (stop.text === text ? { text, isOn } : stop)),
  }));
  gather();
}

export function removeStop(text: string): void {
  finding.get(text)?.();
  finding.delete(text);
  useStops.setState(({ stops }) => ({ stops: stops.filter((stop) => stop.text !== text) }));
  gather();
}

/** The nearest stop after (1) or before (-1) an event; -1 if there is none. */
export const stopFrom = (index: number, direction: 1 | -1): number =>
  nearestOf(useStops.getState().hits, index, direction);

useSession.subscribe((now, before) => {
  if (now.run !== before.run) for (const { text } of useStops.getState().stops) find(text);
});
