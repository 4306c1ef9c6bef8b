import { listedSptes } from '#hypervisor/kvm/mmu/pte_list.ts';
import { gfn_to_rmap, PG_LEVELS } from '#hypervisor/kvm/mmu/slot_arrays.ts';
import { is_writable_pte } from '#hypervisor/kvm/mmu/spte.ts';
import { ROLE, SP } from '#hypervisor/kvm/structs.ts';
import { findSlot } from '#machine/slots.ts';
import { entryName, type Rule } from './structures.ts';

/** No writable leaf maps the frame of a guest's table that has a synced shadow page. */
export const writeProtection: Rule = (structures, tell) => {
  const { words, pages } = structures;
  for (const { sp, name, gfn, role, obsolete } of pages) {
    if (role & ROLE.direct || obsolete || words[sp + SP.unsync]) continue;
    const slot = findSlot(words, gfn);
    for (let level = 1; slot !== 0 && level <= PG_LEVELS; level++) {
      for (const sptep of listedSptes(words, gfn_to_rmap(words, gfn, level, slot))) {
        if (is_writable_pte(words[sptep + 1] as number))
          tell(`${entryName(structures, sptep)} lets the guest write the table that ${name} shadows in sync`);
      }
    }
  }
};
