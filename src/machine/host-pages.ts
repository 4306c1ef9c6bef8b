/**
 * The host's own page tables behind a slot: hva → host frame.
 *
 * A slot's memory is resident and writable from the start. A host frame gets its number when somebody first asks for it, and
 * never gets another one. Frames below HUGE_FRAMES are the machine's own frames; the 512 frames of a 2 MiB host page have
 * numbers from HUGE_FRAMES on. A `huge` slot maps each whole 2 MiB by one entry (a region) until something divides it. The 512
 * regions of a 1 GiB host page (`gigantic`, hugetlbfs) have consecutive numbers, and nothing divides them.
 *
 * Not known here: who must be told when the host takes a page away.
 */
import { SLOT, SLOT_FLAG } from './slots.ts';
import { FRAME, FRAME_SHIFT, FRAME_WORDS, HEADER, type Machine } from './words.ts';

/** Host frames from here on belong to 2 MiB pages: 512 numbers each. */
export const HUGE_FRAMES = 1 << 24;
/** The frame number that stands for "no slot", or "the host does not allow it". */
export const NO_FRAME = -1;

/** Frames of a 2 MiB page, and 2 MiB pages of a 1 GiB page. */
export const HUGE = 512;
const GIGANTIC = 512;

/** Frames of the directory of 2 MiB pages: enough for the largest memory in 1 GiB pages, and as much beside it. */
const DIRECTORY_FRAMES = 4;

/**
 * A word of the host's last-level tables: the frame's number and these. 0: resident, writable, not yet numbered.
 * `writeFaults`: the area may be written again, but the entry does not say so yet; the host learns it from the next write.
 */
const PTE = {
  numbered: 1 << 31,
  dropped: 1 << 30,
  readOnly: 1 << 29,
  writeFaults: 1 << 28,
  frame: (1 << 28) - 1,
} as const;

/** A word for a whole 2 MiB: its number plus 1, and these. 0: resident, writable, not yet numbered. */
const REGION = {
  dropped: 1 << 30,
  divided: 1 << 29,
  zero: 1 << 28,
  readOnly: 1 << 27,
  writeFaults: 1 << 26,
  number: (1 << 26) - 1,
} as const;

/** What `hostPage` found: whether the host allows writing. */
export let hostPageWritable = false;

const ptePlace = (words: Int32Array, slot: number, index: number): number =>
  (words[slot + SLOT.ptes] as number) + index;

/**
 * Place of the word for the whole 2 MiB around page `index`; 0 where there is none, or it is divided. The host's memory reaches
 * beyond a slot that begins or ends within 2 MiB.
 */
function wholeRegion(words: Int32Array, slot: number, index: number): number {
  const regions = words[slot + SLOT.huge] as number;
  if (regions === 0) return 0;
  const base = words[slot + SLOT.hva_page] as number;
  const place = regions + (((base + index) >>> 9) - (base >>> 9));
  return (words[place] as number) & REGION.divided ? 0 : place;
}

/** Index, within its 2 MiB of the host's address space, of page `index` of a slot. */
export const withinHuge = (words: Int32Array, slot: number, index: number): number =>
  ((words[slot + SLOT.hva_page] as number) + index) & (HUGE - 1);

/**
 * The host frame behind page `index` of a slot, numbered now if it never was; a page that the host took away is faulted in:
 * the shared zeros for a read, a new frame for a write. NO_FRAME if the host does not allow the access. Whether it may be
 * written is left in `hostPageWritable`.
 */
export function hostPage(m: Machine, slot: number, index: number, write: boolean): number {
  const region = wholeRegion(m.words, slot, index);
  return region === 0 ? smallPage(m, slot, index, write) : hugePage(m, slot, index, region, write);
}

function smallPage(m: Machine, slot: number, index: number, write: boolean): number {
  const place = ptePlace(m.words, slot, index);
  if (write && m.get(place) & PTE.writeFaults && !(m.get(place) & PTE.readOnly))
    m.set(place, m.get(place) & ~PTE.writeFaults);
  const pte = m.get(place);
  const zero = m.get(HEADER.zeroFrame);
  hostPageWritable = !(pte & (PTE.readOnly | PTE.writeFaults));
  if (write && !hostPageWritable) return NO_FRAME;
  const frame = pte & PTE.numbered ? pte & PTE.frame : 0;
  if (frame !== 0 && frame !== zero) return frame;
  if ((frame === zero || pte & PTE.dropped) && !write) {
    hostPageWritable = false;
    m.set(place, (pte & PTE.readOnly) | PTE.numbered | zero);
    return zero;
  }
  const fresh = m.allocateFrames(1, FRAME.guest);
  m.set(place, (pte & PTE.readOnly) | PTE.numbered | fresh);
  return fresh;
}

function hugePage(m: Machine, slot: number, index: number, place: number, write: boolean): number {
  if (write && m.get(place) & REGION.writeFaults && !(m.get(place) & REGION.readOnly))
    m.set(place, m.get(place) & ~REGION.writeFaults);
  const region = m.get(place);
  hostPageWritable = !(region & (REGION.readOnly | REGION.writeFaults));
  if (write && !hostPageWritable) return NO_FRAME;
  const readOnly = region & REGION.readOnly;
  if (region & (REGION.dropped | REGION.zero) && !write) {
    hostPageWritable = false;
    if (m.get(HEADER.hugeZero) === 0) m.set(HEADER.hugeZero, takeHugeNumbers(m, 1) + 1);
    m.set(place, readOnly | REGION.zero | m.get(HEADER.hugeZero));
  } else if (region & REGION.zero) {
    // A write to the huge page of zeros: Linux divides it and gives the one page a frame of its own.
    divideHugeHostPage(m, slot, index);
    return smallPage(m, slot, index, write);
  } else if (region & REGION.dropped || (region & REGION.number) === 0) {
    m.set(place, readOnly | (regionNumber(m, slot, index, place) + 1));
  }
  return HUGE_FRAMES + ((m.get(place) & REGION.number) - 1) * HUGE + withinHuge(m.words, slot, index);
}

/** The number that a region gets; in a 1 GiB page, the one that follows from where it lies there. */
function regionNumber(m: Machine, slot: number, index: number, place: number): number {
  if (!isGigantic(m.words, slot)) return takeHugeNumbers(m, 1);
  const within = ((m.get(slot + SLOT.hva_page) + index) >>> 9) & (GIGANTIC - 1);
  const first = place - within;
  if (m.get(first) === 0) m.set(first, takeHugeNumbers(m, GIGANTIC) + 1);
  return (m.get(first) & REGION.number) - 1 + within;
}

/** Numbers for so many 2 MiB host pages beside each other, aligned to their count. Returns the first. */
function takeHugeNumbers(m: Machine, count: number): number {
  if (m.get(HEADER.huge) === 0)
    m.set(HEADER.huge, m.allocateFrames(DIRECTORY_FRAMES, FRAME.directory) << FRAME_SHIFT);
  const most = DIRECTORY_FRAMES * FRAME_WORDS;
  const first = (m.get(HEADER.hugeCount) + count - 1) & -count;
  if (first + count > most) throw new RangeError(`more than ${most} huge host pages are in use`);
  m.set(HEADER.hugeCount, first + count);
  return first;
}

/** Whether a slot is backed by 1 GiB host pages. */
export const isGigantic = (words: Int32Array, slot: number): boolean =>
  ((words[slot + SLOT.flags] as number) & SLOT_FLAG.gigantic) !== 0;

/** The host frame behind a page, read from words alone; NO_FRAME while it has no number or is not there. */
export const knownHostFrame = (words: Int32Array, slot: number, index: number): number =>
  words[slot + SLOT.huge] === 0
    ? knownSmallFrame(words, slot, index)
    : knownFrameInRegion(words, slot, index);

function knownSmallFrame(words: Int32Array, slot: number, index: number): number {
  const pte = words[ptePlace(words, slot, index)] as number;
  return pte & PTE.numbered ? pte & PTE.frame : NO_FRAME;
}

function knownFrameInRegion(words: Int32Array, slot: number, index: number): number {
  const place = wholeRegion(words, slot, index);
  if (place === 0) return knownSmallFrame(words, slot, index);
  const number = (words[place] as number) & REGION.number;
  return number === 0 ? NO_FRAME : HUGE_FRAMES + (number - 1) * HUGE + withinHuge(words, slot, index);
}

/** Whether the host took a page away and nobody has touched it since. */
export function hostPageDropped(words: Int32Array, slot: number, index: number): boolean {
  const place = wholeRegion(words, slot, index);
  if (place !== 0) return ((words[place] as number) & REGION.dropped) !== 0;
  return ((words[ptePlace(words, slot, index)] as number) & PTE.dropped) !== 0;
}

/** Whether a page reads as the host's shared zeros, small or huge, and so is replaced when it is written. */
export function isSharedZero(words: Int32Array, slot: number, index: number): 'no' | 'small' | 'huge' {
  const place = wholeRegion(words, slot, index);
  if (place !== 0) return (words[place] as number) & REGION.zero ? 'huge' : 'no';
  return knownHostFrame(words, slot, index) === words[HEADER.zeroFrame] ? 'small' : 'no';
}

/** Whether a page is mapped by an undivided 2 MiB entry of the host, present or not. */
export const isHugeHostPage = (words: Int32Array, slot: number, index: number): boolean =>
  wholeRegion(words, slot, index) !== 0;

/** Whether the host allows writes to a page. */
export function isHostWritable(words: Int32Array, slot: number, index: number): boolean {
  const place = wholeRegion(words, slot, index);
  if (place !== 0) return !((words[place] as number) & REGION.readOnly);
  return !((words[ptePlace(words, slot, index)] as number) & PTE.readOnly);
}

/** Divides the 2 MiB entry around a page into 512 small ones that say the same. Nothing where it is divided already. */
export function divideHugeHostPage(m: Machine, slot: number, index: number): void {
  const place = wholeRegion(m.words, slot, index);
  if (place === 0) return;
  const region = m.get(place);
  const start = index - withinHuge(m.words, slot, index);
  const number = region & REGION.number || takeHugeNumbers(m, 1) + 1;
  for (let i = Math.max(0, -start); i < HUGE && start + i < m.get(slot + SLOT.npages); i++) {
    let pte = PTE.numbered | (HUGE_FRAMES + (number - 1) * HUGE + i);
    if (region & REGION.zero) pte = PTE.numbered | m.get(HEADER.zeroFrame);
    if (region & REGION.dropped) pte = PTE.dropped;
    const rights =
      (region & REGION.readOnly ? PTE.readOnly : 0) | (region & REGION.writeFaults ? PTE.writeFaults : 0);
    m.set(ptePlace(m.words, slot, start + i), pte | rights);
  }
  m.set(place, REGION.divided);
}

/** The host takes pages `start` … `end`-1 away. A 2 MiB entry that is not covered whole must have been divided before. */
export function dropHostPages(m: Machine, slot: number, start: number, end: number): void {
  eachEntry(
    m,
    slot,
    start,
    end,
    (place) => m.set(place, (m.get(place) & REGION.readOnly) | REGION.dropped),
    (place) => m.set(place, (m.get(place) & PTE.readOnly) | PTE.dropped),
  );
}

/**
 * The host makes pages `start` … `end`-1 read-only or writable. See `dropHostPages` for 2 MiB entries: one that becomes writable is
 * left as it is until somebody writes, as Linux 6.1 does (change_huge_pmd; a small entry is made writable at once, by
 * change_pte_range).
 */
export function protectHostPages(
  m: Machine,
  slot: number,
  start: number,
  end: number,
  writable: boolean,
): void {
  const region = (place: number): void => {
    const old = m.get(place);
    const isMapped = !(old & REGION.dropped);
    const opened = (old & ~REGION.readOnly) | (isMapped && old & REGION.readOnly ? REGION.writeFaults : 0);
    m.set(place, writable ? opened : old | REGION.readOnly);
  };
  const page = (place: number): void => {
    const old = m.get(place);
    m.set(place, writable ? old & ~(PTE.readOnly | PTE.writeFaults) : old | PTE.readOnly);
  };
  eachEntry(m, slot, start, end, region, page);
}

function eachEntry(
  m: Machine,
  slot: number,
  start: number,
  end: number,
  region: (place: number) => void,
  page: (place: number) => void,
): void {
  for (let index = start; index < end; ) {
    const place = wholeRegion(m.words, slot, index);
    if (place === 0) page(ptePlace(m.words, slot, index++));
    else {
      region(place);
      index += HUGE - withinHuge(m.words, slot, index);
    }
  }
}

/** Level of the host's own mapping of a page: 3 in a 1 GiB page, 2 within an undivided, present 2 MiB entry, else 1. */
export function hostMappingLevel(words: Int32Array, slot: number, index: number): 1 | 2 | 3 {
  if (isGigantic(words, slot)) return 3;
  return isHugeHostPage(words, slot, index) && !hostPageDropped(words, slot, index) ? 2 : 1;
}
