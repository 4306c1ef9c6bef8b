/**
 * Making mapped entries fit for dirty logging, and for its end (Linux 6.1: mmu/mmu.c kvm_mmu_slot_remove_write_access,
 * kvm_mmu_write_protect_pt_masked, kvm_mmu_zap_collapsible_sptes).
 */
import { kernel, noted } from '#hypervisor/kvm/calls.ts';
import { kvm_flush_remote_tlbs } from '#hypervisor/kvm/requests.ts';
import { type Kvm, ROLE, roleLevel, SP, sptep_to_sp } from '#hypervisor/kvm/structs.ts';
import { SLOT } from '#machine/slots.ts';
import { kvm_mmu_max_mapping_level } from './hugepage.ts';
import { listedSptes } from './pte_list.ts';
import { drop_spte, PG_LEVELS, rmap_write_protect } from './rmap.ts';
import { gfn_to_rmap, rmapHeads } from './slot_arrays.ts';

/** All of a slot's reverse-map heads of one level that KVM looks at. */
function slotHeads(kvm: Kvm, slot: number, level: number): Generator<number> {
  const base = kvm.m.get(slot + SLOT.base_gfn);
  return rmapHeads(kvm.m, slot, level, base, base + kvm.m.get(slot + SLOT.npages));
}

/** kvm_mmu_slot_try_split_huge_pages: without the TDP MMU no large page is split ahead of the first write to it. */
export const kvm_mmu_slot_try_split_huge_pages = noted('kvm_mmu_slot_try_split_huge_pages');

/** kvm_mmu_slot_remove_write_access: takes W from every leaf of a slot; KVM may give it back when a write is seen. The caller flushes. */
export const kvm_mmu_slot_remove_write_access = kernel(
  'kvm_mmu_slot_remove_write_access',
  (kvm: Kvm, slot: number): void => {
    for (let level = 1; level <= PG_LEVELS; level++)
      for (const head of slotHeads(kvm, slot, level)) rmap_write_protect(kvm.m, head, false);
  },
);

/** kvm_arch_mmu_enable_log_dirty_pt_masked: the same for the small pages of some frames, which one word of the bitmap names. */
export const kvm_arch_mmu_enable_log_dirty_pt_masked = kernel(
  'kvm_arch_mmu_enable_log_dirty_pt_masked',
  (kvm: Kvm, slot: number, gfns: readonly number[]): void => {
    for (const gfn of gfns) rmap_write_protect(kvm.m, gfn_to_rmap(kvm.m.words, gfn, 1, slot), false);
  },
);

/** kvm_mmu_zap_collapsible_sptes: drops small direct entries where a larger page could be mapped now. */
export const kvm_mmu_zap_collapsible_sptes = kernel(
  'kvm_mmu_zap_collapsible_sptes',
  (kvm: Kvm, slot: number): void => {
    let flush = false;
    for (const level of [1, 2]) {
      for (const head of slotHeads(kvm, slot, level)) {
        for (const sptep of listedSptes(kvm.m.words, head)) {
          if (!isCollapsible(kvm, slot, sptep)) continue;
          drop_spte(kvm, sptep);
          flush = true;
        }
      }
    }
    if (flush) kvm_flush_remote_tlbs(kvm);
  },
);

function isCollapsible(kvm: Kvm, slot: number, sptep: number): boolean {
  const { m } = kvm;
  const sp = sptep_to_sp(m, sptep);
  const role = m.get(sp + SP.role);
  if (!(role & ROLE.direct)) return false;
  const gfn = m.get(sp + SP.gfn);
  return roleLevel(role) < kvm_mmu_max_mapping_level(kvm, slot, gfn, 3);
}
