/** Operands of any alignment in host frames: bytes `from`… of a value of up to 8 bytes, given as a plain pair. */
import { loadedHi, loadedLo, loadFrame, storeFrame } from './memory.ts';
import type { Machine } from './words.ts';

const isAligned = (offset: number, bytes: number): boolean =>
  (bytes === 1 || bytes === 2 || bytes === 4 || bytes === 8) && offset % bytes === 0;

/** Loads `bytes` bytes at `offset` of a frame, placed from byte `from` of the result on. */
export function loadOperand(
  words: Int32Array,
  frame: number,
  offset: number,
  bytes: number,
  from: number,
): readonly [number, number] {
  if (from === 0 && isAligned(offset, bytes)) {
    loadFrame(words, frame, offset, bytes);
    return [loadedHi, loadedLo];
  }
  let hi = 0;
  let lo = 0;
  for (let i = 0; i < bytes; i++) {
    loadFrame(words, frame, offset + i, 1);
    const byte = from + i;
    if (byte < 4) lo |= loadedLo << (byte * 8);
    else hi |= loadedLo << ((byte - 4) * 8);
  }
  return [hi, lo];
}

/** Stores bytes `from` … `from + bytes - 1` of a value at `offset` of a frame. */
export function storeOperand(
  m: Machine,
  frame: number,
  offset: number,
  bytes: number,
  from: number,
  hi: number,
  lo: number,
): void {
  if (from === 0 && isAligned(offset, bytes)) {
    storeFrame(m, frame, offset, bytes, hi, lo);
    return;
  }
  for (let i = 0; i < bytes; i++) {
    const byte = from + i;
    storeFrame(m, frame, offset + i, 1, 0, byte < 4 ? lo >>> (byte * 8) : hi >>> ((byte - 4) * 8));
  }
}

/** Loads an operand at `offset` of the frame `first`; what of it lies in the next page is in the frame `second`. */
export function loadAcross(
  words: Int32Array,
  first: number,
  second: number,
  offset: number,
  width: number,
): readonly [number, number] {
  const within = Math.min(width, 4096 - offset);
  const low = loadOperand(words, first, offset, within, 0);
  if (within === width) return low;
  const high = loadOperand(words, second, 0, width - within, within);
  return [low[0] | high[0], low[1] | high[1]];
}

/** Stores an operand where `loadAcross` loads it from. */
export function storeAcross(
  m: Machine,
  first: number,
  second: number,
  offset: number,
  width: number,
  hi: number,
  lo: number,
): void {
  const within = Math.min(width, 4096 - offset);
  storeOperand(m, first, offset, within, 0, hi, lo);
  if (within < width) storeOperand(m, second, 0, width - within, within, hi, lo);
}

/** The two parts of an operand that may cross a page: [bytes from its start, how many]. */
export function operandParts(lo: number, width: number): readonly (readonly [number, number])[] {
  const first = Math.min(width, 4096 - (lo & 0xfff));
  return first === width
    ? [[0, width]]
    : [
        [0, first],
        [first, width - first],
      ];
}
