/**
 * The TDP MMU's walk over a range of guest frames: pre-order, every entry from the root down to a smallest level
 * (Linux 6.1: mmu/tdp_iter.c). Frames are plain numbers here, since a range may end at 2³² and beyond.
 */
import { kernel } from '#hypervisor/kvm/calls.ts';
import { type Kvm, ROLE, SP, SPTE_ENT_PER_PAGE } from '#hypervisor/kvm/structs.ts';
import type { Machine } from '#machine/words.ts';
import { is_last_spte, is_shadow_present_pte } from './spte.ts';

/** KVM_PAGES_PER_HPAGE: guest frames that one entry of a level covers. */
export const pagesPerHugePage = (level: number): number => SPTE_ENT_PER_PAGE ** (level - 1);

/** struct tdp_iter */
export class TdpIter {
  readonly kvm: Kvm;
  readonly #m: Machine;
  readonly #root: number;
  readonly #rootLevel: number;
  readonly #minLevel: number;
  readonly #end: number;
  /** Frames of the tables on the way, by level. */
  readonly #path: number[] = [];
  /** The frame that the walk aims at. */
  #next: number;
  /** First guest frame of the present entry's range. */
  gfn = 0;
  level = 0;
  /** Place of the present entry. */
  sptep = 0;
  /** The entry as it was when the walk came to it (old_spte), as a swizzled pair. */
  frame = 0;
  flags = 0;
  #valid = false;

  /**
   * tdp_iter_start, and going to the first entry.
   * @param root place of the root's shadow page
   * @param minLevel the smallest level that is visited
   * @param start first guest frame @param end one past the last
   */
  constructor(kvm: Kvm, root: number, minLevel: number, start: number, end: number) {
    this.kvm = kvm;
    this.#m = kvm.m;
    this.#root = kvm.m.get(root + SP.spt);
    this.#rootLevel = kvm.m.get(root + SP.role) & ROLE.level;
    this.#minLevel = minLevel;
    this.#next = start;
    this.#end = end;
    tdp_iter_start(kvm, this);
  }

  /** Whether there is a present entry, and it begins before the end. */
  get valid(): boolean {
    return this.#valid && this.gfn < this.#end;
  }

  /** Begins at the root. */
  restart(): void {
    this.level = this.#rootLevel;
    this.#path[this.level] = this.#root;
    this.gfn = this.#aligned(this.#next);
    this.refresh();
    this.#valid = true;
  }

  /** Reads the present entry again, after it was changed. */
  refresh(): void {
    const index = Math.floor(this.gfn / pagesPerHugePage(this.level)) % SPTE_ENT_PER_PAGE;
    this.sptep = ((this.#path[this.level] as number) << 10) + index * 2;
    this.frame = this.#m.get(this.sptep);
    this.flags = this.#m.get(this.sptep + 1);
  }

  /** Down into the table that the entry points to, else to the next entry beside it, else up and on. */
  step(): void {
    if (this.#stepDown()) return;
    do {
      if (this.#stepSide()) return;
    } while (this.#stepUp());
    this.#valid = false;
  }

  #stepDown(): boolean {
    if (this.level === this.#minLevel) return false;
    this.refresh();
    if (!is_shadow_present_pte(this.flags) || is_last_spte(this.flags, this.level)) return false;
    this.level--;
    this.#path[this.level] = this.frame;
    this.gfn = this.#aligned(this.#next);
    this.refresh();
    return true;
  }

  #stepSide(): boolean {
    const pages = pagesPerHugePage(this.level);
    if (Math.floor(this.gfn / pages) % SPTE_ENT_PER_PAGE === SPTE_ENT_PER_PAGE - 1) return false;
    this.gfn += pages;
    this.#next = this.gfn;
    this.refresh();
    return true;
  }

  #stepUp(): boolean {
    if (this.level === this.#rootLevel) return false;
    this.level++;
    this.gfn = this.#aligned(this.gfn);
    this.refresh();
    return true;
  }

  #aligned(gfn: number): number {
    return gfn - (gfn % pagesPerHugePage(this.level));
  }
}

const tdp_iter_restart = kernel('tdp_iter_restart', (_: Kvm, iter: TdpIter): void => iter.restart());
const tdp_iter_start = kernel('tdp_iter_start', (kvm: Kvm, iter: TdpIter): void =>
  tdp_iter_restart(kvm, iter),
);

/** tdp_iter_next: goes to the next entry. */
export const tdp_iter_next = kernel('tdp_iter_next', (_: Kvm, iter: TdpIter): void => iter.step());
