/**
 * Guest-physical memory: what host frames hold, and loads and stores by guest frame (gpa → slot → host frame).
 */
import { flagsWord, frameWord, hiWord, loWord } from '#arch/word64.ts';
import { HUGE_FRAMES, hostPage, knownHostFrame, NO_FRAME } from './host-pages.ts';
import { createSlotTable, findSlot, SLOT } from './slots.ts';
import { FRAME, FRAME_SHIFT, HEADER, type Machine } from './words.ts';

/** Sets up the machine's memory: no slots, and the host's shared page of zeros. */
export function createMemory(m: Machine): void {
  createSlotTable(m);
  m.set(HEADER.zeroFrame, m.allocateFrames(1, FRAME.guest));
}

/** Place of a host frame's words, or 0 if nothing was ever stored there. */
export function frameData(words: Int32Array, frame: number): number {
  if (frame < HUGE_FRAMES) return frame << FRAME_SHIFT;
  const offset = frame - HUGE_FRAMES;
  const directory = words[(words[HEADER.huge] as number) + (offset >>> 9)] as number;
  return directory === 0 ? 0 : (words[directory + (offset & 511)] as number) << FRAME_SHIFT;
}

function writableFrameData(m: Machine, frame: number): number {
  const known = frameData(m.words, frame);
  if (known !== 0) return known;
  const offset = frame - HUGE_FRAMES;
  const directory = m.get(HEADER.huge) + (offset >>> 9);
  if (m.get(directory) === 0) m.set(directory, m.allocateFrames(1, FRAME.directory) << FRAME_SHIFT);
  const entry = m.get(directory) + (offset & 511);
  m.set(entry, m.allocateFrames(1, FRAME.guest));
  return m.get(entry) << FRAME_SHIFT;
}

/** The value that was loaded last, as a plain pair. */
export let loadedHi = 0;
export let loadedLo = 0;

/** Loads `width` bytes (1, 2, 4, 8; within an aligned 8) at `offset` of a host frame into loadedHi, loadedLo. */
export function loadFrame(words: Int32Array, frame: number, offset: number, width: number): void {
  loadPair(words, pairPlace(words, frame, offset), offset, width);
}

/** Place of the aligned 8 bytes around `offset` of a host frame; 0 where nothing was ever stored. */
function pairPlace(words: Int32Array, frame: number, offset: number): number {
  const data = frameData(words, frame);
  return data === 0 ? 0 : data + (offset >>> 3) * 2;
}

function loadPair(words: Int32Array, place: number, offset: number, width: number): void {
  const lo = place === 0 ? 0 : loWord(words[place] as number, words[place + 1] as number);
  const hi = place === 0 ? 0 : hiWord(words[place] as number, words[place + 1] as number);
  if (width === 8) {
    loadedHi = hi;
    loadedLo = lo;
    return;
  }
  const half = offset & 4 ? hi : lo;
  loadedHi = 0;
  loadedLo = width === 4 ? half : (half >>> ((offset & 3) * 8)) & (width === 2 ? 0xffff : 0xff);
}

/** Stores the low `width` bytes of a plain pair at `offset` of a host frame (within an aligned 8 bytes). */
export function storeFrame(
  m: Machine,
  frame: number,
  offset: number,
  width: number,
  hi: number,
  lo: number,
): void {
  const place = writableFrameData(m, frame) + (offset >>> 3) * 2;
  const words = m.words;
  let newLo = loWord(words[place] as number, words[place + 1] as number);
  let newHi = hiWord(words[place] as number, words[place + 1] as number);
  if (width === 8) {
    newLo = lo;
    newHi = hi;
  } else {
    const shift = (offset & 3) * 8;
    const mask = width === 4 ? -1 : ((width === 2 ? 0xffff : 0xff) << shift) | 0;
    if (offset & 4) newHi = (newHi & ~mask) | ((lo << shift) & mask);
    else newLo = (newLo & ~mask) | ((lo << shift) & mask);
  }
  m.set(place, frameWord(newHi, newLo));
  m.set(place + 1, flagsWord(newHi, newLo));
}

/** Place of the aligned 8 bytes around `offset` of a guest frame in a slot; 0 where nothing was ever stored. */
export function guestPlace(words: Int32Array, slot: number, gfn: number, offset: number): number {
  const frame = knownHostFrame(words, slot, gfn - (words[slot + SLOT.base_gfn] as number));
  return frame === NO_FRAME ? 0 : pairPlace(words, frame, offset);
}

/** Loads from guest memory by frame and offset, as `loadFrame` does. False if no slot is there. */
export function loadGuest(m: Machine, gfn: number, offset: number, width: number): boolean {
  const slot = findSlot(m.words, gfn);
  if (slot === 0) return false;
  loadPair(m.words, guestPlace(m.words, slot, gfn, offset), offset, width);
  return true;
}

/** Stores into guest memory by frame and offset. False if no slot is there or the host forbids it. */
export function storeGuest(
  m: Machine,
  gfn: number,
  offset: number,
  width: number,
  hi: number,
  lo: number,
): boolean {
  const slot = findSlot(m.words, gfn);
  if (slot === 0) return false;
  const frame = hostPage(m, slot, gfn - m.get(slot + SLOT.base_gfn), true);
  if (frame === NO_FRAME) return false;
  storeFrame(m, frame, offset, width, hi, lo);
  return true;
}

/** The host frame behind a guest frame, faulted in as `hostPage` does; -1 without a slot or where the host forbids it. */
export function guestFrame(m: Machine, gfn: number, write: boolean): number {
  const slot = findSlot(m.words, gfn);
  return slot === 0 ? NO_FRAME : hostPage(m, slot, gfn - m.get(slot + SLOT.base_gfn), write);
}
