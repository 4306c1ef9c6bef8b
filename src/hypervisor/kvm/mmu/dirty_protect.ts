/**
 * Making mapped entries fit for dirty logging, and for its end (Linux 6.1: mmu/mmu.c kvm_mmu_slot_remove_write_access,
 * kvm_mmu_slot_leaf_clear_dirty, kvm_arch_mmu_enable_log_dirty_pt_masked, kvm_mmu_zap_collapsible_sptes).
 */
import { kernel } from '#hypervisor/kvm/calls.ts';
import { kvm_flush_remote_tlbs } from '#hypervisor/kvm/requests.ts';
import { type Kvm, ROLE, roleLevel, SP, sptep_to_sp } from '#hypervisor/kvm/structs.ts';
import { SLOT } from '#machine/slots.ts';
import { kvm_mmu_max_mapping_level } from './hugepage.ts';
import { listedSptes } from './pte_list.ts';
import { drop_spte, mmu_spte_update, rmap_write_protect, spte_write_protect } from './rmap.ts';
import { gfn_to_rmap, PG_LEVELS, rmapHeads } from './slot_arrays.ts';
import { spte_ad_enabled } from './spte.ts';
import {
  kvm_tdp_mmu_clear_dirty_pt_masked,
  kvm_tdp_mmu_clear_dirty_slot,
  kvm_tdp_mmu_try_split_huge_pages,
  kvm_tdp_mmu_wrprot_slot,
} from './tdp_mmu_dirty.ts';
import { kvm_tdp_mmu_zap_collapsible_sptes } from './tdp_mmu_zap.ts';

/** All of a slot's reverse-map heads of one level that KVM looks at; none where no reverse map is kept. */
function slotHeads(kvm: Kvm, slot: number, level: number): Iterable<number> {
  if (kvm.tdpMmu) return [];
  const base = kvm.m.get(slot + SLOT.base_gfn);
  return rmapHeads(kvm.m, slot, level, base, base + kvm.m.get(slot + SLOT.npages));
}

/** kvm_mmu_slot_try_split_huge_pages: only the TDP MMU splits large pages ahead of the first write to them. */
export const kvm_mmu_slot_try_split_huge_pages = kernel(
  'kvm_mmu_slot_try_split_huge_pages',
  (kvm: Kvm, slot: number): void => {
    if (kvm.tdpMmu) kvm_tdp_mmu_try_split_huge_pages(kvm, slot);
  },
);

/**
 * kvm_mmu_slot_remove_write_access: takes W from every leaf of `start_level` and above; KVM may give it back when a write is
 * seen. The caller flushes.
 */
export const kvm_mmu_slot_remove_write_access = kernel(
  'kvm_mmu_slot_remove_write_access',
  (kvm: Kvm, slot: number, start_level: number): void => {
    for (let level = start_level; level <= PG_LEVELS; level++)
      for (const head of slotHeads(kvm, slot, level)) rmap_write_protect(kvm, head, false);
    if (kvm.tdpMmu) kvm_tdp_mmu_wrprot_slot(kvm, slot, start_level);
  },
);

/** kvm_mmu_slot_leaf_clear_dirty: clears D of every small leaf, so that the processor notes the next write. The caller flushes. */
export const kvm_mmu_slot_leaf_clear_dirty = kernel(
  'kvm_mmu_slot_leaf_clear_dirty',
  (kvm: Kvm, slot: number): void => {
    for (const head of slotHeads(kvm, slot, 1)) __rmap_clear_dirty(kvm, head);
    if (kvm.tdpMmu) kvm_tdp_mmu_clear_dirty_slot(kvm, slot);
  },
);

/** __rmap_clear_dirty: of every entry of a list. */
const __rmap_clear_dirty = kernel('__rmap_clear_dirty', (kvm: Kvm, head: number): void => {
  const { m, format } = kvm;
  for (const sptep of listedSptes(m.words, head)) {
    const flags = m.get(sptep + 1);
    if (!spte_ad_enabled(flags)) spte_write_protect(kvm, sptep, false);
    else mmu_spte_update(kvm, sptep, m.get(sptep), flags & ~format.dirty, 'writes are logged');
  }
});

/**
 * kvm_arch_mmu_enable_log_dirty_pt_masked: the small pages of some frames, which one word of the bitmap names, are made fit to be
 * logged again: W is taken, or D where the processor keeps the log.
 * @param gfns ascending, within 64 frames from `base`
 */
export const kvm_arch_mmu_enable_log_dirty_pt_masked = kernel(
  'kvm_arch_mmu_enable_log_dirty_pt_masked',
  (kvm: Kvm, slot: number, base: number, gfns: readonly number[]): void => {
    const byProcessor = cpuKeepsDirtyLog(kvm);
    if (kvm.tdpMmu) {
      kvm_tdp_mmu_clear_dirty_pt_masked(kvm, base, gfns, !byProcessor);
      return;
    }
    for (const gfn of gfns) {
      const head = gfn_to_rmap(kvm.m.words, gfn, 1, slot);
      if (byProcessor) __rmap_clear_dirty(kvm, head);
      else rmap_write_protect(kvm, head, false);
    }
  },
);

/** Whether the processor notes written pages by itself (kvm_x86_ops.cpu_dirty_log_size: PML, which needs D bits). */
export const cpuKeepsDirtyLog = (kvm: Kvm): boolean => kvm.parameters.pml;

/** kvm_mmu_zap_collapsible_sptes: drops what is mapped small where a larger page could be mapped now. */
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
    if (kvm.tdpMmu) kvm_tdp_mmu_zap_collapsible_sptes(kvm, slot);
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
