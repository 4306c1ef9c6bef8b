import { gfn_to_index, lpage_info_slot, PG_LEVELS } from '#hypervisor/kvm/mmu/slot_arrays.ts';
import { ROLE } from '#hypervisor/kvm/structs.ts';
import { findSlot, SLOT, slotPlaces } from '#machine/slots.ts';
import { countOne, type Rule } from './structures.ts';

/** A large page is barred once for each shadow page of a guest's table in it, and once if its place in the slot bars it. */
export const largePageBars: Rule = ({ words, pages }, tell) => {
  const shadowed = new Map<number, number>();
  for (const { role, gfn } of pages) {
    const slot = findSlot(words, gfn);
    if (role & (ROLE.direct | ROLE.invalid) || slot === 0) continue;
    for (let level = 2; level <= PG_LEVELS; level++)
      countOne(shadowed, lpage_info_slot(words, gfn, slot, level));
  }
  for (const slot of slotPlaces(words)) {
    const slotPlace = placeOf(words, slot);
    const { base, last } = slotPlace;
    for (let level = 2; level <= PG_LEVELS; level++) {
      const first = lpage_info_slot(words, base, slot, level);
      const count = gfn_to_index(last, base, level) + 1;
      for (let index = 0; index < count; index++) {
        const counted = words[first + index];
        const there = (shadowed.get(first + index) ?? 0) + barsByPlace(slotPlace, level, index);
        if (counted !== there)
          tell(`bars to page ${index} of level ${level}: ${counted} are counted, there are ${there}`);
      }
    }
  }
};

/** Guest frames of a slot, and the page of the host's address space where the first one lies. */
interface SlotPlace {
  readonly base: number;
  readonly last: number;
  readonly hva: number;
}

function placeOf(words: Int32Array, slot: number): SlotPlace {
  const base = words[slot + SLOT.base_gfn] as number;
  const last = base + (words[slot + SLOT.npages] as number) - 1;
  return { base, last, hva: words[slot + SLOT.hva_page] as number };
}

/** Whether (1) a large page of a slot is barred for good: it reaches beyond an end, or lies otherwise in the host's address space. */
function barsByPlace({ base, last, hva }: SlotPlace, level: number, index: number): 0 | 1 {
  const within = (1 << ((level - 1) * 9)) - 1;
  const page = (base & ~within) + index * (within + 1);
  const isWhole = page >= base && page + within <= last;
  return isWhole && ((base ^ hva) & within) === 0 ? 0 : 1;
}
