/** Whether pages were used lately, and forgetting it (Linux 6.1: mmu/mmu.c kvm_age_rmap, kvm_test_age_rmap, mmu_spte_age). */
import { PTE } from '#arch/entry.ts';
import type { Kvm } from '#hypervisor/kvm/structs.ts';
import { listedSptes } from './pte_list.ts';
import { mmu_spte_update } from './rmap.ts';
import { gfn_to_rmap } from './slot_arrays.ts';

/**
 * Looks at every leaf that maps frames `start` … `end`-1 of a slot. Returns whether one has the A bit set; clears the bits
 * unless this is a test only.
 */
export function kvm_age_gfn_range(
  kvm: Kvm,
  slot: number,
  start: number,
  end: number,
  test: boolean,
): boolean {
  const { m } = kvm;
  let young = false;
  for (let level = 1; level <= 3; level++) {
    const shift = (level - 1) * 9;
    for (let page = start >>> shift; page <= (end - 1) >>> shift; page++) {
      const head = gfn_to_rmap(m.words, Math.max(page << shift, start), level, slot);
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
