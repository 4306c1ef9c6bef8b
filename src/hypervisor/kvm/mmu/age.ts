/** Whether pages were used lately, and forgetting it (Linux 6.1: mmu/mmu.c kvm_age_rmap, kvm_test_age_rmap, mmu_spte_age). */

import { PTE } from '#arch/entry.ts';
import { kernel } from '#hypervisor/kvm/calls.ts';
import type { Kvm } from '#hypervisor/kvm/structs.ts';
import { listedSptes } from './pte_list.ts';
import { mmu_spte_update, PG_LEVELS } from './rmap.ts';
import { rmapHeads } from './slot_arrays.ts';

/** kvm_age_gfn: whether a leaf that maps frames `start` … `end`-1 of a slot has the A bit set; clears the bits. */
export const kvm_age_gfn = kernel(
  'kvm_age_gfn',
  (kvm: Kvm, slot: number, start: number, end: number): boolean => lookAtLeaves(kvm, slot, start, end, false),
);

/** kvm_test_age_gfn: the same, and nothing is cleared. */
export const kvm_test_age_gfn = kernel(
  'kvm_test_age_gfn',
  (kvm: Kvm, slot: number, start: number, end: number): boolean => lookAtLeaves(kvm, slot, start, end, true),
);

/** Whether a leaf of a range has the A bit set. Clears the bits unless this is a test only. */
function lookAtLeaves(kvm: Kvm, slot: number, start: number, end: number, test: boolean): boolean {
  const { m } = kvm;
  let young = false;
  for (let level = 1; level <= PG_LEVELS; level++) {
    for (const head of rmapHeads(m, slot, level, start, end)) {
      for (const sptep of listedSptes(m.words, head)) {
        const flags = m.get(sptep + 1);
        if (!(flags & PTE.accessed)) continue;
        young = true;
        if (!test)
          mmu_spte_update(
            m,
            sptep,
            m.get(sptep),
            flags & ~PTE.accessed,
            'the host asked whether it was used',
          );
      }
    }
  }
  return young;
}
