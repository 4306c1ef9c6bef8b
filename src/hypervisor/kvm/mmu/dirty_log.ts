/** Dirty logging of a memory slot (Linux 6.1: virt/kvm/kvm_main.c, mark_page_dirty_in_slot). */

import type { Kvm } from '#hypervisor/kvm/structs.ts';
import { SLOT, SLOT_FLAG } from '#machine/slots.ts';

/** mark_page_dirty_in_slot: notes in the slot's bitmap that a frame was written; nothing where writes are not logged. */
export function mark_page_dirty_in_slot(kvm: Kvm, slot: number, gfn: number): void {
  const { m } = kvm;
  const bitmap = slot === 0 ? 0 : m.get(slot + SLOT.dirty_bitmap);
  if (bitmap === 0 || !(m.get(slot + SLOT.flags) & SLOT_FLAG.dirtyLog)) return;
  const index = gfn - m.get(slot + SLOT.base_gfn);
  const place = bitmap + (index >>> 5);
  m.set(place, m.get(place) | (1 << (index & 31)));
}
