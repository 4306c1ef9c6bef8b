/**
 * Taking mappings out of the TDP MMU (Linux 6.1: mmu/tdp_mmu.c kvm_tdp_mmu_unmap_gfn_range, kvm_tdp_mmu_zap_invalidated_roots,
 * kvm_tdp_mmu_zap_collapsible_sptes).
 */
import { kernel } from '#hypervisor/kvm/calls.ts';
import { type Kvm, SP } from '#hypervisor/kvm/structs.ts';
import { SLOT } from '#machine/slots.ts';
import { kvm_mmu_max_mapping_level } from './hugepage.ts';
import { is_last_spte, is_shadow_present_pte } from './spte.ts';
import { TdpIter, tdp_iter_next } from './tdp_iter.ts';
import { forEachTdpRoot, kvm_tdp_mmu_put_root } from './tdp_mmu_roots.ts';
import { tdp_mmu_set_spte, tdp_mmu_set_spte_atomic, tdp_mmu_zap_spte_atomic } from './tdp_mmu_spte.ts';

const PG_LEVEL_1G = 3;
const KVM_MAX_HUGEPAGE_LEVEL = 3;

/** kvm_tdp_mmu_unmap_gfn_range: drops the leaves of frames `start` … `end`-1 in every root. Returns whether TLBs must be flushed. */
export const kvm_tdp_mmu_unmap_gfn_range = kernel(
  'kvm_tdp_mmu_unmap_gfn_range',
  (kvm: Kvm, start: number, end: number): boolean => {
    let flush = false;
    forEachTdpRoot(kvm, false, (root) => {
      flush = tdp_mmu_zap_leafs(kvm, root, start, end) || flush;
    });
    return flush;
  },
);

const tdp_mmu_zap_leafs = kernel(
  'tdp_mmu_zap_leafs',
  (kvm: Kvm, root: number, start: number, end: number): boolean => {
    let flush = false;
    for (const iter = new TdpIter(kvm, root, 1, start, end); iter.valid; tdp_iter_next(kvm, iter)) {
      if (!is_shadow_present_pte(iter.flags) || !is_last_spte(iter.flags, iter.level)) continue;
      tdp_mmu_set_spte(iter, 0, 0);
      flush = true;
    }
    return flush;
  },
);

/** kvm_tdp_mmu_zap_invalidated_roots: all that was mapped by roots that nobody may use any more. */
export const kvm_tdp_mmu_zap_invalidated_roots = kernel(
  'kvm_tdp_mmu_zap_invalidated_roots',
  (kvm: Kvm): void =>
    forEachTdpRoot(kvm, false, (root) => {
      if (!kvm.m.get(root + SP.tdp_mmu_scheduled_root_to_zap)) return;
      kvm.m.set(root + SP.tdp_mmu_scheduled_root_to_zap, 0);
      tdp_mmu_zap_root(kvm, root);
      kvm_tdp_mmu_put_root(kvm, root);
    }),
);

/** tdp_mmu_zap_root: in two passes, first what lies below 1 GiB entries, so that no single step takes long. */
function tdp_mmu_zap_root(kvm: Kvm, root: number): void {
  __tdp_mmu_zap_root(kvm, root, PG_LEVEL_1G);
  __tdp_mmu_zap_root(kvm, root, kvm.tdpLevels);
}

const __tdp_mmu_zap_root = kernel('__tdp_mmu_zap_root', (kvm: Kvm, root: number, zap_level: number): void => {
  const end = 2 ** (kvm.maxphyaddr - 12);
  for (const iter = new TdpIter(kvm, root, zap_level, 0, end); iter.valid; tdp_iter_next(kvm, iter)) {
    if (is_shadow_present_pte(iter.flags) && iter.level <= zap_level) tdp_mmu_set_spte_atomic(iter, 0, 0);
  }
});

/** kvm_tdp_mmu_zap_collapsible_sptes: tables in whose place a large page could be mapped now. */
export const kvm_tdp_mmu_zap_collapsible_sptes = kernel(
  'kvm_tdp_mmu_zap_collapsible_sptes',
  (kvm: Kvm, slot: number): void =>
    forEachTdpRoot(kvm, true, (root) => zap_collapsible_spte_range(kvm, root, slot)),
);

const zap_collapsible_spte_range = kernel(
  'zap_collapsible_spte_range',
  (kvm: Kvm, root: number, slot: number): void => {
    const start = kvm.m.get(slot + SLOT.base_gfn);
    const end = start + kvm.m.get(slot + SLOT.npages);
    for (const iter = new TdpIter(kvm, root, 2, start, end); iter.valid; tdp_iter_next(kvm, iter)) {
      if (iter.level > KVM_MAX_HUGEPAGE_LEVEL || !is_shadow_present_pte(iter.flags)) continue;
      if (is_last_spte(iter.flags, iter.level)) continue;
      if (iter.gfn < start || iter.gfn >= end) continue;
      const level = kvm_mmu_max_mapping_level(kvm, slot, iter.gfn, KVM_MAX_HUGEPAGE_LEVEL);
      if (level >= iter.level) tdp_mmu_zap_spte_atomic(iter);
    }
  },
);
