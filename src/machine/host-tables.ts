/** Page tables in host frames, for walks. */
import type { TableMemory } from '#arch/walk-request.ts';
import { frameData } from './memory.ts';
import { FRAME_SHIFT, HEADER, type Machine } from './words.ts';

export class HostTables implements TableMemory {
  readonly #m: Machine;

  constructor(m: Machine) {
    this.#m = m;
  }

  get words(): Int32Array {
    return this.#m.words;
  }

  set(place: number, value: number): void {
    this.#m.set(place, value);
  }

  place(frame: number): number {
    const m = this.#m;
    return frameData(m.words, frame) || m.get(HEADER.zeroFrame) << FRAME_SHIFT;
  }
}
