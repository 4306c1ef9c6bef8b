/** A processor's walks as events: each reference that a walk records, with the entry as the processor read it. */
import { type ReadEntry, readEntry } from '#arch/entry.ts';
import {
  DIMENSION,
  REFERENCE,
  referenceDimension,
  referenceIndex,
  referenceLevel,
  WALK_WORDS,
  type WalkTrace,
} from '#arch/walk-trace.ts';
import { EVENT, WALKER_CPU, WALKER_NESTED } from './events.ts';
import type { Machine } from './words.ts';

/** The entry read last. */
const entry: ReadEntry = { frame: 0, flags: 0 };

/**
 * Emits the references of walks. Of an entry in a hypervisor's table the event has the place; of one in a guest's it has the
 * guest-physical address alone.
 */
export class WalkEvents implements WalkTrace {
  readonly records = new Int32Array(WALK_WORDS);
  used = 0;
  /** Bytes of the entries of tables for linear addresses. */
  entryBytes: 4 | 8 = 8;
  readonly #m: Machine;
  /** Whether the tables for linear addresses are a hypervisor's. */
  readonly #areShadows: boolean;

  constructor(m: Machine, areShadows: boolean) {
    this.#m = m;
    this.#areShadows = areShadows;
  }

  beforeStore(): void {
    this.emit();
  }

  /** Emits what has not been emitted yet. */
  emit(): void {
    const { records, used } = this;
    for (let at = 0; at < used; at += REFERENCE.size)
      this.#reference(
        records[at] as number,
        records[at + REFERENCE.place] as number,
        records[at + REFERENCE.gfn] as number,
      );
    this.used = 0;
  }

  #reference(what: number, place: number, gfn: number): void {
    const { words, log } = this.#m;
    const isNested = referenceDimension(what) === DIMENSION.nested;
    const bytes = isNested ? 8 : this.entryBytes;
    const index = referenceIndex(what, place, bytes);
    readEntry(words, place, bytes, index & 1, entry);
    const isPlace = isNested || this.#areShadows;
    log.emit(
      EVENT.reference,
      (isNested ? WALKER_NESTED : WALKER_CPU) | (referenceLevel(what) << 8) | (index << 16),
      isPlace ? place >>> 30 : gfn >>> 20,
      isPlace ? place << 2 : (gfn << 12) | (index * bytes),
      entry.frame,
      entry.flags,
      isPlace ? place : 0,
    );
  }
}
