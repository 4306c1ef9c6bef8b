/**
 * Dirty logging in the TDP MMU: W or D is taken from leaves, large pages are split ahead of the first write
 * (Linux 6.1: mmu/tdp_mmu.c kvm_tdp_mmu_wrprot_slot, kvm_tdp_mmu_clear_dirty_slot, kvm_tdp_mmu_clear_dirty_pt_masked,
 * kvm_tdp_mmu_try_split_huge_pages).
 */

import { ACC } from '#arch/permission.ts';
import { kernel } from '#hypervisor/kvm/calls.ts';
import { trace_kvm_mmu_split_huge_page } from '#hypervisor/kvm/mmutrace.ts';
import { type Kvm, ROLE, roleAccess, roleLevel, SP, SPTE_ENT_PER_PAGE } from '#hypervisor/kvm/structs.ts';
import { SLOT } from '#machine/slots.ts';
import { setSpte } from './rmap.ts';
import { takeRecord } from './sp_record.ts';
import {
  is_large_pte,
  is_last_spte,
  is_shadow_present_pte,
  is_writable_pte,
  make_huge_page_split_spte,
  SPTE,
  spte_ad_enabled,
} from './spte.ts';
import { pagesPerHugePage, TdpIter, tdp_iter_next } from './tdp_iter.ts';
import { tdp_mmu_link_sp } from './tdp_mmu_map.ts';
import { forEachTdpRoot, tdp_mmu_init_child_sp, tdpRoots } from './tdp_mmu_roots.ts';
import { tdp_mmu_set_spte, tdp_mmu_set_spte_atomic } from './tdp_mmu_spte.ts';

/** Frames of a word of the dirty bitmap. */
const BITS_PER_LONG = 64;

/** kvm_tdp_mmu_wrprot_slot: takes W from every leaf of `minLevel` and above in a slot. Returns whether TLBs must be flushed. */
export const kvm_tdp_mmu_wrprot_slot = kernel(
  'kvm_tdp_mmu_wrprot_slot',
  (kvm: Kvm, slot: number, minLevel: number): boolean => {
    let flush = false;
    forEachTdpRoot(kvm, true, (root) => {
      flush = wrprot_gfn_range(kvm, root, slot, minLevel) || flush;
    });
    return flush;
  },
);

const slotWalk = (kvm: Kvm, root: number, slot: number, minLevel: number): TdpIter => {
  const start = kvm.m.get(slot + SLOT.base_gfn);
  return new TdpIter(kvm, root, minLevel, start, start + kvm.m.get(slot + SLOT.npages));
};

const isLeaf = (iter: TdpIter): boolean =>
  is_shadow_present_pte(iter.flags) && is_last_spte(iter.flags, iter.level);

const wrprot_gfn_range = kernel(
  'wrprot_gfn_range',
  (kvm: Kvm, root: number, slot: number, minLevel: number): boolean => {
    let flush = false;
    for (const iter = slotWalk(kvm, root, slot, minLevel); iter.valid; tdp_iter_next(kvm, iter)) {
      if (!isLeaf(iter) || !is_writable_pte(iter.flags)) continue;
      tdp_mmu_set_spte_atomic(iter, iter.frame, iter.flags & ~SPTE.write);
      flush = true;
    }
    return flush;
  },
);

/** kvm_tdp_mmu_clear_dirty_slot: D of every leaf in a slot is cleared, or W where entries have no D. Returns whether TLBs must be flushed. */
export const kvm_tdp_mmu_clear_dirty_slot = kernel(
  'kvm_tdp_mmu_clear_dirty_slot',
  (kvm: Kvm, slot: number): boolean => {
    let flush = false;
    forEachTdpRoot(kvm, true, (root) => {
      flush = clear_dirty_gfn_range(kvm, root, slot) || flush;
    });
    return flush;
  },
);

const clear_dirty_gfn_range = kernel(
  'clear_dirty_gfn_range',
  (kvm: Kvm, root: number, slot: number): boolean => {
    let flush = false;
    for (const iter = slotWalk(kvm, root, slot, 1); iter.valid; tdp_iter_next(kvm, iter)) {
      if (!isLeaf(iter)) continue;
      const now = cleaned(kvm, iter.flags, false);
      if (now === iter.flags) continue;
      tdp_mmu_set_spte_atomic(iter, iter.frame, now);
      flush = true;
    }
    return flush;
  },
);

/** A leaf's flags without what lets a write go unseen: W where it must be protected or has no D, else D. */
const cleaned = ({ format }: Kvm, flags: number, wrprot: boolean): number =>
  flags & ~(wrprot || !spte_ad_enabled(flags) ? SPTE.write : format.dirty);

/**
 * kvm_tdp_mmu_clear_dirty_pt_masked: the same for some small pages, which one word of the bitmap names.
 * @param gfns ascending, in one range of 64 that begins at `base`
 */
export const kvm_tdp_mmu_clear_dirty_pt_masked = kernel(
  'kvm_tdp_mmu_clear_dirty_pt_masked',
  (kvm: Kvm, base: number, gfns: readonly number[], wrprot: boolean): void => {
    for (const root of tdpRoots(kvm)) clear_dirty_pt_masked(kvm, root, base, gfns, wrprot);
  },
);

const clear_dirty_pt_masked = kernel(
  'clear_dirty_pt_masked',
  (kvm: Kvm, root: number, base: number, gfns: readonly number[], wrprot: boolean): void => {
    const left = new Set(gfns);
    const first = gfns[0] as number;
    const iter = new TdpIter(kvm, root, 1, first, base + BITS_PER_LONG);
    for (; iter.valid; tdp_iter_next(kvm, iter)) {
      if (!isLeaf(iter)) continue;
      if (left.size === 0) break;
      if (iter.level > 1 || !left.delete(iter.gfn)) continue;
      const now = cleaned(kvm, iter.flags, wrprot);
      if (now !== iter.flags) tdp_mmu_set_spte(iter, iter.frame, now, { dirtyLog: true });
    }
  },
);

/** kvm_tdp_mmu_try_split_huge_pages: every large leaf of a slot becomes a table of smaller ones that grant the same. */
export const kvm_tdp_mmu_try_split_huge_pages = kernel(
  'kvm_tdp_mmu_try_split_huge_pages',
  (kvm: Kvm, slot: number): void =>
    forEachTdpRoot(kvm, true, (root) => tdp_mmu_split_huge_pages_root(kvm, root, slot)),
);

const tdp_mmu_split_huge_pages_root = kernel(
  'tdp_mmu_split_huge_pages_root',
  (kvm: Kvm, root: number, slot: number): void => {
    for (const iter = slotWalk(kvm, root, slot, 2); iter.valid; tdp_iter_next(kvm, iter)) {
      if (!is_shadow_present_pte(iter.flags) || !is_large_pte(iter.flags)) continue;
      const sp = __tdp_mmu_alloc_sp_for_split(kvm);
      tdp_mmu_init_child_sp(kvm, sp, iter);
      tdp_mmu_split_huge_page(kvm, iter, sp);
    }
  },
);

const __tdp_mmu_alloc_sp_for_split = kernel('__tdp_mmu_alloc_sp_for_split', (kvm: Kvm): number =>
  takeRecord(kvm, false),
);

/** tdp_mmu_split_huge_page: the table is filled before anything points to it. */
function tdp_mmu_split_huge_page(kvm: Kvm, iter: TdpIter, sp: number): void {
  const { m } = kvm;
  const { frame, flags, level } = iter;
  const role = m.get(sp + SP.role);
  const table = m.get(sp + SP.spt) << 10;
  for (let index = 0; index < SPTE_ENT_PER_PAGE; index++) {
    const small = make_huge_page_split_spte(
      kvm,
      flags,
      roleLevel(role),
      (roleAccess(role & ROLE.access) & ACC.exec) !== 0,
    );
    setSpte(m, table + index * 2, frame + index * pagesPerHugePage(roleLevel(role)), small);
  }
  tdp_mmu_link_sp(kvm, iter, sp, false);
  trace_kvm_mmu_split_huge_page(m, iter.gfn, frame, flags, level);
}
