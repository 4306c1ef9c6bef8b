/**
 * The log, as it is read: event n, the words it changed, the next event of a kind, and the machine at any event.
 *
 * A `LogReader` only looks things up. A `Replay` holds one machine's words and moves them forwards and backwards along
 * the log; nothing but the changed words is needed for either direction.
 */
import { EVENT_WORDS, EVENTS, type EventSpec, type FieldSpec, PAYLOAD } from './events.ts';
import { CHUNK_RECORDS, HOST, type LogData } from './log.ts';
import { FRAME_SHIFT } from './words.ts';

const CHUNK_SHIFT = Math.log2(CHUNK_RECORDS);
const CHUNK_MASK = CHUNK_RECORDS - 1;

export interface Change {
  readonly place: number;
  readonly old: number;
  readonly value: number;
}

/** Word `word` (0..8) of event `index`'s record. */
function recordWord({ events }: LogData, index: number, word: number): number {
  return (events[index >>> CHUNK_SHIFT] as Int32Array)[(index & CHUNK_MASK) * EVENT_WORDS + word] as number;
}

export class LogReader {
  readonly data: LogData;

  constructor(data: LogData) {
    this.data = data;
  }

  get length(): number {
    return this.data.eventCount;
  }

  /** Which kind of event it is (EVENT). */
  kind(index: number): number {
    return recordWord(this.data, index, 0) & 0xffff;
  }

  /** What the event table says of an event's kind. */
  spec(index: number): EventSpec {
    return EVENTS[this.kind(index)] as EventSpec;
  }

  /** The vCPU an event belongs to; null for the host. */
  cpu(index: number): number | null {
    const cpu = (recordWord(this.data, index, 0) >>> 16) & 0xff;
    return cpu === HOST ? null : cpu;
  }

  /** How many calls were open at an event. */
  depth(index: number): number {
    return recordWord(this.data, index, 0) >>> 24;
  }

  /** How many words have changed up to an event, its own included; 0 for -1, before all events. */
  changesUpTo(index: number): number {
    return index < 0 ? 0 : recordWord(this.data, index, 1);
  }

  /** Word `n` of an event's payload, as the event table counts them (0..6). */
  payload(index: number, n: number): number {
    return recordWord(this.data, index, PAYLOAD + n);
  }

  /** The first word of a field's value, with its bits cut out; unsigned where it is less than a word. */
  field(index: number, field: FieldSpec): number {
    const word = this.payload(index, field.word);
    return field.bits === 32 ? word : (word >>> field.shift) & ((1 << field.bits) - 1);
  }

  /** The second word of a field that has two. */
  secondWord(index: number, field: FieldSpec): number {
    return this.payload(index, field.word + 1);
  }

  /** One of the log's texts, by its number; empty where there is none. */
  text(index: number): string {
    return this.data.strings[index] ?? '';
  }

  get stepCount(): number {
    return this.data.steps.length;
  }

  /** The step (from 0) that an event belongs to; -1 before the first. */
  stepOf(index: number): number {
    const steps = this.data.steps;
    let low = 0;
    let high = steps.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((steps[middle] as number) <= index) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The first event of a step; the log's end for a step that there is not. */
  stepStart(step: number): number {
    return this.data.steps[step] ?? this.length;
  }

  /** One past the last event of a step. */
  stepEnd(step: number): number {
    return this.data.steps[step + 1] ?? this.length;
  }

  /** The words that event `index` changed, in order. */
  changes(index: number): Change[] {
    const changes: Change[] = [];
    for (let i = this.changesUpTo(index - 1); i < this.changesUpTo(index); i++) {
      changes.push({
        place: this.changeWord(i, 0),
        old: this.changeWord(i, 1),
        value: this.changeWord(i, 2),
      });
    }
    return changes;
  }

  /** Word 0 (place), 1 (old) or 2 (new) of change record `index`. */
  changeWord(index: number, word: number): number {
    return (this.data.changes[index >>> CHUNK_SHIFT] as Int32Array)[
      (index & CHUNK_MASK) * 3 + word
    ] as number;
  }

  /** The nearest event after (direction 1) or before (-1) `index` that satisfies `test`; -1 if there is none. */
  find(index: number, direction: 1 | -1, test: (index: number) => boolean): number {
    for (let i = index + direction; i >= 0 && i < this.length; i += direction) if (test(i)) return i;
    return -1;
  }
}

/** Beyond this many changes a run keeps full copies, so that no seek has to replay more than a part of it. */
const CHANGES_PER_COPY = 2_000_000;
const MOST_COPIES = 16;

const defaultSpacing = (changes: number): number =>
  Math.max(CHANGES_PER_COPY, Math.ceil(changes / MOST_COPIES));

interface Keyframe {
  readonly change: number;
  readonly words: Int32Array;
}

/** One machine's words, moved along a log. Position -1 is the machine before event 0. */
export class Replay {
  readonly reader: LogReader;
  /** The words at the present position. Never write to them. */
  words: Int32Array;
  #change = 0;
  #keyframes: Keyframe[] = [];
  readonly #spacing: number;
  /** Counts words set; when each frame had its last one, and when all of them were replaced. */
  #clock = 0;
  #touched: number[] = [];
  #replaced = 0;

  /** @param spacing after so many changes a full copy is kept */
  constructor(reader: LogReader, spacing: number = defaultSpacing(reader.data.changeCount)) {
    this.reader = reader;
    // With room for all that it will ever be: to make more room in between would copy it, in the midst of a jump.
    this.words = new Int32Array(reader.data.room);
    this.words.set(reader.data.base);
    this.#spacing = spacing;
  }

  /** Moves to the machine as it is at event `index` (-1: before all events). */
  seek(index: number): Int32Array {
    const target = this.reader.changesUpTo(index);
    const near = this.#nearest(target);
    if (near && Math.abs(near.change - target) < Math.abs(this.#change - target)) {
      this.words = near.words.slice();
      this.#change = near.change;
      this.#replaced = ++this.#clock;
    }
    while (this.#change < target) this.#forward();
    while (this.#change > target) this.#backward();
    return this.words;
  }

  /** A number that is another one after each seek that set a word of a frame, even to the value that it had. */
  version(frame: number): number {
    return Math.max(this.#replaced, this.#touched[frame] ?? 0);
  }

  #nearest(target: number): Keyframe | undefined {
    let best: Keyframe | undefined;
    for (const keyframe of this.#keyframes) {
      if (!best || Math.abs(keyframe.change - target) < Math.abs(best.change - target)) best = keyframe;
    }
    return best;
  }

  #forward(): void {
    this.#set(this.reader.changeWord(this.#change, 0), this.reader.changeWord(this.#change, 2));
    this.#change++;
    if (
      this.#change % this.#spacing === 0 &&
      this.#keyframes.every((keyframe) => keyframe.change !== this.#change)
    ) {
      this.#keyframes.push({ change: this.#change, words: this.words.slice() });
    }
  }

  #backward(): void {
    this.#change--;
    this.#set(this.reader.changeWord(this.#change, 0), this.reader.changeWord(this.#change, 1));
  }

  #set(place: number, value: number): void {
    this.words[place] = value;
    this.#touched[place >>> FRAME_SHIFT] = ++this.#clock;
  }
}
