/**
 * Which guest frames must not be written without KVM knowing, and which must not be mapped large.
 * Linux 6.1: mmu/page_track.c; mmu/mmu.c (account_shadowed, unaccount_shadowed).
 */

import { KVM, type Kvm, kvm_flush_remote_tlbs, roleLevel, SP } from '#hypervisor/kvm/structs.ts';
import { findSlot } from '#machine/slots.ts';
import { kvm_mmu_slot_gfn_write_protect } from './rmap.ts';
import { gfn_track_slot, lpage_info_slot } from './slot_arrays.ts';

/** kvm_slot_page_track_is_active: whether writes to a gfn must be intercepted. */
export const kvm_slot_page_track_is_active = (words: Int32Array, slot: number, gfn: number): boolean =>
  slot !== 0 && (words[gfn_track_slot(words, gfn, slot)] as number) !== 0;

function kvm_slot_page_track_add_page(kvm: Kvm, slot: number, gfn: number): void {
  const { m } = kvm;
  const place = gfn_track_slot(m.words, gfn, slot);
  m.set(place, m.get(place) + 1);
  update_gfn_disallow_lpage_count(kvm, slot, gfn, 1);
  if (kvm_mmu_slot_gfn_write_protect(kvm, slot, gfn)) kvm_flush_remote_tlbs(kvm);
}

function kvm_slot_page_track_remove_page(kvm: Kvm, slot: number, gfn: number): void {
  const { m } = kvm;
  const place = gfn_track_slot(m.words, gfn, slot);
  m.set(place, m.get(place) - 1);
  update_gfn_disallow_lpage_count(kvm, slot, gfn, -1);
}

function update_gfn_disallow_lpage_count(kvm: Kvm, slot: number, gfn: number, by: number): void {
  for (let level = 2; level <= 3; level++) {
    const place = lpage_info_slot(kvm.m.words, gfn, slot, level);
    kvm.m.set(place, kvm.m.get(place) + by);
  }
}

/** account_shadowed: the guest frame of a new shadow page becomes protected. A level-1 page is not tracked: it may go unsync. */
export function account_shadowed(kvm: Kvm, sp: number): boolean {
  const { m } = kvm;
  m.set(kvm.at + KVM.indirect_shadow_pages, m.get(kvm.at + KVM.indirect_shadow_pages) + 1);
  const gfn = m.get(sp + SP.gfn);
  const slot = findSlot(m.words, gfn);
  if (roleLevel(m.get(sp + SP.role)) > 1) {
    kvm_slot_page_track_add_page(kvm, slot, gfn);
    return false;
  }
  update_gfn_disallow_lpage_count(kvm, slot, gfn, 1);
  return kvm_mmu_slot_gfn_write_protect(kvm, slot, gfn);
}

/** unaccount_shadowed: the inverse. What was write-protected stays so until it is written. */
export function unaccount_shadowed(kvm: Kvm, sp: number): void {
  const { m } = kvm;
  m.set(kvm.at + KVM.indirect_shadow_pages, m.get(kvm.at + KVM.indirect_shadow_pages) - 1);
  const gfn = m.get(sp + SP.gfn);
  const slot = findSlot(m.words, gfn);
  if (slot === 0) return;
  if (roleLevel(m.get(sp + SP.role)) > 1) kvm_slot_page_track_remove_page(kvm, slot, gfn);
  else update_gfn_disallow_lpage_count(kvm, slot, gfn, -1);
}
