import { listedSptes } from '#hypervisor/kvm/mmu/pte_list.ts';
import { gfn_to_rmap, PG_LEVELS } from '#hypervisor/kvm/mmu/slot_arrays.ts';
import { kvm_mmu_page_get_gfn } from '#hypervisor/kvm/structs.ts';
import { findSlot, SLOT, slotPlaces } from '#machine/slots.ts';
import { entryName, type Rule, type Structures } from './structures.ts';

/** Each leaf is in the reverse map of its frame exactly once, and nothing else is; the TDP MMU's are in none. */
export const reverseMap: Rule = (structures, tell) => {
  const { words } = structures;
  const expected = expectedLists(structures);
  for (const slot of slotPlaces(words)) {
    const base = words[slot + SLOT.base_gfn] as number;
    const last = base + (words[slot + SLOT.npages] as number) - 1;
    for (let level = 1; level <= PG_LEVELS; level++) {
      const end = gfn_to_rmap(words, last, level, slot) + 1;
      for (let head = gfn_to_rmap(words, base, level, slot); head < end; head++) {
        if (words[head] === 0) continue;
        for (const sptep of listedSptes(words, head)) {
          if (expected.get(sptep) === head) expected.delete(sptep);
          else
            tell(
              `a reverse map names ${entryName(structures, sptep)}, which is no leaf of that frame, or twice`,
            );
        }
      }
    }
  }
  for (const sptep of expected.keys()) tell(`${entryName(structures, sptep)} is in no reverse map`);
};

/** Place of each leaf, and of the list that it belongs in. Leaves outside of slots have none. */
function expectedLists({ words, present }: Structures): Map<number, number> {
  const expected = new Map<number, number>();
  for (const { page, index, place, leaf } of present) {
    if (!leaf || page.tdp) continue;
    const gfn = kvm_mmu_page_get_gfn(words, page.sp, index);
    const slot = findSlot(words, gfn);
    if (slot !== 0) expected.set(place, gfn_to_rmap(words, gfn, page.level, slot));
  }
  return expected;
}
