/** Whether pages were used lately, and forgetting it (Linux 6.1: mmu/mmu.c kvm_age_gfn, kvm_test_age_gfn, mmu_spte_age). */

import { kernel } from '#hypervisor/kvm/calls.ts';
import { kvm_set_pfn_dirty } from '#hypervisor/kvm/memslot.ts';
import { traceSpteUpdate } from '#hypervisor/kvm/mmutrace.ts';
import type { Kvm } from '#hypervisor/kvm/structs.ts';
import { listedSptes } from './pte_list.ts';
import { mmu_spte_update_no_track, setSpte } from './rmap.ts';
import { PG_LEVELS, rmapHeads } from './slot_arrays.ts';
import { is_accessed_spte, is_writable_pte, mark_spte_for_access_track, spte_ad_enabled } from './spte.ts';
import { kvm_tdp_mmu_age_gfn_range, kvm_tdp_mmu_test_age_gfn } from './tdp_mmu_age.ts';

/** kvm_age_gfn: whether a leaf that maps frames `start` … `end`-1 of a slot was used; from now on it counts as unused. */
export const kvm_age_gfn = kernel(
  'kvm_age_gfn',
  (kvm: Kvm, slot: number, start: number, end: number): boolean => {
    let young = false;
    for (const sptep of leavesOf(kvm, slot, start, end)) young = mmu_spte_age(kvm, sptep) || young;
    return (kvm.tdpMmu && kvm_tdp_mmu_age_gfn_range(kvm, start, end)) || young;
  },
);

/** kvm_test_age_gfn: the same, and nothing is changed. */
export const kvm_test_age_gfn = kernel(
  'kvm_test_age_gfn',
  (kvm: Kvm, slot: number, start: number, end: number): boolean => {
    for (const sptep of leavesOf(kvm, slot, start, end))
      if (is_accessed_spte(kvm.format, kvm.m.get(sptep + 1))) return true;
    return kvm.tdpMmu && kvm_tdp_mmu_test_age_gfn(kvm, start, end);
  },
);

/** Every leaf in the reverse maps of a range, level by level; the TDP MMU keeps none. */
function* leavesOf({ m, tdpMmu }: Kvm, slot: number, start: number, end: number): Generator<number> {
  for (let level = 1; level <= PG_LEVELS && !tdpMmu; level++) {
    for (const head of rmapHeads(m, slot, level, start, end)) yield* listedSptes(m.words, head);
  }
}

/** mmu_spte_age: whether a leaf was used; from now on it counts as unused. */
function mmu_spte_age(kvm: Kvm, sptep: number): boolean {
  const { m, format } = kvm;
  const frame = m.get(sptep);
  const flags = m.get(sptep + 1);
  if (!is_accessed_spte(format, flags)) return false;
  if (spte_ad_enabled(flags)) setSpte(m, sptep, frame, flags & ~format.accessed);
  else {
    if (is_writable_pte(flags)) kvm_set_pfn_dirty(kvm);
    mmu_spte_update_no_track(m, sptep, frame, mark_spte_for_access_track(kvm, flags));
  }
  traceSpteUpdate(m, sptep, frame, flags, 'the host asked whether it was used');
  return true;
}
