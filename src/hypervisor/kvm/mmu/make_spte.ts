/** make_spte: the one place that decides what a leaf entry grants (Linux 6.1: mmu/spte.c). */

import { PTE } from '#arch/entry.ts';
import { ACC } from '#arch/permission.ts';
import { kernel } from '#hypervisor/kvm/calls.ts';
import { mark_page_dirty_in_slot } from '#hypervisor/kvm/memslot.ts';
import { type Kvm, roleLevel, SP } from '#hypervisor/kvm/structs.ts';
import { SLOT, SLOT_FLAG } from '#machine/slots.ts';
import { is_last_spte, is_writable_pte, mark_spte_for_access_track, SPTE } from './spte.ts';
import { mmu_try_to_unsync_pages } from './unsync.ts';

/** What make_spte decided. */
export interface MadeSpte {
  frame: number;
  flags: number;
  /** A write cannot be allowed, because the page is a guest's table that must stay write-protected. */
  wrprot: boolean;
}

export interface SpteRequest {
  readonly sp: number;
  readonly slot: number;
  /** Rights that the guest's tables give (ACC). */
  readonly access: number;
  readonly gfn: number;
  readonly pfn: number;
  /** Flags word of the entry as it is now. */
  readonly old: number;
  readonly prefetch: boolean;
  readonly canUnsync: boolean;
  readonly hostWritable: boolean;
}

/**
 * make_spte: the leaf entry for a frame. May make shadow pages of `gfn` go out of sync, so that it can be writable.
 * order: the unsync events come before the entry is stored.
 */
export const make_spte = kernel('make_spte', (kvm: Kvm, request: SpteRequest): MadeSpte => {
  const { m } = kvm;
  const { old, prefetch } = request;
  const level = roleLevel(m.get(request.sp + SP.role));
  let access = request.access;
  let flags = SPTE.mmuPresent | PTE.present | PTE.accessed;
  let wrprot = false;

  if (level > 1 && access & ACC.exec && kvm.parameters.nx_huge_pages) access &= ~ACC.exec;
  if (!(access & ACC.exec)) flags |= PTE.nx;
  if (access & ACC.user) flags |= PTE.user;
  if (level > 1) flags |= PTE.pageSize;
  if (request.hostWritable) flags |= SPTE.hostWritable;
  else access &= ~ACC.write;

  if (access & ACC.write) {
    flags |= PTE.write | SPTE.mmuWritable;
    // A leaf that was writable needs no second look, and leaves early: it gets no D bit (an MMIO entry's W counts too).
    const wasWritable = is_last_spte(old, level) && is_writable_pte(old);
    if (!wasWritable) {
      if (mmu_try_to_unsync_pages(kvm, request.slot, request.gfn, request.canUnsync, prefetch)) {
        flags |= PTE.dirty;
      } else {
        wrprot = true;
        flags &= ~(PTE.write | SPTE.mmuWritable);
      }
    }
  }
  if (prefetch) flags = mark_spte_for_access_track(m, flags);
  if (flags & PTE.write && request.slot !== 0 && m.get(request.slot + SLOT.flags) & SLOT_FLAG.dirtyLog) {
    mark_page_dirty_in_slot(kvm, request.slot, request.gfn);
  }
  return { frame: request.pfn, flags, wrprot };
});
