/** Whether pages of the TDP MMU were used lately, and forgetting it (Linux 6.1: mmu/tdp_mmu.c kvm_tdp_mmu_age_gfn_range, kvm_tdp_mmu_test_age_gfn). */
import { kernel } from '#hypervisor/kvm/calls.ts';
import { kvm_set_pfn_dirty } from '#hypervisor/kvm/memslot.ts';
import type { Kvm } from '#hypervisor/kvm/structs.ts';
import {
  is_accessed_spte,
  is_last_spte,
  is_shadow_present_pte,
  is_writable_pte,
  mark_spte_for_access_track,
  spte_ad_enabled,
} from './spte.ts';
import { TdpIter, tdp_iter_next } from './tdp_iter.ts';
import { tdpRoots } from './tdp_mmu_roots.ts';
import { tdp_mmu_set_spte } from './tdp_mmu_spte.ts';

/** kvm_tdp_mmu_age_gfn_range: whether a leaf of frames `start` … `end`-1 was used; from now on it counts as unused. */
export const kvm_tdp_mmu_age_gfn_range = kernel(
  'kvm_tdp_mmu_age_gfn_range',
  (kvm: Kvm, start: number, end: number): boolean => {
    let young = false;
    forEachUsedLeaf(kvm, start, end, (iter) => {
      young = true;
      if (!spte_ad_enabled(iter.flags) && is_writable_pte(iter.flags)) kvm_set_pfn_dirty(kvm);
      const now = mark_spte_for_access_track(kvm, iter.flags);
      tdp_mmu_set_spte(iter, iter.frame, now, { accessTrack: true });
    });
    return young;
  },
);

/** kvm_tdp_mmu_test_age_gfn: the same, and nothing is changed. */
export const kvm_tdp_mmu_test_age_gfn = kernel(
  'kvm_tdp_mmu_test_age_gfn',
  (kvm: Kvm, start: number, end: number): boolean => {
    let young = false;
    forEachUsedLeaf(kvm, start, end, () => {
      young = true;
    });
    return young;
  },
);

/** kvm_tdp_mmu_handle_gfn, for the leaves that were used. */
function forEachUsedLeaf(kvm: Kvm, start: number, end: number, work: (iter: TdpIter) => void): void {
  for (const root of tdpRoots(kvm)) {
    for (const iter = new TdpIter(kvm, root, 1, start, end); iter.valid; tdp_iter_next(kvm, iter)) {
      if (!is_shadow_present_pte(iter.flags) || !is_last_spte(iter.flags, iter.level)) continue;
      if (is_accessed_spte(kvm.format, iter.flags)) work(iter);
    }
  }
}
