/**
 * Something in the machine that is written and read, and who does: the events of a log before and after a moment. Answers are event
 * indices, -1 where there is none. Only what lies between the moment and the answer is looked at.
 */
import { flagsWord, frameWord } from '#arch/word64.ts';
import { EVENT, REFERENCE_PLACE } from './events.ts';
import type { LogReader } from './log-reader.ts';
import { FRAME_SHIFT, FRAME_WORDS } from './words.ts';

/** Something in the machine that is written and read: an entry, or a whole table. */
export interface Stored {
  /** Place of its first word; it has `words` of them. 0: nowhere yet. */
  readonly place: number;
  readonly words: number;
  /** Bits that are its own, in frame words (even places) and in flags words. */
  readonly frameBits: number;
  readonly flagBits: number;
  /** Where the guest has it; null for what is the hypervisor's. */
  readonly guest: { readonly gfn: number; readonly offset: number; readonly bytes: number } | null;
  /** The events between which it is itself: the place of a freed table may be given to another one. */
  readonly from: number;
  readonly to: number;
}

/** From the event that made a table to the one that freed it. */
export interface Life {
  /** -1: it was there before the first event. */
  readonly appeared: number;
  /** -1: it never goes. */
  readonly gone: number;
}

const ALWAYS = { from: 0, to: Number.MAX_SAFE_INTEGER } as const;
const ALL_BITS = { frameBits: -1, flagBits: -1 } as const;

/** The events of a life, as a `Stored` has them. */
const during = ({ appeared, gone }: Life) => ({
  from: Math.max(0, appeared),
  to: gone < 0 ? ALWAYS.to : gone,
});

/** Entry `index` of a hypervisor's table in host frame `frame`. */
export const hypervisorEntry = (frame: number, index: number, life: Life): Stored => ({
  place: (frame << FRAME_SHIFT) + index * 2,
  words: 2,
  ...ALL_BITS,
  guest: null,
  ...during(life),
});

/** A hypervisor's table in host frame `frame`. */
export const hypervisorTable = (frame: number, life: Life): Stored => ({
  place: frame << FRAME_SHIFT,
  words: FRAME_WORDS,
  ...ALL_BITS,
  guest: null,
  ...during(life),
});

/**
 * Entry `index`, of 4 or 8 bytes, of a guest's table.
 * @param data place of the table's first word; 0 if nothing was ever stored there
 */
export function guestEntry(gfn: number, data: number, index: number, bytes: 4 | 8): Stored {
  const offset = index * bytes;
  const [hi, lo] = bytes === 8 ? [-1, -1] : offset & 4 ? [-1, 0] : [0, -1];
  return {
    place: data === 0 ? 0 : data + (offset >>> 3) * 2,
    words: 2,
    frameBits: frameWord(hi, lo),
    flagBits: flagsWord(hi, lo),
    guest: { gfn, offset, bytes },
    ...ALWAYS,
  };
}

/** A guest's table. @param data as for an entry */
export const guestTable = (gfn: number, data: number): Stored => ({
  place: data,
  words: FRAME_WORDS,
  ...ALL_BITS,
  guest: { gfn, offset: 0, bytes: 4096 },
  ...ALWAYS,
});

/** What a host frame holds. @param data place of its first word; 0 if nothing was ever stored there */
export const hostFrame = (data: number): Stored => ({
  place: data,
  words: FRAME_WORDS,
  ...ALL_BITS,
  guest: null,
  ...ALWAYS,
});

/** A register, of `words` words from `place` on. */
export const register = (place: number, words: number): Stored => ({
  place,
  words,
  ...ALL_BITS,
  guest: null,
  ...ALWAYS,
});

/** The event that change record `change` belongs to: the first that counts it. */
export function eventOfChange(reader: LogReader, change: number): number {
  let low = 0;
  let high = reader.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reader.changesUpTo(middle) > change) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Whether change record `change` alters a bit of `stored`. */
export function alters(reader: LogReader, change: number, stored: Stored): boolean {
  const offset = reader.changeWord(change, 0) - stored.place;
  if (offset < 0 || offset >= stored.words) return false;
  const bits = offset & 1 ? stored.flagBits : stored.frameBits;
  return ((reader.changeWord(change, 1) ^ reader.changeWord(change, 2)) & bits) !== 0;
}

/** The last event up to and including `event` that changed something. */
export function lastWrite(reader: LogReader, stored: Stored, event: number): number {
  const last = Math.min(event, stored.to, reader.length - 1);
  if (stored.place === 0 || last < 0) return -1;
  const first = reader.changesUpTo(stored.from - 1);
  for (let change = reader.changesUpTo(last) - 1; change >= first; change--) {
    if (alters(reader, change, stored)) return eventOfChange(reader, change);
  }
  return -1;
}

/** The first event after `event` that changes something. */
export function nextWrite(reader: LogReader, stored: Stored, event: number): number {
  const before = Math.max(event, stored.from - 1);
  const last = Math.min(stored.to, reader.length - 1);
  if (stored.place === 0 || last < 0) return -1;
  const end = reader.changesUpTo(last);
  for (let change = reader.changesUpTo(Math.min(before, last)); change < end; change++) {
    if (alters(reader, change, stored)) return eventOfChange(reader, change);
  }
  return -1;
}

/** Whether an address, as a plain pair, lies in what the guest has of something. */
function liesIn({ guest }: Stored, hi: number, lo: number): boolean {
  if (!guest || frameWord(hi, lo) !== guest.gfn) return false;
  const offset = lo & 0xfff;
  return offset >= guest.offset && offset < guest.offset + guest.bytes;
}

/** Whether event `index` reads it in a walk: the processor's, or KVM's own walk of the guest's tables. */
export function reads(reader: LogReader, index: number, stored: Stored): boolean {
  const word = (n: number): number => reader.payload(index, n);
  switch (reader.kind(index)) {
    case EVENT.reference: {
      const place = word(REFERENCE_PLACE);
      if (place === 0) return liesIn(stored, word(1), word(2));
      return !stored.guest && place >= stored.place && place < stored.place + stored.words;
    }
    case EVENT.kvm_mmu_paging_element:
      return liesIn(stored, word(3), word(4));
    default:
      return false;
  }
}

/** The first event after `event` that reads it in a walk of page tables. */
export function nextRead(reader: LogReader, stored: Stored, event: number): number {
  const last = Math.min(stored.to, reader.length - 1);
  for (let index = Math.max(event + 1, stored.from); index <= last; index++) {
    if (reads(reader, index, stored)) return index;
  }
  return -1;
}
