/**
 * The reverse map: from a guest frame to every leaf entry that maps it, and what is done to all of them.
 * Linux 6.1: mmu/mmu.c (rmap_add, rmap_remove, drop_spte, rmap_write_protect, pte_list_destroy).
 */
import { PTE } from '#arch/entry.ts';
import { traceRmapAdd, traceRmapRemove, traceSpteUpdate } from '#hypervisor/kvm/mmutrace.ts';
import {
  type Kvm,
  kvm_flush_remote_tlbs,
  ROLE,
  roleLevel,
  SP,
  sptep_index,
  sptep_to_sp,
} from '#hypervisor/kvm/structs.ts';
import { findSlot } from '#machine/slots.ts';
import type { Machine } from '#machine/words.ts';
import { firstSpte, listedSptes, pte_list_add, pte_list_count, pte_list_remove } from './pte_list.ts';
import { gfn_to_rmap } from './slot_arrays.ts';
import {
  is_mmu_writable_spte,
  is_shadow_present_pte,
  is_writable_pte,
  SPTE,
  updateNeedsFlush,
} from './spte.ts';

/** Longer lists than this are dropped as a whole. */
const RMAP_RECYCLE_THRESHOLD = 1000;
export const PG_LEVELS = 3;

/** kvm_mmu_page_get_gfn: the guest frame that entry `index` of a shadow page maps or maps through. */
export function kvm_mmu_page_get_gfn(m: Machine, sp: number, index: number): number {
  const role = m.get(sp + SP.role);
  if (role & ROLE.direct) return m.get(sp + SP.gfn) + (index << ((roleLevel(role) - 1) * 9));
  return m.get((m.get(sp + SP.shadowed_translation) << 10) + index * 2);
}

/** kvm_mmu_page_get_access: the rights (ACC) that entry `index` was made with. */
export function kvm_mmu_page_get_access(m: Machine, sp: number, index: number): number {
  const role = m.get(sp + SP.role);
  if (role & ROLE.direct) return (role & ROLE.access) >>> ROLE.accessShift;
  return m.get((m.get(sp + SP.shadowed_translation) << 10) + index * 2 + 1);
}

/** kvm_mmu_page_set_translation */
export function kvm_mmu_page_set_translation(
  m: Machine,
  sp: number,
  index: number,
  gfn: number,
  access: number,
): void {
  const frame = m.get(sp + SP.shadowed_translation);
  if (frame === 0) return;
  m.set((frame << 10) + index * 2, gfn);
  m.set((frame << 10) + index * 2 + 1, access);
}

/** rmap_add: notes that the leaf at `sptep` maps `gfn`. */
export function rmap_add(kvm: Kvm, slot: number, sptep: number, gfn: number, access: number): void {
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
}

/** rmap_remove: the entry at `sptep` no longer maps what it mapped. */
function rmap_remove(kvm: Kvm, sptep: number): void {
  const { m } = kvm;
  const sp = sptep_to_sp(m, sptep);
  const gfn = kvm_mmu_page_get_gfn(m, sp, sptep_index(sptep));
  const slot = findSlot(m.words, gfn);
  pte_list_remove(kvm, sptep, gfn_to_rmap(m.words, gfn, roleLevel(m.get(sp + SP.role)), slot));
  traceRmapRemove(m, gfn, sptep);
}

/** Stores an entry's two words. */
export function setSpte(m: Machine, sptep: number, frame: number, flags: number): void {
  m.set(sptep, frame);
  m.set(sptep + 1, flags);
}

/** drop_spte: the leaf becomes zero and leaves the reverse map. */
export function drop_spte(kvm: Kvm, sptep: number): void {
  const { m } = kvm;
  const frame = m.get(sptep);
  const flags = m.get(sptep + 1);
  setSpte(m, sptep, 0, 0);
  if (!is_shadow_present_pte(flags)) return;
  traceSpteUpdate(m, sptep, frame, flags, 'dropped');
  rmap_remove(kvm, sptep);
}

/** mmu_spte_update: a present leaf changes. Returns whether TLBs must be flushed. The caller names the reason. */
export function mmu_spte_update(
  m: Machine,
  sptep: number,
  frame: number,
  flags: number,
  why: string,
): boolean {
  const oldFrame = m.get(sptep);
  const oldFlags = m.get(sptep + 1);
  setSpte(m, sptep, frame, flags);
  if (why !== '' && (oldFrame !== frame || oldFlags !== flags))
    traceSpteUpdate(m, sptep, oldFrame, oldFlags, why);
  return updateNeedsFlush(oldFlags, flags);
}

/** kvm_zap_all_rmap_sptes: drops every entry of a list. Returns whether there was one. */
export function kvm_zap_all_rmap_sptes(kvm: Kvm, head: number): boolean {
  if (kvm.m.get(head) === 0) return false;
  for (let sptep = firstSpte(kvm.m.words, head); sptep !== 0; sptep = firstSpte(kvm.m.words, head))
    drop_spte(kvm, sptep);
  return true;
}

/**
 * spte_write_protect: takes W from a leaf.
 * @param pt_protect for a guest's page table: MMU-writable goes too, so that nothing gives W back without asking
 */
function spte_write_protect(m: Machine, sptep: number, pt_protect: boolean): boolean {
  const flags = m.get(sptep + 1);
  if (!is_writable_pte(flags) && !(pt_protect && is_mmu_writable_spte(flags))) return false;
  const now = flags & ~PTE.write & (pt_protect ? ~SPTE.mmuWritable : ~0);
  return mmu_spte_update(
    m,
    sptep,
    m.get(sptep),
    now,
    pt_protect ? 'the frame holds a guest’s table' : 'writes are logged',
  );
}

/** rmap_write_protect: takes W from every entry of a list. Returns whether TLBs must be flushed. */
export function rmap_write_protect(m: Machine, head: number, pt_protect: boolean): boolean {
  let flush = false;
  for (const sptep of listedSptes(m.words, head)) flush = spte_write_protect(m, sptep, pt_protect) || flush;
  return flush;
}

/** kvm_mmu_slot_gfn_write_protect: takes W from every leaf, of any size, that maps a gfn. */
export function kvm_mmu_slot_gfn_write_protect(kvm: Kvm, slot: number, gfn: number): boolean {
  let flush = false;
  for (let level = 1; level <= PG_LEVELS; level++) {
    flush = rmap_write_protect(kvm.m, gfn_to_rmap(kvm.m.words, gfn, level, slot), true) || flush;
  }
  return flush;
}

/** kvm_vcpu_write_protect_gfn */
export function kvm_write_protect_gfn(kvm: Kvm, gfn: number): boolean {
  const slot = findSlot(kvm.m.words, gfn);
  return slot !== 0 && kvm_mmu_slot_gfn_write_protect(kvm, slot, gfn);
}
