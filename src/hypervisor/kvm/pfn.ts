/** From guest frames to host frames (Linux 6.1: virt/kvm/kvm_main.c). */
import { hostPage, hostPageDropped, hostPageWritable, NO_FRAME } from '#machine/host-pages.ts';
import { SLOT, SLOT_FLAG } from '#machine/slots.ts';
import { HEADER } from '#machine/words.ts';
import { kernel } from './calls.ts';
import { get_user_page } from './notifier.ts';
import type { Kvm } from './structs.ts';

/** What stands for a host frame where there is none, besides NO_FRAME (no slot): the slot is read-only; the host forbids it. */
export const KVM_PFN_ERR_RO_FAULT = -2;
export const KVM_PFN_ERR_FAULT = -3;

/** hva_to_pfn: gets the host page behind a frame of a slot, as `get_user_page` does. */
const hva_to_pfn = kernel('hva_to_pfn', (kvm: Kvm, slot: number, gfn: number, write: boolean): number => {
  const frame = get_user_page(kvm, slot, gfn - kvm.m.get(slot + SLOT.base_gfn), write);
  return frame === NO_FRAME ? KVM_PFN_ERR_FAULT : frame;
});

/** __gfn_to_pfn_memslot: the host frame behind a guest frame; NO_FRAME without a slot, or KVM_PFN_ERR_…. */
export const __gfn_to_pfn_memslot = kernel(
  '__gfn_to_pfn_memslot',
  (kvm: Kvm, slot: number, gfn: number, write: boolean): number => {
    if (slot === 0) return NO_FRAME;
    if (write && kvm.m.get(slot + SLOT.flags) & SLOT_FLAG.readOnly) return KVM_PFN_ERR_RO_FAULT;
    return hva_to_pfn(kvm, slot, gfn, write);
  },
);

/** The host frame of a guest frame if it is there and writable without any work; else -1. */
function presentWritablePage(kvm: Kvm, slot: number, gfn: number): number {
  const { m } = kvm;
  if (m.get(slot + SLOT.flags) & SLOT_FLAG.readOnly) return NO_FRAME;
  const index = gfn - m.get(slot + SLOT.base_gfn);
  if (hostPageDropped(m.words, slot, index)) return NO_FRAME;
  const frame = hostPage(m, slot, index, false);
  return hostPageWritable && frame !== m.get(HEADER.zeroFrame) ? frame : NO_FRAME;
}

/** The same function of the kernel, for the frame that it finds without waiting. */
const hva_to_pfn_atomic = kernel('hva_to_pfn', presentWritablePage);

/** gfn_to_pfn_memslot_atomic: the host frame if it is there and writable without any work; else -1. */
export const gfn_to_pfn_memslot_atomic = kernel(
  'gfn_to_pfn_memslot_atomic',
  (kvm: Kvm, slot: number, gfn: number): number =>
    kvm.m.get(slot + SLOT.flags) & SLOT_FLAG.readOnly ? NO_FRAME : hva_to_pfn_atomic(kvm, slot, gfn),
);

/** gfn_to_page_many_atomic: the host frames of `count` guest frames, up to the first that is not there and writable. */
export const gfn_to_page_many_atomic = kernel(
  'gfn_to_page_many_atomic',
  (kvm: Kvm, slot: number, gfn: number, count: number): number[] => {
    const pfns: number[] = [];
    for (let i = 0; i < count; i++) {
      const pfn = presentWritablePage(kvm, slot, gfn + i);
      if (pfn === NO_FRAME) break;
      pfns.push(pfn);
    }
    return pfns;
  },
);
