/**
 * The log, as it is written: events, and under them every word that was changed, with its old and its new value.
 *
 * Records are fixed in size and lie in chunks of typed arrays, so that nothing is allocated an event and a chunk can be
 * transferred to another thread. An event record is EVENT_WORDS words:
 *
 *     word 0   31..24 call depth | 23..16 vCPU (0xff: the host) | 15..0 kind
 *     word 1   number of changed words up to and including this event
 *     word 2…8 payload, as the event table says
 *
 * A change record is three words: place, old value, new value. The words changed since the event before belong to an event:
 * the machine *at* event n has seen them.
 */
import { EVENT, EVENT_WORDS, type Note, PAYLOAD } from './events.ts';

/** Records in one chunk. */
export const CHUNK_RECORDS = 65_536;
const CHANGE_WORDS = 3;
/** Room for so many steps at first. */
const FIRST_STEPS = 256;
/** The vCPU number that stands for the host. */
export const HOST = 0xff;

/** What a run may use only so much of; memory is counted in MiB. */
export type Limited = 'steps' | 'events' | 'memory';

/** A run exceeded what it was allowed: `what` was limited to `limit`, and `needed` are needed at least. */
export class LimitExceeded extends Error {
  readonly what: Limited;
  readonly limit: number;
  readonly needed: number;
  constructor(what: Limited, limit: number, needed: number) {
    super(`${what}: ${needed} needed, ${limit} allowed`);
    this.what = what;
    this.limit = limit;
    this.needed = needed;
  }
}

/** What a finished (or stopped) log consists of; every buffer in it can be transferred. */
export interface LogData {
  readonly events: readonly Int32Array[];
  readonly eventCount: number;
  readonly changes: readonly Int32Array[];
  readonly changeCount: number;
  /** Texts that events refer to. */
  readonly strings: readonly string[];
  /** Event index of each step's first event. */
  readonly steps: Int32Array;
  /** The machine's words before event 0. */
  readonly base: Int32Array;
  /** How many words the machine has in the end; it never has more. */
  readonly room: number;
}

/** Writes a log. Throws LimitExceeded for an event too many. */
export class LogWriter {
  readonly #events: Int32Array[] = [];
  readonly #changes: Int32Array[] = [];
  #event: Int32Array;
  #change: Int32Array;
  #eventAt = 0;
  /** Where the present chunk ends: at its own end, or where the limit is reached. */
  #eventEnd: number;
  #changeAt = 0;
  /** Changed words so far. */
  changeCount = 0;
  readonly #strings: string[] = [];
  readonly #stringIndex = new Map<string, number>();
  /** Each step's first event, as far as `#stepCount`. */
  #steps = new Int32Array(FIRST_STEPS);
  #stepCount = 0;
  readonly #maxEvents: number;
  /** The vCPU that events are attributed to. */
  cpu = HOST;
  /** How many calls are open. */
  depth = 0;
  /** Names of the open calls, by depth. */
  readonly #open: number[] = [];
  /** Whether calls of functions are recorded. */
  readonly calls: boolean;

  constructor(maxEvents: number, calls = false) {
    this.#maxEvents = maxEvents;
    this.calls = calls;
    this.#eventEnd = this.#room(0);
    this.#event = new Int32Array(CHUNK_RECORDS * EVENT_WORDS);
    this.#change = new Int32Array(CHUNK_RECORDS * CHANGE_WORDS);
    this.#events.push(this.#event);
    this.#changes.push(this.#change);
  }

  get eventCount(): number {
    return (this.#events.length - 1) * CHUNK_RECORDS + this.#eventAt / EVENT_WORDS;
  }

  /** Index of `text` in the log's strings. */
  text(text: string): number {
    const known = this.#stringIndex.get(text);
    if (known !== undefined) return known;
    this.#stringIndex.set(text, this.#strings.length);
    return this.#strings.push(text) - 1;
  }

  /** The same for one of the engine's own words. */
  note(note: Note): number {
    return this.text(note);
  }

  /** Notes that the word at `place` changed. Only the machine's setter calls this. */
  change(place: number, old: number, value: number): void {
    if (this.#changeAt === this.#change.length) this.#nextChangeChunk();
    const words = this.#change;
    const at = this.#changeAt;
    words[at] = place;
    words[at + 1] = old;
    words[at + 2] = value;
    this.#changeAt = at + CHANGE_WORDS;
    this.changeCount++;
  }

  /** Writes an event of `kind`; the payload words are those of the event table. Throws LimitExceeded. */
  emit(kind: number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0): void {
    if (this.#eventAt === this.#eventEnd) this.#nextEventChunk();
    const words = this.#event;
    const at = this.#eventAt;
    words[at] = (this.depth << 24) | (this.cpu << 16) | kind;
    words[at + 1] = this.changeCount;
    const payload = at + PAYLOAD;
    words[payload] = a;
    words[payload + 1] = b;
    words[payload + 2] = c;
    words[payload + 3] = d;
    words[payload + 4] = e;
    words[payload + 5] = f;
    words[payload + 6] = g;
    this.#eventAt = at + EVENT_WORDS;
  }

  /** A function is entered: what follows, up to `leave`, happens in it. To be used only where calls are recorded. @param name index in the log's strings */
  enter(name: number): void {
    this.#open[this.depth] = name;
    this.emit(EVENT.call, name);
    this.depth++;
  }

  /** The function entered last returns. */
  leave(): void {
    this.depth--;
    this.emit(EVENT.return, this.#open[this.depth]);
  }

  /** Forgets everything so far: the log begins with the machine as it is now. */
  begin(): void {
    this.#events.length = 1;
    this.#changes.length = 1;
    this.#event = this.#events[0] as Int32Array;
    this.#change = this.#changes[0] as Int32Array;
    this.#eventAt = 0;
    this.#eventEnd = this.#room(0);
    this.#changeAt = 0;
    this.changeCount = 0;
    this.#stepCount = 0;
  }

  /** Marks that the event written last begins a step. */
  beginStep(): void {
    if (this.#stepCount === this.#steps.length) this.#growSteps();
    this.#steps[this.#stepCount++] = this.eventCount - 1;
  }

  /** The log so far. @param base the machine's words before event 0 @param room how many it has now */
  finish(base: Int32Array, room: number = base.length): LogData {
    return {
      events: this.#events,
      eventCount: this.eventCount,
      changes: this.#changes,
      changeCount: this.changeCount,
      strings: this.#strings,
      steps: this.#steps.slice(0, this.#stepCount),
      base,
      room,
    };
  }

  #growSteps(): void {
    const steps = new Int32Array(this.#steps.length * 2);
    steps.set(this.#steps);
    this.#steps = steps;
  }

  #nextChangeChunk(): void {
    this.#change = new Int32Array(CHUNK_RECORDS * CHANGE_WORDS);
    this.#changes.push(this.#change);
    this.#changeAt = 0;
  }

  #nextEventChunk(): void {
    const { eventCount } = this;
    if (eventCount >= this.#maxEvents) throw new LimitExceeded('events', this.#maxEvents, eventCount + 1);
    this.#event = new Int32Array(CHUNK_RECORDS * EVENT_WORDS);
    this.#events.push(this.#event);
    this.#eventAt = 0;
    this.#eventEnd = this.#room(eventCount);
  }

  /** Words of a chunk that may be used, after so many events. */
  #room(events: number): number {
    return Math.min(CHUNK_RECORDS, this.#maxEvents - events) * EVENT_WORDS;
  }
}
