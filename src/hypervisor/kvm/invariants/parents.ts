import { listedSptes } from '#hypervisor/kvm/mmu/pte_list.ts';
import { SP } from '#hypervisor/kvm/structs.ts';
import { frameOwner } from '#machine/words.ts';
import { entryName, type Rule, type ShadowPage } from './structures.ts';

/** Each entry that points to a table is in that table's list of parents exactly once, and nothing else is. */
export const parents: Rule = (structures, tell) => {
  const { words, pages, bySp, present } = structures;
  const expected = new Map<number, number>();
  for (const { page, index, place, leaf } of present) {
    if (leaf) continue;
    const child = bySp.get(frameOwner(words, words[place] as number));
    if (!child) tell(`${page.name}[${index}] points to a table that is not in use`);
    else if (child.level !== page.level - 1)
      tell(`${page.name}[${index}] points to ${child.name} of a wrong level`);
    else expected.set(place, child.sp);
  }
  for (const page of pages) {
    for (const sptep of parentsOf(words, page)) {
      if (expected.get(sptep) === page.sp) expected.delete(sptep);
      else
        tell(
          `${page.name} names the parent ${entryName(structures, sptep)}, which does not point to it, or twice`,
        );
    }
  }
  for (const sptep of expected.keys()) tell(`${entryName(structures, sptep)} is nobody's parent`);
};

function parentsOf(words: Int32Array, { sp, tdp }: ShadowPage): readonly number[] {
  if (!tdp) return listedSptes(words, sp + SP.parent_ptes);
  const ptep = words[sp + SP.ptep] as number;
  return ptep === 0 ? [] : [ptep];
}
