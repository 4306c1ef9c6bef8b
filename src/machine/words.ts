/**
 * All state there is: one array of 32-bit words, and the one setter through which every store goes.
 *
 * The words are divided into host page frames of 1,024 words (4 KiB). A frame's number is its place divided by 1,024, so a
 * page-table entry's frame number leads to its words by a shift. Guest memory, tables, and every structure that the
 * hypervisor keeps lie in such frames; a pointer between structures is the place of a word, and 0 is the null pointer.
 *
 *     frame 0      header: see HEADER
 *     frame 1      the directory of the frame map, one word for each 512 frames: the frame that holds their descriptors
 *     frame 2…     whatever was allocated
 *
 * A frame descriptor is two words: what the frame is used for (FRAME), and a word that belongs to its user.
 *
 * What this file does not know: what any of it means.
 */
import { LimitExceeded, LogWriter } from './log.ts';

export const FRAME_WORDS = 1024;
export const FRAME_SHIFT = 10;

/** Words of the header, as places. */
export const HEADER = {
  /** How many frames are in use. */
  frames: 1,
  /** Place of the first vCPU's registers (vcpu.ts). */
  vcpus: 2,
  vcpuCount: 3,
  /** Place of the memory slots (slots.ts). */
  slots: 4,
  /** The host's shared page of zeros. */
  zeroFrame: 5,
  /** First free word of the current page of small structures, and where it ends. */
  heap: 6,
  heapEnd: 7,
  /** Place of the hypervisor's own structure. */
  hypervisor: 8,
  /** Directory of the 2 MiB host pages (host-pages.ts). */
  huge: 9,
  hugeCount: 10,
  /** Number plus 1 of the huge page of zeros (host-pages.ts); 0: nobody has needed it. */
  hugeZero: 11,
  /** Past the last slot that was ever used. */
  slotsEnd: 12,
} as const;

/** What a frame is used for: the first word of its descriptor. */
export const FRAME = { system: 1, heap: 2, guest: 3, table: 4, directory: 5 } as const;

/** Room at the start, 16 MiB, and its growth: few copies; what is never touched costs nothing. */
const FIRST_WORDS = 4096 * FRAME_WORDS;
const GROWTH = 4;

const DIRECTORY_PLACE = FRAME_WORDS;
/** log2 of the frames whose descriptors one frame holds. */
const MAP_SHIFT = 9;
const MAP_MASK = (1 << MAP_SHIFT) - 1;
const FRAMES_PER_MIB = 256;

/** What a run may use. */
export interface MachineLimits {
  /** Steps that are run. */
  readonly steps: number;
  /** Events in the log. */
  readonly events: number;
  /** Memory of the machine in MiB. */
  readonly memory: number;
  /** Whether calls of the hypervisor's functions are recorded too: about four times the events. */
  readonly calls?: boolean;
}

/** Limits for runs that nobody looks at: without calls. */
export const DEFAULT_LIMITS: MachineLimits = { steps: 100_000, events: 4_000_000, memory: 512 };

/** The same for people who look at a run: with calls. */
export const VIEWING_LIMITS: MachineLimits = { ...DEFAULT_LIMITS, calls: true };

/** A machine: its words, the one setter, and the log that the setter writes. */
export class Machine {
  /** Every word. Read freely; write through `set` only. Replaced when memory grows: do not keep it across an allocation. */
  words: Int32Array;
  readonly log: LogWriter;
  readonly #limit: number;

  constructor(limits: MachineLimits = DEFAULT_LIMITS) {
    this.words = new Int32Array(FIRST_WORDS);
    this.log = new LogWriter(limits.events, limits.calls ?? false);
    this.#limit = limits.memory;
    this.set(HEADER.frames, 2);
    this.#describe(0, FRAME.system, 0);
    this.#describe(1, FRAME.directory, 0);
  }

  /** Stores `value` at `place` and notes the change in the log. */
  set(place: number, value: number): void {
    const words = this.words;
    const old = words[place] as number;
    const word = value | 0;
    if (old === word) return;
    words[place] = word;
    this.log.change(place, old, word);
  }

  /** The word at `place`. */
  get(place: number): number {
    return this.words[place] as number;
  }

  /** Takes `count` consecutive zeroed frames into use. Returns the first one's number. Throws LimitExceeded. */
  allocateFrames(count: number, use: number, owner = 0): number {
    const first = this.#take(count);
    for (let frame = first; frame < first + count; frame++) this.#describe(frame, use, owner);
    return first;
  }

  /** Takes `count` zeroed words for a small structure (at most one frame). Returns its place. */
  allocateWords(count: number): number {
    // Places stay even, so that a pointer has a bit to spare.
    const size = count + (count & 1);
    let place = this.get(HEADER.heap);
    if (place === 0 || place + size > this.get(HEADER.heapEnd)) {
      const frame = this.allocateFrames(1, FRAME.heap);
      place = frame << FRAME_SHIFT;
      this.set(HEADER.heapEnd, place + FRAME_WORDS);
    }
    this.set(HEADER.heap, place + size);
    return place;
  }

  /** Zeroed words of any number, in frames of their own. Returns the first one's place. */
  allocateArray(count: number): number {
    return this.allocateFrames(Math.ceil(count / FRAME_WORDS), FRAME.heap) << FRAME_SHIFT;
  }

  /** Makes every word of a frame zero. */
  clearFrame(frame: number): void {
    const start = frame << FRAME_SHIFT;
    for (let place = start; place < start + FRAME_WORDS; place++)
      if (this.words[place] !== 0) this.set(place, 0);
  }

  /** What a frame is used for (FRAME). */
  frameUse(frame: number): number {
    return frameUse(this.words, frame);
  }

  /** The word that a frame's user keeps in its descriptor. */
  frameOwner(frame: number): number {
    return frameOwner(this.words, frame);
  }

  setFrameOwner(frame: number, owner: number): void {
    this.set(descriptor(this.words, frame) + 1, owner);
  }

  /** A full copy of all words in use. */
  copy(): Int32Array {
    return wordsInUse(this.words).slice();
  }

  #take(count: number): number {
    const first = this.get(HEADER.frames);
    const end = first + count;
    if (end / FRAMES_PER_MIB > this.#limit)
      throw new LimitExceeded('memory', this.#limit, Math.ceil(end / FRAMES_PER_MIB));
    if (end << FRAME_SHIFT > this.words.length) this.#grow(end << FRAME_SHIFT);
    this.set(HEADER.frames, end);
    return first;
  }

  #grow(needed: number): void {
    let length = this.words.length;
    while (length < needed) length *= GROWTH;
    const words = new Int32Array(length);
    words.set(this.words);
    this.words = words;
  }

  #describe(frame: number, use: number, owner: number): void {
    const entry = DIRECTORY_PLACE + (frame >>> MAP_SHIFT);
    if (this.get(entry) === 0) {
      const page = this.#take(1);
      this.set(entry, page);
      this.#describe(page, FRAME.directory, 0);
    }
    const place = descriptor(this.words, frame);
    this.set(place, use);
    this.set(place + 1, owner);
  }
}

/** The words in use of a machine; beyond them all are zero. */
export const wordsInUse = (words: Int32Array): Int32Array =>
  words.subarray(0, (words[HEADER.frames] as number) << FRAME_SHIFT);

const descriptor = (words: Int32Array, frame: number): number =>
  ((words[DIRECTORY_PLACE + (frame >>> MAP_SHIFT)] as number) << FRAME_SHIFT) + (frame & MAP_MASK) * 2;

/** What a frame is used for (FRAME), read from words alone; 0 for one that was never taken into use. */
export const frameUse = (words: Int32Array, frame: number): number =>
  frame >>> 0 < (words[HEADER.frames] as number) ? (words[descriptor(words, frame)] as number) : 0;

/** The owner's word of a frame's descriptor, read from words alone. */
export const frameOwner = (words: Int32Array, frame: number): number =>
  words[descriptor(words, frame) + 1] as number;
