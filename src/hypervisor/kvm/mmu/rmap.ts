/**
 * The reverse map: from a guest frame to every leaf entry that maps it, and what is done to all of them.
 * Linux 6.1: mmu/mmu.c (rmap_add, rmap_remove, drop_spte, rmap_write_protect, pte_list_destroy).
 */

import { kernel } from '#hypervisor/kvm/calls.ts';
import { kvm_set_pfn_accessed, kvm_set_pfn_dirty, kvm_vcpu_gfn_to_memslot } from '#hypervisor/kvm/memslot.ts';
import { traceRmapAdd, traceRmapRemove, traceSpteUpdate } from '#hypervisor/kvm/mmutrace.ts';
import { kvm_flush_remote_tlbs } from '#hypervisor/kvm/requests.ts';
import {
  type Kvm,
  kvm_mmu_page_get_gfn,
  roleLevel,
  SP,
  sptep_index,
  sptep_to_sp,
  type Vcpu,
} from '#hypervisor/kvm/structs.ts';
import type { Note } from '#machine/events.ts';
import { findSlot } from '#machine/slots.ts';
import type { Machine } from '#machine/words.ts';
import { freeList, listedSptes, pte_list_add, pte_list_count, pte_list_remove } from './pte_list.ts';
import { gfn_to_rmap, PG_LEVELS } from './slot_arrays.ts';
import {
  is_accessed_spte,
  is_dirty_spte,
  is_mmu_writable_spte,
  is_shadow_present_pte,
  is_writable_pte,
  SPTE,
  spte_has_volatile_bits,
  updateNeedsFlush,
} from './spte.ts';

/** Longer lists than this are dropped as a whole. */
const RMAP_RECYCLE_THRESHOLD = 1000;

/** kvm_mmu_page_set_translation */
export const kvm_mmu_page_set_translation = kernel(
  'kvm_mmu_page_set_translation',
  (m: Machine, sp: number, index: number, gfn: number, access: number): void => {
    const frame = m.get(sp + SP.shadowed_translation);
    if (frame === 0) return;
    m.set((frame << 10) + index * 2, gfn);
    m.set((frame << 10) + index * 2 + 1, access);
  },
);

/** __rmap_add: notes that the leaf at `sptep` maps `gfn`. */
export const __rmap_add = kernel(
  '__rmap_add',
  (kvm: Kvm, slot: number, sptep: number, gfn: number, access: number): void => {
    const { m } = kvm;
    const sp = sptep_to_sp(m, sptep);
    kvm_mmu_page_set_translation(m, sp, sptep_index(sptep), gfn, access);
    const head = gfn_to_rmap(m.words, gfn, roleLevel(m.get(sp + SP.role)), slot);
    pte_list_add(kvm, sptep, head);
    traceRmapAdd(m, gfn, sptep);
    if (pte_list_count(m.words, head) > RMAP_RECYCLE_THRESHOLD) {
      kvm_zap_all_rmap_sptes(kvm, head);
      kvm_flush_remote_tlbs(kvm);
    }
  },
);

/** The guest frame that the entry at `sptep` maps. */
const mappedGfn = (m: Machine, sptep: number): number =>
  kvm_mmu_page_get_gfn(m.words, sptep_to_sp(m, sptep), sptep_index(sptep));

/** rmap_remove: the entry at `sptep` no longer maps what it mapped. */
function rmap_remove(kvm: Kvm, sptep: number): void {
  const { m } = kvm;
  const gfn = mappedGfn(m, sptep);
  const slot = findSlot(m.words, gfn);
  const level = roleLevel(m.get(sptep_to_sp(m, sptep) + SP.role));
  pte_list_remove(kvm, sptep, gfn_to_rmap(m.words, gfn, level, slot));
  traceRmapRemove(m, gfn, sptep);
}

/** Stores an entry's two words. */
export function setSpte(m: Machine, sptep: number, frame: number, flags: number): void {
  m.set(sptep, frame);
  m.set(sptep + 1, flags);
}

/** mmu_spte_clear_track_bits: the leaf becomes zero, and the host learns what its A and D said. False if it was not present. */
const mmu_spte_clear_track_bits = kernel('mmu_spte_clear_track_bits', (kvm: Kvm, sptep: number): boolean => {
  const { m, format } = kvm;
  const frame = m.get(sptep);
  const flags = m.get(sptep + 1);
  setSpte(m, sptep, 0, 0);
  if (!is_shadow_present_pte(flags)) return false;
  spte_has_volatile_bits(m);
  if (is_accessed_spte(format, flags)) kvm_set_pfn_accessed(m);
  if (is_dirty_spte(format, flags)) kvm_set_pfn_dirty(m);
  traceSpteUpdate(m, sptep, frame, flags, 'dropped');
  return true;
});

/** drop_spte: the leaf becomes zero and leaves the reverse map. */
export const drop_spte = kernel('drop_spte', (kvm: Kvm, sptep: number): void => {
  if (mmu_spte_clear_track_bits(kvm, sptep)) rmap_remove(kvm, sptep);
});

/** mmu_spte_update_no_track: stores an entry. */
export const mmu_spte_update_no_track = kernel(
  'mmu_spte_update_no_track',
  (m: Machine, sptep: number, frame: number, flags: number): void => {
    if (is_shadow_present_pte(m.get(sptep + 1))) spte_has_volatile_bits(m);
    setSpte(m, sptep, frame, flags);
  },
);

/** mmu_spte_update: a present leaf changes. Returns whether TLBs must be flushed. The caller names the reason. */
export const mmu_spte_update = kernel(
  'mmu_spte_update',
  ({ m, format }: Kvm, sptep: number, frame: number, flags: number, why: Note | ''): boolean => {
    const oldFrame = m.get(sptep);
    const oldFlags = m.get(sptep + 1);
    mmu_spte_update_no_track(m, sptep, frame, flags);
    if (is_accessed_spte(format, oldFlags) && !is_accessed_spte(format, flags)) kvm_set_pfn_accessed(m);
    if (is_dirty_spte(format, oldFlags) && !is_dirty_spte(format, flags)) kvm_set_pfn_dirty(m);
    if (why !== '' && (oldFrame !== frame || oldFlags !== flags))
      traceSpteUpdate(m, sptep, oldFrame, oldFlags, why);
    return updateNeedsFlush(format, oldFlags, flags);
  },
);

/** kvm_zap_all_rmap_sptes: drops every entry of a list. Returns whether there was one. */
export const kvm_zap_all_rmap_sptes = kernel('kvm_zap_all_rmap_sptes', (kvm: Kvm, head: number): boolean => {
  const { m } = kvm;
  const sptes = listedSptes(m.words, head);
  for (const sptep of sptes) mmu_spte_clear_track_bits(kvm, sptep);
  freeList(kvm, head);
  for (const sptep of sptes) traceRmapRemove(m, mappedGfn(m, sptep), sptep);
  return sptes.length > 0;
});

/**
 * spte_write_protect: takes W from a leaf.
 * @param pt_protect for a guest's page table: MMU-writable goes too, so that nothing gives W back without asking
 */
export function spte_write_protect(kvm: Kvm, sptep: number, pt_protect: boolean): boolean {
  const { m, format } = kvm;
  const flags = m.get(sptep + 1);
  if (!is_writable_pte(flags) && !(pt_protect && is_mmu_writable_spte(format, flags))) return false;
  const now = flags & ~SPTE.write & (pt_protect ? ~format.mmuWritable : ~0);
  return mmu_spte_update(
    kvm,
    sptep,
    m.get(sptep),
    now,
    pt_protect ? 'the frame holds a guest’s table' : 'writes are logged',
  );
}

/** rmap_write_protect: takes W from every entry of a list. Returns whether TLBs must be flushed. */
export const rmap_write_protect = kernel(
  'rmap_write_protect',
  (kvm: Kvm, head: number, pt_protect: boolean): boolean => {
    let flush = false;
    for (const sptep of listedSptes(kvm.m.words, head))
      flush = spte_write_protect(kvm, sptep, pt_protect) || flush;
    return flush;
  },
);

/** kvm_mmu_slot_gfn_write_protect: takes W from every leaf, of any size, that maps a gfn. */
export const kvm_mmu_slot_gfn_write_protect = kernel(
  'kvm_mmu_slot_gfn_write_protect',
  (kvm: Kvm, slot: number, gfn: number): boolean => {
    let flush = false;
    for (let level = 1; level <= PG_LEVELS; level++) {
      flush = rmap_write_protect(kvm, gfn_to_rmap(kvm.m.words, gfn, level, slot), true) || flush;
    }
    return flush;
  },
);

/** kvm_vcpu_write_protect_gfn */
export const kvm_vcpu_write_protect_gfn = kernel(
  'kvm_vcpu_write_protect_gfn',
  (vcpu: Vcpu, gfn: number): boolean => {
    const slot = kvm_vcpu_gfn_to_memslot(vcpu, gfn);
    return slot !== 0 && kvm_mmu_slot_gfn_write_protect(vcpu.kvm, slot, gfn);
  },
);
