/** One moment of a run: the event at the cursor, the machine as it then is, and what that event changed. */
import type { Atlas } from '#hypervisor/atlas.ts';
import { type EntryReader, knownEntries } from '#hypervisor/known-entries.ts';
import { readAtlas } from '#hypervisor/read-atlas.ts';
import { EVENTS, PAYLOAD_WORDS } from '#machine/events.ts';
import type { Change, LogReader, Replay } from '#machine/log-reader.ts';
import type { Scenario } from '#scenario/scenario.ts';
import type { Names } from '#trace/names.ts';
import { allOf, type Detail, hardwareOf, includes, type Sequence, storyOf } from './sequence.ts';

/** A finished run of a scenario. */
export interface Run {
  readonly text: string;
  readonly scenario: Scenario;
  readonly reader: LogReader;
  readonly replay: Replay;
  /** How its last-level tables are read. */
  readonly entriesOf: EntryReader;
  readonly names: Names;
  /** The events that are numbered: all but calls. */
  readonly story: Sequence;
  /** Those of the hardware among them. */
  readonly hardware: Sequence;
}

export interface Moment {
  readonly run: Run;
  readonly reader: LogReader;
  readonly names: Names;
  /** The event at the cursor. */
  readonly index: number;
  readonly atlas: Atlas;
  /** Words that were changed by it, and by what the level of detail passes over before it. */
  readonly changes: readonly Change[];
  /** Their places. */
  readonly changed: ReadonlySet<number>;
}

/** Where a cursor is, in terms that survive an edit of the text above it. */
export interface CursorPlace {
  /** From 0; -1 before the first step. */
  readonly step: number;
  /** Numbered events from the step's first. */
  readonly offset: number;
}

/** What the engine made, with what is found from it once. */
export function newRun(made: Omit<Run, 'entriesOf' | 'story' | 'hardware'>): Run {
  const entriesOf = knownEntries((frame) => made.replay.version(frame));
  return { ...made, entriesOf, story: storyOf(made.reader), hardware: hardwareOf(made.reader) };
}

/** The events that a level of detail has. */
export function levelOf({ reader, story, hardware }: Run, detail: Detail): Sequence {
  if (detail === 'hardware') return hardware;
  return detail === 'hypervisor' ? story : allOf(reader);
}

/** An event's number, for people: from 1, calls not counted. */
export const eventNumber = ({ story }: Pick<Run, 'story'>, index: number): number => story.rank(index) + 1;

/**
 * A call's own changes are seen at the call, and once more at the event that it led to; what the hypervisor did between two events of
 * the hardware is seen at the second one, where the first is all that was looked at.
 */
function changesOf({ reader, story, hardware }: Run, index: number, detail: Detail): Change[] {
  const passing = detail === 'hardware' && includes(hardware, index) ? hardware : story;
  const rank = passing.rank(index);
  const before = rank === 0 ? -1 : includes(passing, index) ? passing.at(rank - 1) : index - 1;
  const changes: Change[] = [];
  for (let event = before + 1; event <= index; event++) changes.push(...reader.changes(event));
  return changes;
}

interface LastRead {
  /** Words that were changed up to there. */
  readonly changes: number;
  readonly atlas: Atlas;
}

const lastRead = new WeakMap<Run, LastRead>();

/** The machine at an event: read anew only where a word is another one than when it was read last. Most events change none. */
function atlasAt(run: Run, index: number): Atlas {
  const words = run.replay.seek(index);
  const changes = run.reader.changesUpTo(index);
  const last = lastRead.get(run);
  if (last?.changes === changes) return last.atlas;
  const atlas = readAtlas(words, run.entriesOf);
  lastRead.set(run, { changes, atlas });
  return atlas;
}

/** The moment at event `index` of a run that has events, as a level of detail shows it. */
export function momentAt(run: Run, index: number, detail: Detail = 'hypervisor'): Moment {
  const { reader, names } = run;
  const atlas = atlasAt(run, index);
  const changes = changesOf(run, index, detail);
  const changed = new Set(changes.map((change) => change.place));
  return { run, reader, names, index, atlas, changes, changed };
}

/** Whether an entry of one (4 bytes) or two words was changed by the moment's event. */
export const isChanged = (moment: Moment, place: number): boolean =>
  moment.changed.has(place) || moment.changed.has(place + 1);

type Told = Pick<Run, 'reader' | 'story'>;

/** Rank of a step's first event; that of the end for one past the last step. */
const stepRank = ({ reader, story }: Told, step: number): number =>
  step < 0 ? 0 : step >= reader.stepCount ? story.length : story.rank(reader.stepStart(step));

export function cursorPlace(run: Told, index: number): CursorPlace {
  const step = run.reader.stepOf(index);
  return { step, offset: Math.max(0, run.story.rank(index)) - stepRank(run, step) };
}

/** The event nearest to a place, and whether it is exactly the one meant. */
export function cursorAt(run: Told, place: CursorPlace): { index: number; exact: boolean } {
  const wanted = stepRank(run, place.step) + Math.max(0, place.offset);
  const last = Math.max(0, Math.min(stepRank(run, place.step + 1), run.story.length) - 1);
  const rank = Math.min(wanted, last);
  return { index: run.story.at(rank) ?? 0, exact: rank === wanted };
}

/** Payload words of each kind that tell the same story in any engine: all but places in the machine and numbers of texts. */
const TOLD: readonly (readonly number[])[] = EVENTS.map(({ fields }) => {
  const silent = new Set<number>();
  for (const { type, word } of fields) {
    if (type === 'text' || type === 'place') silent.add(word);
    if (type === 'at') silent.add(word + 1);
  }
  return Array.from({ length: PAYLOAD_WORDS }, (_, word) => word).filter((word) => !silent.has(word));
});

/** Events between two breaths. */
const BREATH = 1 << 14;

/**
 * 32 bits of FNV-1a over the events up to `index`, as hexadecimal digits: whether two runs tell the same story so far. Pauses now and
 * then, for a log may be long.
 */
export function* logHashing({ reader, story }: Told, index: number): Generator<undefined, string> {
  let hash = 0x811c9dc5;
  for (let rank = story.rank(index); rank >= 0; rank--) {
    if ((rank & (BREATH - 1)) === 0) yield;
    const event = story.at(rank);
    const kind = reader.kind(event);
    hash = Math.imul(hash ^ kind, 0x01000193);
    for (const word of TOLD[kind] ?? []) hash = Math.imul(hash ^ reader.payload(event, word), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** The same at once. */
export function logHash(run: Told, index: number): string {
  const hashing = logHashing(run, index);
  let step = hashing.next();
  while (!step.done) step = hashing.next();
  return step.value;
}
