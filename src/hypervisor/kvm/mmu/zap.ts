/**
 * Taking shadow pages out of use (Linux 6.1: mmu/mmu.c, ____kvm_mmu_prepare_zap_page and its callers).
 *
 * First a page is unlinked from everything and put on a list of invalid pages; after one flush for all of them they are
 * freed. A page that is somebody's root stays alive, invalid, until its last user lets go.
 */

import { kernel } from '#hypervisor/kvm/calls.ts';
import {
  trace_kvm_mmu_prepare_zap_page,
  trace_kvm_mmu_zap_all_fast,
  traceUnlink,
} from '#hypervisor/kvm/mmutrace.ts';
import { KVM_REQ, kvm_flush_remote_tlbs, kvm_make_all_cpus_request } from '#hypervisor/kvm/requests.ts';
import {
  is_obsolete_sp,
  KVM,
  type Kvm,
  ROLE,
  roleLevel,
  SP,
  sp_has_gptes,
  to_shadow_page,
} from '#hypervisor/kvm/structs.ts';
import { addFirst, remove } from '#machine/list.ts';
import { removeFromHash, spsWithGptes } from './hash.ts';
import { unaccount_shadowed } from './page_track.ts';
import { firstSpte, pte_list_remove } from './pte_list.ts';
import { drop_spte, setSpte } from './rmap.ts';
import { releaseRecord } from './sp_record.ts';
import { is_last_spte, is_mmio_spte, is_shadow_present_pte } from './spte.ts';
import { kvm_tdp_mmu_invalidate_all_roots } from './tdp_mmu_roots.ts';
import { kvm_tdp_mmu_zap_invalidated_roots } from './tdp_mmu_zap.ts';
import { forEachLeaf, kvm_unlink_unsync_page, mmu_pages_clear_parents, mmu_unsync_walk } from './unsync.ts';

/** Shadow pages that wait to be freed, newest first. */
export type InvalidList = number[];

/** __kvm_mmu_prepare_zap_page: how many pages it put on the list, and whether the list of active pages changed under its caller. */
export const __kvm_mmu_prepare_zap_page = kernel(
  '__kvm_mmu_prepare_zap_page',
  (kvm: Kvm, sp: number, invalid_list: InvalidList): { zapped: number; unstable: boolean } => {
    const { m } = kvm;
    trace_kvm_mmu_prepare_zap_page(kvm, sp);
    let zapped = mmu_zap_unsync_children(kvm, sp, invalid_list);
    kvm_mmu_page_unlink_children(kvm, sp);
    kvm_mmu_unlink_parents(kvm, sp);
    const unstable = zapped > 0;
    const role = m.get(sp + SP.role);
    if (!(role & ROLE.invalid) && sp_has_gptes(m, sp)) unaccount_shadowed(kvm, sp);
    if (m.get(sp + SP.unsync)) kvm_unlink_unsync_page(kvm, sp);
    let zappedRoot = false;
    if (m.get(sp + SP.root_count) === 0) {
      zapped++;
      if (!(role & ROLE.invalid)) remove(m, sp + SP.link);
      invalid_list.unshift(sp);
      m.set(kvm.at + KVM.n_used_mmu_pages, m.get(kvm.at + KVM.n_used_mmu_pages) - 1);
    } else if (!(role & ROLE.invalid)) {
      remove(m, sp + SP.link);
      zappedRoot = !is_obsolete_sp(m.words, sp);
    }
    if (m.get(sp + SP.lpage_disallowed)) {
      m.set(sp + SP.lpage_disallowed, 0);
      remove(m, sp + SP.lpage_disallowed_link);
    }
    m.set(sp + SP.role, role | ROLE.invalid);
    if (zappedRoot) kvm_make_all_cpus_request(kvm, KVM_REQ.MMU_FREE_OBSOLETE_ROOTS);
    return { zapped, unstable };
  },
);

const mmu_zap_unsync_children = kernel(
  'mmu_zap_unsync_children',
  (kvm: Kvm, parent: number, invalid_list: InvalidList): number => {
    if (roleLevel(kvm.m.get(parent + SP.role)) === 1) return 0;
    let zapped = 0;
    for (
      let pages = mmu_unsync_walk(kvm.m, parent);
      pages.length > 0;
      pages = mmu_unsync_walk(kvm.m, parent)
    ) {
      forEachLeaf(kvm.m, pages, (sp, path) => {
        __kvm_mmu_prepare_zap_page(kvm, sp, invalid_list);
        mmu_pages_clear_parents(kvm.m, path);
        zapped++;
      });
    }
    return zapped;
  },
);

function kvm_mmu_page_unlink_children(kvm: Kvm, sp: number): void {
  const table = kvm.m.get(sp + SP.spt) << 10;
  for (let sptep = table; sptep < table + 1024; sptep += 2) {
    // An empty entry is as it should be: the 512 calls that the kernel makes would say nothing.
    if (kvm.m.get(sptep) !== 0 || kvm.m.get(sptep + 1) !== 0) mmu_page_zap_pte(kvm, sp, sptep);
  }
}

/** mmu_page_zap_pte: makes one entry zero: a leaf leaves the reverse map, a table loses this parent and stays in the hash. */
export const mmu_page_zap_pte = kernel('mmu_page_zap_pte', (kvm: Kvm, sp: number, sptep: number): void => {
  const { m } = kvm;
  const flags = m.get(sptep + 1);
  if (is_shadow_present_pte(flags)) {
    if (is_last_spte(flags, roleLevel(m.get(sp + SP.role)))) drop_spte(kvm, sptep);
    else drop_parent_pte(kvm, to_shadow_page(m, m.get(sptep)), sptep);
  } else if (is_mmio_spte(kvm.format, flags)) {
    setSpte(m, sptep, 0, 0);
  }
});

/** drop_parent_pte: the entry at `sptep` no longer points to the table `sp`. */
export function drop_parent_pte(kvm: Kvm, sp: number, sptep: number): void {
  pte_list_remove(kvm, sptep, sp + SP.parent_ptes);
  setSpte(kvm.m, sptep, 0, 0);
  traceUnlink(kvm.m, sp, sptep);
}

function kvm_mmu_unlink_parents(kvm: Kvm, sp: number): void {
  for (
    let sptep = firstSpte(kvm.m.words, sp + SP.parent_ptes);
    sptep !== 0;
    sptep = firstSpte(kvm.m.words, sp + SP.parent_ptes)
  ) {
    drop_parent_pte(kvm, sp, sptep);
  }
}

/** One flush, then the pages on the list are freed. */
const freeInvalidPages = kernel('kvm_mmu_commit_zap_page', (kvm: Kvm, invalid_list: InvalidList): void => {
  kvm_flush_remote_tlbs(kvm);
  for (const sp of invalid_list) kvm_mmu_free_shadow_page(kvm, sp);
  invalid_list.length = 0;
});

/** kvm_mmu_commit_zap_page: frees the pages on the list, if there are any. */
export function kvm_mmu_commit_zap_page(kvm: Kvm, invalid_list: InvalidList): void {
  if (invalid_list.length > 0) freeInvalidPages(kvm, invalid_list);
}

function kvm_mmu_free_shadow_page(kvm: Kvm, sp: number): void {
  removeFromHash(kvm, sp);
  releaseRecord(kvm, sp);
}

/** kvm_mmu_remote_flush_or_zap */
export function kvm_mmu_remote_flush_or_zap(kvm: Kvm, invalid_list: InvalidList, flush: boolean): void {
  if (invalid_list.length > 0) kvm_mmu_commit_zap_page(kvm, invalid_list);
  else if (flush) kvm_flush_remote_tlbs(kvm);
}

/** Puts a new page at the head of the list of active pages. */
export const addToActive = (kvm: Kvm, sp: number): void =>
  addFirst(kvm.m, kvm.at + KVM.active_mmu_pages, sp + SP.link);

/** kvm_mmu_unprotect_page: takes all shadow pages of a guest's table out of use. */
export const kvm_mmu_unprotect_page = kernel('kvm_mmu_unprotect_page', (kvm: Kvm, gfn: number): void => {
  const invalid_list: InvalidList = [];
  for (const sp of spsWithGptes(kvm, gfn)) __kvm_mmu_prepare_zap_page(kvm, sp, invalid_list);
  kvm_mmu_commit_zap_page(kvm, invalid_list);
});

/**
 * kvm_mmu_zap_all_fast: every shadow page becomes obsolete by a change of generation. Roots in use stay until their vCPUs
 * let go of them.
 */
const kvm_mmu_zap_all_fast = kernel('kvm_mmu_zap_all_fast', (kvm: Kvm): void => {
  const { m } = kvm;
  trace_kvm_mmu_zap_all_fast(m, m.get(kvm.at + KVM.n_used_mmu_pages));
  m.set(kvm.at + KVM.mmu_valid_gen, m.get(kvm.at + KVM.mmu_valid_gen) ^ 1);
  if (kvm.tdpMmu) kvm_tdp_mmu_invalidate_all_roots(kvm);
  kvm_make_all_cpus_request(kvm, KVM_REQ.MMU_FREE_OBSOLETE_ROOTS);
  const zapped_obsolete_pages: InvalidList = [];
  const head = kvm.at + KVM.active_mmu_pages;
  for (let link = m.get(head + 1); link !== head; ) {
    const sp = link - SP.link;
    if (!is_obsolete_sp(m.words, sp)) break;
    const previous = m.get(link + 1);
    const { unstable } = __kvm_mmu_prepare_zap_page(kvm, sp, zapped_obsolete_pages);
    link = unstable ? m.get(head + 1) : previous;
  }
  kvm_mmu_commit_zap_page(kvm, zapped_obsolete_pages);
  if (kvm.tdpMmu) kvm_tdp_mmu_zap_invalidated_roots(kvm);
});

/** kvm_mmu_invalidate_zap_pages_in_memslot: the pages of a slot that goes; in this kernel that is all pages. */
const kvm_mmu_invalidate_zap_pages_in_memslot = kernel(
  'kvm_mmu_invalidate_zap_pages_in_memslot',
  kvm_mmu_zap_all_fast,
);

/** kvm_page_track_flush_slot: tells everybody who watches writes that a slot goes; the MMU is one of them. */
const kvm_page_track_flush_slot = kernel(
  'kvm_page_track_flush_slot',
  kvm_mmu_invalidate_zap_pages_in_memslot,
);

/** kvm_arch_flush_shadow_memslot: no shadow page may use a slot any more. */
export const kvm_arch_flush_shadow_memslot = kernel(
  'kvm_arch_flush_shadow_memslot',
  kvm_page_track_flush_slot,
);
