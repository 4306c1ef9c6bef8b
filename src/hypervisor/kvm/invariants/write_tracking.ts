import { gfn_track_slot } from '#hypervisor/kvm/mmu/slot_arrays.ts';
import { KVM, kvmPlace, ROLE, WHAT_IF } from '#hypervisor/kvm/structs.ts';
import { findSlot, SLOT, slotPlaces } from '#machine/slots.ts';
import { countOne, type Rule } from './structures.ts';

/** The writes to a frame are tracked as often as it has shadow pages that may not go out of sync. */
export const writeTracking: Rule = ({ words, pages }, tell) => {
  const isUnsyncOff = ((words[kvmPlace(words) + KVM.what_if] as number) & WHAT_IF.unsyncOff) !== 0;
  const expected = new Map<number, number>();
  for (const { role, gfn, level } of pages) {
    const slot = findSlot(words, gfn);
    if (role & (ROLE.direct | ROLE.invalid) || slot === 0) continue;
    if (level > 1 || isUnsyncOff) countOne(expected, gfn_track_slot(words, gfn, slot));
  }
  for (const slot of slotPlaces(words)) {
    const base = words[slot + SLOT.base_gfn] as number;
    const first = gfn_track_slot(words, base, slot);
    for (let page = 0; page < (words[slot + SLOT.npages] as number); page++) {
      const counted = words[first + page];
      const there = expected.get(first + page) ?? 0;
      if (counted !== there)
        tell(`write tracking of 0x${(base + page).toString(16)}: ${counted} are counted, there are ${there}`);
    }
  }
};
