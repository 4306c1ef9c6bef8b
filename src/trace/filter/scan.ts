/** The events of a log that a filter lets pass, found a slice at a time, so that a long log stops nobody. */
import type { Passes } from './comparison.ts';

/** Events between two looks at the clock. */
const STRIDE = 2048;

export class Scan {
  readonly #passes: Passes;
  readonly #length: number;
  #found = new Int32Array(256);
  #count = 0;
  #at = 0;

  /** @param length number of events in the log */
  constructor(passes: Passes, length: number) {
    this.#passes = passes;
    this.#length = length;
  }

  get isDone(): boolean {
    return this.#at >= this.#length;
  }

  /** Indices of the events found so far, ascending. */
  get found(): Int32Array {
    return this.#found.subarray(0, this.#count);
  }

  /** Goes on while there is time. @param hasTime asked every few thousand events */
  advance(hasTime: () => boolean): void {
    do {
      const end = Math.min(this.#length, this.#at + STRIDE);
      for (; this.#at < end; this.#at++) if (this.#passes(this.#at)) this.#add(this.#at);
    } while (!this.isDone && hasTime());
  }

  #add(index: number): void {
    if (this.#count === this.#found.length) {
      const larger = new Int32Array(this.#found.length * 2);
      larger.set(this.#found);
      this.#found = larger;
    }
    this.#found[this.#count++] = index;
  }
}
