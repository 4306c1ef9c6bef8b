/** Where a slot's per-page arrays keep a guest frame's word (Linux 6.1: mmu.h gfn_to_index; mmu/mmu.c lpage_info_slot, gfn_to_rmap). */

import { SLOT_ARCH } from '#hypervisor/kvm/structs.ts';
import { SLOT } from '#machine/slots.ts';
import type { Machine } from '#machine/words.ts';

/** Levels that a page can be mapped at, each with lists of its own: 4 KiB, 2 MiB, 1 GiB (KVM_NR_PAGE_SIZES). */
export const PG_LEVELS = 3;

/** gfn_to_index: which entry of an array with one word for each page of `level` belongs to a gfn. */
export const gfn_to_index = (gfn: number, base_gfn: number, level: number): number =>
  (gfn >>> ((level - 1) * 9)) - (base_gfn >>> ((level - 1) * 9));

function place(words: Int32Array, slot: number, array: number, gfn: number, level: number): number {
  const arch = words[slot + SLOT.arch] as number;
  return (words[arch + array] as number) + gfn_to_index(gfn, words[slot + SLOT.base_gfn] as number, level);
}

/** gfn_to_rmap: place of the list of leaves of `level` that map `gfn`. */
export const gfn_to_rmap = (words: Int32Array, gfn: number, level: number, slot: number): number =>
  place(words, slot, SLOT_ARCH.rmap + level - 1, gfn, level);

/** lpage_info_slot: place of the count of reasons why no page of `level` (2 or 3) may map a gfn. */
export const lpage_info_slot = (words: Int32Array, gfn: number, slot: number, level: number): number =>
  place(words, slot, SLOT_ARCH.lpage_info + level - 2, gfn, level);

/** Place of the count of reasons why a gfn is write-tracked. */
export const gfn_track_slot = (words: Int32Array, gfn: number, slot: number): number =>
  place(words, slot, SLOT_ARCH.gfn_track, gfn, 1);

/**
 * for_each_slot_rmap_range: places of the lists of leaves of `level` for frames `start` … `end`-1 of a slot. The first list is
 * visited in any case, the others if something is in them.
 */
export function* rmapHeads(
  m: Machine,
  slot: number,
  level: number,
  start: number,
  end: number,
): Generator<number> {
  const first = gfn_to_rmap(m.words, start, level, slot);
  const last = gfn_to_rmap(m.words, end - 1, level, slot);
  for (let head = first; head <= last; head++) if (head === first || m.get(head) !== 0) yield head;
}
