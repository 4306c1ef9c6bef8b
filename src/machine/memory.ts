/**
 * Guest-physical memory: slots (gpa → hva), the host's own page tables behind them (hva → host frame), and loads and stores.
 *
 * A slot's memory is resident and writable from the start. A host frame gets its number when somebody first asks for it,
 * and never gets another one; frames below HUGE_FRAMES are the machine's own frames, so their words are found by a shift.
 * The 512 frames of a 2 MiB host page have numbers from HUGE_FRAMES on, and words only where something was stored.
 *
 * Not known here: what a hypervisor keeps about a slot (its record has one word for that), and who must be told when the
 * host takes a page away.
 */
import { flagsWord, frameWord, hiWord, loWord } from '#arch/word64.ts';
import { record } from './record.ts';
import { FRAME, FRAME_SHIFT, FRAME_WORDS, HEADER, type Machine } from './words.ts';

export const MAX_SLOTS = 32;
/** Host frames from here on belong to 2 MiB pages: 512 numbers each. */
export const HUGE_FRAMES = 1 << 24;
/** The frame number that stands for "no slot". */
export const NO_SLOT = -1;

export const SLOT = record([
  'used',
  'id',
  'base_gfn',
  'npages',
  'flags',
  'ptes',
  'huge',
  'dirty_bitmap',
  'arch',
  'user_frame',
]);
export const SLOT_FLAG = { readOnly: 1, dirtyLog: 2, huge: 4, invalid: 8 } as const;

/** A word of the host's page tables: the frame's number and these. 0: resident, writable, not yet numbered. */
const HOST_PTE = { numbered: 1 << 31, dropped: 1 << 30, readOnly: 1 << 29, frame: (1 << 29) - 1 } as const;

export interface SlotSpec {
  readonly id: number;
  /** Frames. */
  readonly baseGfn: number;
  readonly npages: number;
  readonly flags: number;
}

/** Sets up the machine's memory: no slots, and the shared page of zeros. */
export function createMemory(m: Machine): void {
  m.set(HEADER.slots, m.allocateArray(MAX_SLOTS * SLOT.size));
  m.set(HEADER.zeroFrame, m.allocateFrames(1, FRAME.guest));
}

/** Makes a slot with memory of its own. Returns its place. Throws RangeError if there is no room for another. */
export function createSlot(m: Machine, spec: SlotSpec): number {
  const slot = freeSlot(m);
  m.set(slot + SLOT.used, 1);
  m.set(slot + SLOT.id, spec.id);
  m.set(slot + SLOT.base_gfn, spec.baseGfn);
  m.set(slot + SLOT.npages, spec.npages);
  m.set(slot + SLOT.flags, spec.flags);
  m.set(slot + SLOT.ptes, m.allocateArray(spec.npages));
  if (spec.flags & SLOT_FLAG.huge) m.set(slot + SLOT.huge, m.allocateArray((spec.npages >>> 9) + 2));
  return slot;
}

function freeSlot(m: Machine): number {
  const slots = m.get(HEADER.slots);
  for (let slot = slots; slot < slots + MAX_SLOTS * SLOT.size; slot += SLOT.size)
    if (!m.get(slot + SLOT.used)) return slot;
  throw new RangeError(`more than ${MAX_SLOTS} memory slots`);
}

/** Places of all slots in use, in order. */
export function slotPlaces(words: Int32Array): number[] {
  const places: number[] = [];
  const slots = words[HEADER.slots] as number;
  for (let i = 0; i < MAX_SLOTS; i++) if (words[slots + i * SLOT.size]) places.push(slots + i * SLOT.size);
  return places;
}

/** The slot that holds a guest frame, or 0. */
export function findSlot(words: Int32Array, gfn: number): number {
  const slots = words[HEADER.slots] as number;
  for (let slot = slots; slot < slots + MAX_SLOTS * SLOT.size; slot += SLOT.size) {
    if (!words[slot + SLOT.used]) continue;
    const index = gfn - (words[slot + SLOT.base_gfn] as number);
    if (index >>> 0 < (words[slot + SLOT.npages] as number) >>> 0) return slot;
  }
  return 0;
}

/** The slot with an id, or 0. */
export function slotById(words: Int32Array, id: number): number {
  return slotPlaces(words).find((slot) => words[slot + SLOT.id] === id) ?? 0;
}

/** What `hostPage` found: whether the host allows writing. */
export let hostPageWritable = false;

/**
 * The host frame behind page `index` of a slot, numbered now if it never was; a page that the host took away is faulted in:
 * the shared zeros for a read, a new frame for a write. -1 if the host does not allow the access.
 * Whether it may be written is left in `hostPageWritable`.
 */
export function hostPage(m: Machine, slot: number, index: number, write: boolean): number {
  const place = m.get(slot + SLOT.ptes) + index;
  const pte = m.get(place);
  hostPageWritable = !(pte & HOST_PTE.readOnly);
  if (write && !hostPageWritable) return NO_SLOT;
  const zero = m.get(HEADER.zeroFrame);
  if (pte & HOST_PTE.numbered) {
    const frame = pte & HOST_PTE.frame;
    if (frame !== zero) return frame;
    if (!write) {
      hostPageWritable = false;
      return frame;
    }
  } else if (pte & HOST_PTE.dropped && !write) {
    hostPageWritable = false;
    m.set(place, (pte & HOST_PTE.readOnly) | HOST_PTE.numbered | zero);
    return zero;
  }
  const frame =
    m.get(slot + SLOT.huge) && !(pte & HOST_PTE.dropped)
      ? hugeFrame(m, slot, index)
      : m.allocateFrames(1, FRAME.guest);
  m.set(place, (pte & HOST_PTE.readOnly) | HOST_PTE.numbered | frame);
  return frame;
}

/** The host frame behind a page, read from words alone; -1 while it has no number or is not there. */
export function knownHostFrame(words: Int32Array, slot: number, index: number): number {
  const pte = words[(words[slot + SLOT.ptes] as number) + index] as number;
  return pte & HOST_PTE.numbered ? pte & HOST_PTE.frame : NO_SLOT;
}

/** Whether the host took a page away and nobody has touched it since. */
export const hostPageDropped = (words: Int32Array, slot: number, index: number): boolean =>
  ((words[(words[slot + SLOT.ptes] as number) + index] as number) & HOST_PTE.dropped) !== 0;

function hugeFrame(m: Machine, slot: number, index: number): number {
  const gfn = m.get(slot + SLOT.base_gfn) + index;
  const region = m.get(slot + SLOT.huge) + ((gfn >>> 9) - (m.get(slot + SLOT.base_gfn) >>> 9));
  if (m.get(region) === 0) {
    const count = m.get(HEADER.hugeCount);
    if (count === 0) m.set(HEADER.huge, m.allocateFrames(1, FRAME.directory) << FRAME_SHIFT);
    if (count === FRAME_WORDS) throw new RangeError(`more than ${FRAME_WORDS} huge host pages are in use`);
    m.set(m.get(HEADER.huge) + count, m.allocateFrames(1, FRAME.directory) << FRAME_SHIFT);
    m.set(HEADER.hugeCount, count + 1);
    m.set(region, count + 1);
  }
  return HUGE_FRAMES + (m.get(region) - 1) * 512 + (gfn & 511);
}

/** Place of a host frame's words, or 0 if nothing was ever stored there. */
export function frameData(words: Int32Array, frame: number): number {
  if (frame < HUGE_FRAMES) return frame << FRAME_SHIFT;
  const offset = frame - HUGE_FRAMES;
  const directory = words[(words[HEADER.huge] as number) + (offset >>> 9)] as number;
  return (words[directory + (offset & 511)] as number) << FRAME_SHIFT;
}

function writableFrameData(m: Machine, frame: number): number {
  const known = frameData(m.words, frame);
  if (known !== 0) return known;
  const offset = frame - HUGE_FRAMES;
  const entry = m.get(m.get(HEADER.huge) + (offset >>> 9)) + (offset & 511);
  m.set(entry, m.allocateFrames(1, FRAME.guest));
  return m.get(entry) << FRAME_SHIFT;
}

/** The value that `loadFrame` read, as a plain pair. */
export let loadedHi = 0;
export let loadedLo = 0;

/** Loads `width` bytes (1, 2, 4, 8; within an aligned 8) at `offset` of a host frame into loadedHi, loadedLo. */
export function loadFrame(words: Int32Array, frame: number, offset: number, width: number): void {
  const data = frameData(words, frame);
  const place = data + (offset >>> 3) * 2;
  const lo = data === 0 ? 0 : loWord(words[place] as number, words[place + 1] as number);
  const hi = data === 0 ? 0 : hiWord(words[place] as number, words[place + 1] as number);
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

/** Loads from guest memory by frame and offset. False if no slot is there. The value: see `loadFrame`. */
export function loadGuest(m: Machine, gfn: number, offset: number, width: number): boolean {
  const slot = findSlot(m.words, gfn);
  if (slot === 0) return false;
  const index = gfn - m.get(slot + SLOT.base_gfn);
  const known = knownHostFrame(m.words, slot, index);
  if (known === NO_SLOT) loadedHi = loadedLo = 0;
  else loadFrame(m.words, known, offset, width);
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
  if (frame === NO_SLOT) return false;
  storeFrame(m, frame, offset, width, hi, lo);
  return true;
}

/** Level of the host's own mapping of a guest frame: 2 within an undivided 2 MiB host page, else 1. */
export function hostMappingLevel(m: Machine, slot: number, gfn: number): number {
  const frame = knownHostFrame(m.words, slot, gfn - m.get(slot + SLOT.base_gfn));
  return frame >= HUGE_FRAMES ? 2 : 1;
}

/** The host frame behind a guest frame, faulted in as `hostPage` does; -1 without a slot or where the host forbids it. */
export function guestFrame(m: Machine, gfn: number, write: boolean): number {
  const slot = findSlot(m.words, gfn);
  return slot === 0 ? NO_SLOT : hostPage(m, slot, gfn - m.get(slot + SLOT.base_gfn), write);
}
