import { is_removed_spte } from '#hypervisor/kvm/mmu/spte.ts';
import { SPTE_ENT_PER_PAGE } from '#hypervisor/kvm/structs.ts';
import type { Rule } from './structures.ts';

/** The TDP MMU's mark of an entry that is being taken down is never left behind. */
export const removedMarks: Rule = ({ words, pages }, tell) => {
  for (const { tdp, name, table } of pages) {
    for (let index = 0; tdp && index < SPTE_ENT_PER_PAGE; index++) {
      if (is_removed_spte(words[table + index * 2 + 1] as number))
        tell(`${name}[${index}] is marked as removed`);
    }
  }
};
