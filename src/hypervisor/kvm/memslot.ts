/**
 * Guest frames and the memory slots that hold them (Linux 6.1: virt/kvm/kvm_main.c): which slot, and what the host is
 * told of its pages.
 */
import { findSlot, SLOT, SLOT_FLAG } from '#machine/slots.ts';
import { kernel, noted } from './calls.ts';
import type { Kvm, Vcpu } from './structs.ts';

/** kvm_vcpu_gfn_to_memslot: place of the slot that holds a guest frame; 0 if none does. */
export const kvm_vcpu_gfn_to_memslot = kernel('kvm_vcpu_gfn_to_memslot', (vcpu: Vcpu, gfn: number): number =>
  findSlot(vcpu.kvm.m.words, gfn),
);

/** kvm_vcpu_is_visible_gfn: whether a guest frame is memory. */
export const kvm_vcpu_is_visible_gfn = kernel(
  'kvm_vcpu_is_visible_gfn',
  (vcpu: Vcpu, gfn: number): boolean => kvm_vcpu_gfn_to_memslot(vcpu, gfn) !== 0,
);

/** kvm_vcpu_gfn_to_hva_prot: where user space has a guest frame; here the slot that it is in, or 0. */
export const kvm_vcpu_gfn_to_hva_prot = kernel(
  'kvm_vcpu_gfn_to_hva_prot',
  (vcpu: Vcpu, gfn: number): number => kvm_vcpu_gfn_to_memslot(vcpu, gfn),
);

/** kvm_vcpu_read_guest_page: the emulator reads the bytes of an instruction. What they are, the scenario says. */
export const kvm_vcpu_read_guest_page = kernel(
  'kvm_vcpu_read_guest_page',
  (vcpu: Vcpu, gfn: number): boolean => kvm_vcpu_gfn_to_memslot(vcpu, gfn) !== 0,
);

/** mark_page_dirty_in_slot: notes in the slot's bitmap that a frame was written; nothing where writes are not logged. */
export const mark_page_dirty_in_slot = kernel(
  'mark_page_dirty_in_slot',
  (kvm: Kvm, slot: number, gfn: number): void => {
    const { m } = kvm;
    const bitmap = slot === 0 ? 0 : m.get(slot + SLOT.dirty_bitmap);
    if (bitmap === 0 || !(m.get(slot + SLOT.flags) & SLOT_FLAG.dirtyLog)) return;
    const index = gfn - m.get(slot + SLOT.base_gfn);
    const place = bitmap + (index >>> 5);
    m.set(place, m.get(place) | (1 << (index & 31)));
  },
);

/** kvm_vcpu_mark_page_dirty */
export const kvm_vcpu_mark_page_dirty = kernel('kvm_vcpu_mark_page_dirty', (vcpu: Vcpu, gfn: number): void =>
  mark_page_dirty_in_slot(vcpu.kvm, kvm_vcpu_gfn_to_memslot(vcpu, gfn), gfn),
);

/** kvm_release_pfn_clean: gives back the reference to a host page that looking it up took. Pages here need none. */
export const kvm_release_pfn_clean = noted('kvm_release_pfn_clean');

/** kvm_set_pfn_accessed, kvm_set_pfn_dirty: the host learns that a page was used, or written. Here it keeps no such note. */
export const kvm_set_pfn_accessed = noted('kvm_set_pfn_accessed');
export const kvm_set_pfn_dirty = noted('kvm_set_pfn_dirty');
