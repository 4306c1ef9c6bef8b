/**
 * Shadow pages that may differ from the guest's table: how they become so, and how they are found again.
 * Linux 6.1: mmu/mmu.c (mmu_try_to_unsync_pages, kvm_unsync_page, mark_unsync, mmu_unsync_walk, mmu_pages_*).
 *
 * Only level-1 pages go out of sync. Every table above such a page has a bit set for the entry that leads to it; the bits
 * are an upper bound, cleared lazily by those who look.
 */

import { kernel } from '#hypervisor/kvm/calls.ts';
import { trace_kvm_mmu_sync_page, trace_kvm_mmu_unsync_page } from '#hypervisor/kvm/mmutrace.ts';
import {
  type Kvm,
  roleLevel,
  SP,
  SPTE_ENT_PER_PAGE,
  sptep_index,
  sptep_to_sp,
  to_shadow_page,
} from '#hypervisor/kvm/structs.ts';
import type { Machine } from '#machine/words.ts';
import { spsWithGptes } from './hash.ts';
import { kvm_slot_page_track_is_active } from './page_track.ts';
import { listedSptes } from './pte_list.ts';
import { is_large_pte, is_shadow_present_pte } from './spte.ts';

/** Pages that one walk collects at most (KVM_PAGE_ARRAY_NR). */
const KVM_PAGE_ARRAY_NR = 16;

/**
 * mmu_try_to_unsync_pages: makes every shadow of the guest's table in `gfn` unsync, so that the frame may be mapped
 * writable. False if it must stay write-protected.
 */
export const mmu_try_to_unsync_pages = kernel(
  'mmu_try_to_unsync_pages',
  (kvm: Kvm, slot: number, gfn: number, can_unsync: boolean, prefetch: boolean): boolean => {
    if (kvm_slot_page_track_is_active(kvm, slot, gfn)) return false;
    for (const sp of spsWithGptes(kvm, gfn)) {
      if (!can_unsync) return false;
      if (kvm.m.get(sp + SP.unsync)) continue;
      if (prefetch) return false;
      kvm_unsync_page(kvm, sp);
    }
    return true;
  },
);

const kvm_unsync_page = kernel('kvm_unsync_page', (kvm: Kvm, sp: number): void => {
  trace_kvm_mmu_unsync_page(kvm, sp);
  kvm.m.set(sp + SP.unsync, 1);
  kvm_mmu_mark_parents_unsync(kvm.m, sp);
});

/** kvm_unlink_unsync_page: the page is in sync, or about to be. Its parents' bits are left to who walks them. */
export const kvm_unlink_unsync_page = kernel('kvm_unlink_unsync_page', (kvm: Kvm, sp: number): void => {
  trace_kvm_mmu_sync_page(kvm, sp);
  kvm.m.set(sp + SP.unsync, 0);
});

/** kvm_mmu_mark_parents_unsync: sets the bits of all entries that lead to a page. */
function kvm_mmu_mark_parents_unsync(m: Machine, sp: number): void {
  for (const sptep of listedSptes(m.words, sp + SP.parent_ptes)) mark_unsync(m, sptep);
}

/** mark_unsync: the entry at `sptep` leads to an unsync page; goes on upwards where that is news. */
export const mark_unsync = kernel('mark_unsync', (m: Machine, sptep: number): void => {
  const sp = sptep_to_sp(m, sptep);
  const index = sptep_index(sptep);
  const place = sp + SP.unsync_child_bitmap + (index >>> 5);
  const bit = 1 << (index & 31);
  if (m.get(place) & bit) return;
  m.set(place, m.get(place) | bit);
  const children = m.get(sp + SP.unsync_children);
  m.set(sp + SP.unsync_children, children + 1);
  if (children === 0) kvm_mmu_mark_parents_unsync(m, sp);
});

function clear_unsync_child_bit(m: Machine, sp: number, index: number): void {
  const place = sp + SP.unsync_child_bitmap + (index >>> 5);
  m.set(sp + SP.unsync_children, m.get(sp + SP.unsync_children) - 1);
  m.set(place, m.get(place) & ~(1 << (index & 31)));
}

/** A page that a walk collected, and the entry of the page above that led to it (-1 for the start). */
interface Collected {
  readonly sp: number;
  readonly index: number;
}

/** mmu_pages_add: true when the array is full. */
function collect(m: Machine, pages: Collected[], sp: number, index: number): boolean {
  if (m.get(sp + SP.unsync) && pages.some((page) => page.sp === sp)) return false;
  pages.push({ sp, index });
  return pages.length === KVM_PAGE_ARRAY_NR;
}

/**
 * mmu_unsync_walk: collects unsync pages below `sp`, depth first, with the pages on the way. Empty if there is none.
 */
export function mmu_unsync_walk(m: Machine, sp: number): Collected[] {
  const pages: Collected[] = [];
  if (m.get(sp + SP.unsync_children) === 0) return pages;
  collect(m, pages, sp, -1);
  return __mmu_unsync_walk(m, sp, pages) === 0 ? [] : pages;
}

/** __mmu_unsync_walk: number of unsync leaves below `sp`; -1 when the array is full. */
const __mmu_unsync_walk = kernel(
  '__mmu_unsync_walk',
  (m: Machine, sp: number, pages: Collected[]): number => {
    let leaves = 0;
    for (let index = 0; index < SPTE_ENT_PER_PAGE; index++) {
      if (!(m.get(sp + SP.unsync_child_bitmap + (index >>> 5)) & (1 << (index & 31)))) continue;
      const sptep = (m.get(sp + SP.spt) << 10) + index * 2;
      const flags = m.get(sptep + 1);
      const child =
        is_shadow_present_pte(flags) && !is_large_pte(flags) ? to_shadow_page(m, m.get(sptep)) : 0;
      if (child !== 0 && m.get(child + SP.unsync_children)) {
        if (collect(m, pages, child, index)) return -1;
        const below = __mmu_unsync_walk(m, child, pages);
        if (below < 0) return below;
        if (below === 0) clear_unsync_child_bit(m, sp, index);
        leaves += below;
      } else if (child !== 0 && m.get(child + SP.unsync)) {
        leaves++;
        if (collect(m, pages, child, index)) return -1;
      } else {
        clear_unsync_child_bit(m, sp, index);
      }
    }
    return leaves;
  },
);

/** The path from the start of a walk to a leaf: parent[n] is the page at level n+2, index[n] its entry (mmu_page_path). */
class PagePath {
  readonly #parent: number[] = [0, 0, 0, 0, 0, 0];
  readonly #index: number[] = [0, 0, 0, 0, 0, 0];
  readonly #m: Machine;

  constructor(m: Machine) {
    this.#m = m;
  }

  /** The leaf is dealt with, so its bits go, up to the first page with another one. */
  clearParents(): void {
    for (let level = 0; level < 6; level++) {
      const sp = this.#parent[level] as number;
      if (sp === 0) return;
      clear_unsync_child_bit(this.#m, sp, this.#index[level] as number);
      if (this.#m.get(sp + SP.unsync_children)) return;
    }
  }

  /** Notes a page on the way down (mmu_pages_next). True if it is a leaf. */
  enter(page: Collected): boolean {
    const level = roleLevel(this.#m.get(page.sp + SP.role));
    this.#index[level - 1] = page.index;
    if (level === 1) return true;
    this.#parent[level - 2] = page.sp;
    return false;
  }

  /** Notes the page that the walk began with (mmu_pages_first). */
  start(sp: number): void {
    const level = roleLevel(this.#m.get(sp + SP.role));
    this.#parent[level - 2] = sp;
    this.#parent[level - 1] = 0;
  }
}

/** mmu_pages_clear_parents */
export const mmu_pages_clear_parents = kernel('mmu_pages_clear_parents', (_: Machine, path: PagePath): void =>
  path.clearParents(),
);

/** for_each_sp: calls `visit` for each leaf that was collected, with the path to it kept in `path`. */
export function forEachLeaf(
  m: Machine,
  pages: readonly Collected[],
  visit: (sp: number, path: PagePath) => void,
): void {
  const path = new PagePath(m);
  const [first, ...others] = pages;
  if (!first) return;
  path.start(first.sp);
  for (const page of others) if (path.enter(page)) visit(page.sp, path);
}
