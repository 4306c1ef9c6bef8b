/**
 * Which guest frames must not be written without KVM knowing, and which must not be mapped large.
 * Linux 6.1: mmu/page_track.c; mmu/mmu.c (account_shadowed, unaccount_shadowed).
 */

import { kernel, noted } from '#hypervisor/kvm/calls.ts';
import { kvm_flush_remote_tlbs } from '#hypervisor/kvm/requests.ts';
import { isChanged, KVM, type Kvm, roleLevel, SP, WHAT_IF } from '#hypervisor/kvm/structs.ts';
import { findSlot } from '#machine/slots.ts';
import { kvm_mmu_slot_gfn_write_protect } from './rmap.ts';
import { gfn_track_slot, lpage_info_slot } from './slot_arrays.ts';

/** kvm_slot_page_track_is_active: whether writes to a gfn must be intercepted. */
export const kvm_slot_page_track_is_active = kernel(
  'kvm_slot_page_track_is_active',
  (kvm: Kvm, slot: number, gfn: number): boolean =>
    slot !== 0 && kvm.m.get(gfn_track_slot(kvm.m.words, gfn, slot)) !== 0,
);

/** kvm_page_track_write_tracking_enabled: whether slots count the reasons to intercept writes. Here they always do. */
export const kvm_page_track_write_tracking_enabled = noted('kvm_page_track_write_tracking_enabled');

const kvm_slot_page_track_add_page = kernel(
  'kvm_slot_page_track_add_page',
  (kvm: Kvm, slot: number, gfn: number): void => {
    const { m } = kvm;
    const place = gfn_track_slot(m.words, gfn, slot);
    m.set(place, m.get(place) + 1);
    kvm_mmu_gfn_disallow_lpage(kvm, slot, gfn);
    if (kvm_mmu_slot_gfn_write_protect(kvm, slot, gfn)) kvm_flush_remote_tlbs(kvm);
  },
);

const kvm_slot_page_track_remove_page = kernel(
  'kvm_slot_page_track_remove_page',
  (kvm: Kvm, slot: number, gfn: number): void => {
    const { m } = kvm;
    const place = gfn_track_slot(m.words, gfn, slot);
    m.set(place, m.get(place) - 1);
    kvm_mmu_gfn_allow_lpage(kvm, slot, gfn);
  },
);

const update_gfn_disallow_lpage_count = kernel(
  'update_gfn_disallow_lpage_count',
  (kvm: Kvm, slot: number, gfn: number, by: number): void => {
    for (let level = 2; level <= 3; level++) {
      const place = lpage_info_slot(kvm.m.words, gfn, slot, level);
      kvm.m.set(place, kvm.m.get(place) + by);
    }
  },
);

const kvm_mmu_gfn_disallow_lpage = kernel(
  'kvm_mmu_gfn_disallow_lpage',
  (kvm: Kvm, slot: number, gfn: number): void => update_gfn_disallow_lpage_count(kvm, slot, gfn, 1),
);

const kvm_mmu_gfn_allow_lpage = kernel(
  'kvm_mmu_gfn_allow_lpage',
  (kvm: Kvm, slot: number, gfn: number): void => update_gfn_disallow_lpage_count(kvm, slot, gfn, -1),
);

/** Whether the guest's table behind a page is write-tracked. One of level 1 is not, since it may go unsync. */
const isTracked = (kvm: Kvm, sp: number): boolean =>
  roleLevel(kvm.m.get(sp + SP.role)) > 1 || isChanged(kvm, WHAT_IF.unsyncOff);

/** account_shadowed: the guest frame of a new shadow page becomes protected. */
export const account_shadowed = kernel('account_shadowed', (kvm: Kvm, sp: number): boolean => {
  const { m } = kvm;
  m.set(kvm.at + KVM.indirect_shadow_pages, m.get(kvm.at + KVM.indirect_shadow_pages) + 1);
  const gfn = m.get(sp + SP.gfn);
  const slot = findSlot(m.words, gfn);
  if (isTracked(kvm, sp)) {
    kvm_slot_page_track_add_page(kvm, slot, gfn);
    return false;
  }
  update_gfn_disallow_lpage_count(kvm, slot, gfn, 1);
  return kvm_mmu_slot_gfn_write_protect(kvm, slot, gfn);
});

/** unaccount_shadowed: the inverse. What was write-protected stays so until it is written. */
export const unaccount_shadowed = kernel('unaccount_shadowed', (kvm: Kvm, sp: number): void => {
  const { m } = kvm;
  m.set(kvm.at + KVM.indirect_shadow_pages, m.get(kvm.at + KVM.indirect_shadow_pages) - 1);
  const gfn = m.get(sp + SP.gfn);
  const slot = findSlot(m.words, gfn);
  if (slot === 0) return;
  if (isTracked(kvm, sp)) kvm_slot_page_track_remove_page(kvm, slot, gfn);
  else update_gfn_disallow_lpage_count(kvm, slot, gfn, -1);
});
