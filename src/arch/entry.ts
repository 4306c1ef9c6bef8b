/**
 * Page-table entries of x86, bit by bit, and which of their bits are reserved.
 * Intel SDM vol. 3 sections 4.3 to 4.5; AMD APM vol. 2 sections 5.2 to 5.4.
 *
 *     63  62…52  51…12          11…9  8  7   6  5  4    3    2  1  0
 *     NX  avail  frame          avail G  PS  D  A  PCD  PWT  U  W  P
 *
 * In a 32-bit table an entry is the low 32 bits of that. Entries are swizzled pairs (word64.ts); the constants are bits of
 * the flags word.
 */

import type { PagingMode } from './paging-mode.ts';
import { NX_FLAG } from './word64.ts';

export const PTE = {
  present: 1 << 0,
  write: 1 << 1,
  user: 1 << 2,
  pwt: 1 << 3,
  pcd: 1 << 4,
  accessed: 1 << 5,
  dirty: 1 << 6,
  pageSize: 1 << 7,
  global: 1 << 8,
  nx: NX_FLAG,
} as const;

/**
 * The entry of 4 bytes in a pair: its upper half (`high` 1) or its lower one (0). Without a branch, since there is no telling which
 * is next.
 */
export function narrowEntry(high: number, frame: number, flags: number): number {
  const turned = (frame << 12) | (frame >>> 20);
  const fromTurned = 0xfff ^ (high - 1);
  return (turned & fromTurned) | (flags & ~fromTurned);
}

/** An entry that was read, as a swizzled pair. */
export interface ReadEntry {
  frame: number;
  flags: number;
}

/** Reads the entry whose pair is at a place. @param high of the two entries of 4 bytes there, the upper one (1) or the lower (0) */
export function readEntry(
  words: Int32Array,
  place: number,
  bytes: 4 | 8,
  high: number,
  into: ReadEntry,
): void {
  const frame = words[place] as number;
  const flags = words[place + 1] as number;
  if (bytes === 8) {
    into.frame = frame;
    into.flags = flags;
    return;
  }
  const entry = narrowEntry(high, frame, flags);
  into.frame = entry >>> 12;
  into.flags = entry & 0xfff;
}

/** Reserved bits of one kind of entry, as masks of the swizzled pair. */
export interface ReservedMask {
  readonly frame: number;
  readonly flags: number;
}

const NOTHING: ReservedMask = { frame: 0, flags: 0 };

/** Mask of the bits `low`..`high` (both included, 0..63) of an entry as a swizzled pair. */
export function bitsMask(low: number, high: number): ReservedMask {
  let frame = 0;
  let flags = 0;
  for (let bit = low; bit <= high; bit++) {
    if (bit >= 12 && bit < 44) frame |= 1 << (bit - 12);
    else flags |= bit < 12 ? 1 << bit : 1 << (bit - 32);
  }
  return { frame, flags };
}

const union = (...masks: ReservedMask[]): ReservedMask => ({
  frame: masks.reduce((all, mask) => all | mask.frame, 0),
  flags: masks.reduce((all, mask) => all | mask.flags, 0),
});

/** What decides which bits are reserved, beside the mode. */
export interface ReservedRules {
  /** Physical address bits of the processor, 32..52. */
  readonly maxphyaddr: number;
  /** AMD reserves bit 8 of PML4 and PML5 entries; Intel ignores it. */
  readonly amd: boolean;
  /** The processor has 1 GiB pages. */
  readonly gigabytePages: boolean;
  /** Address bits 32 and up of a 4 MiB page: how many bits of it there are (PSE-36 has 4). */
  readonly pse36Bits: number;
}

/**
 * Reserved bits of every kind of entry in a mode: `[0]` of a level points to a table (or is the last level), `[1]` maps a
 * large page. Indexed by level; level 0 is unused.
 */
export function reservedMasks(
  mode: PagingMode,
  rules: ReservedRules,
): readonly (readonly [ReservedMask, ReservedMask])[] {
  const none: [ReservedMask, ReservedMask] = [NOTHING, NOTHING];
  if (mode.levels === 0) return [none];
  if (mode.entryBytes === 4)
    return [none, none, [NOTHING, mode.pse ? bitsMask(13 + rules.pse36Bits, 21) : NOTHING]];
  const nx = mode.nxe ? NOTHING : bitsMask(63, 63);
  const address = rules.maxphyaddr < 52 ? bitsMask(rules.maxphyaddr, 51) : NOTHING;
  const high = union(address, nx, mode.levels === 3 ? bitsMask(52, 62) : NOTHING);
  const last: [ReservedMask, ReservedMask] = [high, high];
  const directory: [ReservedMask, ReservedMask] = [high, union(high, bitsMask(13, 20))];
  if (mode.levels === 3) {
    const pointer = union(bitsMask(1, 2), bitsMask(5, 8), bitsMask(63, 63), address, bitsMask(52, 62));
    return [none, last, directory, [pointer, pointer]];
  }
  const noLarge = rules.gigabytePages ? NOTHING : bitsMask(7, 7);
  const pointer: [ReservedMask, ReservedMask] = [high, union(high, bitsMask(13, 29), noLarge)];
  const top = union(high, bitsMask(7, 7), rules.amd ? bitsMask(8, 8) : NOTHING);
  return [none, last, directory, pointer, [top, top], [top, top]];
}

/** Whether the entry at `level` maps a page there instead of pointing to a table. */
export function isLeaf(mode: PagingMode, level: number, flags: number): boolean {
  if (level === 1) return true;
  if (!(flags & PTE.pageSize)) return false;
  return mode.entryBytes === 4 ? mode.pse : level === 2 || (level === 3 && mode.levels >= 4);
}

/** Whether an entry has one of the bits in `masks` (those of its level) set. */
export function hasReservedBits(
  masks: readonly [ReservedMask, ReservedMask],
  leaf: boolean,
  frame: number,
  flags: number,
): boolean {
  const mask = leaf ? masks[1] : masks[0];
  return (frame & mask.frame) !== 0 || (flags & mask.flags) !== 0;
}

/** First frame of the large page that a level-`level` leaf maps (PSE-36: bits 13..20 are address bits 32..39). */
export function leafFrame(mode: PagingMode, level: number, frame: number): number {
  if (level === 1) return frame;
  if (mode.entryBytes === 4) return (frame & 0xffc00) | ((frame & 0x1fe) << 19);
  return frame & ~((1 << ((level - 1) * 9)) - 1);
}
