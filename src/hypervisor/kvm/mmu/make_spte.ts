/** make_spte: the one place that decides what a leaf entry grants (Linux 6.1: mmu/spte.c). */

import { ACC } from '#arch/permission.ts';
import { kernel } from '#hypervisor/kvm/calls.ts';
import { mark_page_dirty_in_slot } from '#hypervisor/kvm/memslot.ts';
import { type Kvm, ROLE, roleLevel, SP } from '#hypervisor/kvm/structs.ts';
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
  const { m, format } = kvm;
  const { old, prefetch } = request;
  const role = m.get(request.sp + SP.role);
  const level = roleLevel(role);
  let access = request.access;
  let flags = SPTE.mmuPresent | format.present | format.memoryType;
  let wrprot = false;

  flags |= role & ROLE.ad_disabled ? SPTE.adDisabled : format.accessed;
  if (level > 1 && access & ACC.exec && kvm.parameters.nx_huge_pages) access &= ~ACC.exec;
  flags |= access & ACC.exec ? format.exec : format.nx;
  if (access & ACC.user) flags |= format.user;
  if (level > 1) flags |= SPTE.pageSize;
  if (request.hostWritable) flags |= format.hostWritable;
  else access &= ~ACC.write;

  if (access & ACC.write) {
    flags |= SPTE.write | format.mmuWritable;
    // A leaf that was writable needs no second look, and leaves early: it gets no D bit (an MMIO entry's W counts too).
    const wasWritable = is_last_spte(old, level) && is_writable_pte(old);
    if (!wasWritable) {
      if (mmu_try_to_unsync_pages(kvm, request.slot, request.gfn, request.canUnsync, prefetch)) {
        flags |= role & ROLE.ad_disabled ? 0 : format.dirty;
      } else {
        wrprot = true;
        flags &= ~(SPTE.write | format.mmuWritable);
      }
    }
  }
  if (prefetch) flags = mark_spte_for_access_track(kvm, flags);
  if (flags & SPTE.write && request.slot !== 0 && m.get(request.slot + SLOT.flags) & SLOT_FLAG.dirtyLog) {
    mark_page_dirty_in_slot(kvm, request.slot, request.gfn);
  }
  return { frame: request.pfn, flags, wrprot };
});
