/**
 * Making mapped entries fit for dirty logging, and for its end (Linux 6.1: mmu/mmu.c kvm_mmu_slot_remove_write_access,
 * kvm_mmu_write_protect_pt_masked, kvm_mmu_zap_collapsible_sptes).
 */
import {
  type Kvm,
  kvm_flush_remote_tlbs,
  ROLE,
  roleLevel,
  SP,
  sptep_to_sp,
} from '#hypervisor/kvm/structs.ts';
import { SLOT } from '#machine/slots.ts';
import { kvm_mmu_max_mapping_level } from './hugepage.ts';
import { listedSptes } from './pte_list.ts';
import { drop_spte, rmap_write_protect } from './rmap.ts';
import { gfn_to_rmap } from './slot_arrays.ts';

/** Places of a slot's reverse-map heads of one level, ascending by frame. */
function* rmapHeads(kvm: Kvm, slot: number, level: number): Generator<number> {
  const { m } = kvm;
  const base = m.get(slot + SLOT.base_gfn);
  const first = gfn_to_rmap(m.words, base, level, slot);
  const last = gfn_to_rmap(m.words, base + m.get(slot + SLOT.npages) - 1, level, slot);
  for (let head = first; head <= last; head++) if (m.get(head) !== 0) yield head;
}

/** kvm_mmu_slot_remove_write_access: takes W from every leaf of a slot; KVM may give it back when a write is seen. */
export function kvm_mmu_slot_remove_write_access(kvm: Kvm, slot: number): void {
  let flush = false;
  for (let level = 1; level <= 3; level++) {
    for (const head of rmapHeads(kvm, slot, level)) flush = rmap_write_protect(kvm.m, head, false) || flush;
  }
  if (flush) kvm_flush_remote_tlbs(kvm);
}

/** kvm_mmu_write_protect_pt_masked: the same for the small pages of some frames. */
export function kvm_mmu_write_protect_pt_masked(kvm: Kvm, slot: number, gfns: readonly number[]): void {
  let flush = false;
  for (const gfn of gfns) {
    flush = rmap_write_protect(kvm.m, gfn_to_rmap(kvm.m.words, gfn, 1, slot), false) || flush;
  }
  if (flush) kvm_flush_remote_tlbs(kvm);
}

/** kvm_mmu_zap_collapsible_sptes: drops small direct entries where a larger page could be mapped now. */
export function kvm_mmu_zap_collapsible_sptes(kvm: Kvm, slot: number): void {
  let flush = false;
  for (const level of [1, 2]) {
    for (const head of rmapHeads(kvm, slot, level)) {
      for (const sptep of listedSptes(kvm.m.words, head)) {
        if (!isCollapsible(kvm, slot, sptep)) continue;
        drop_spte(kvm, sptep);
        flush = true;
      }
    }
  }
  if (flush) kvm_flush_remote_tlbs(kvm);
}

function isCollapsible(kvm: Kvm, slot: number, sptep: number): boolean {
  const { m } = kvm;
  const sp = sptep_to_sp(m, sptep);
  const role = m.get(sp + SP.role);
  if (!(role & ROLE.direct)) return false;
  const gfn = m.get(sp + SP.gfn);
  return roleLevel(role) < kvm_mmu_max_mapping_level(kvm, slot, gfn, 3);
}
