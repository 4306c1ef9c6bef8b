/** The walk down a shadow tree (Linux 6.1: struct kvm_shadow_walk_iterator). */

import { tableIndex } from '#arch/paging-mode.ts';
import { kernel } from '#hypervisor/kvm/calls.ts';
import { ARCH, ROLE, type Vcpu } from '#hypervisor/kvm/structs.ts';
import type { Machine } from '#machine/words.ts';
import { is_last_spte, is_shadow_present_pte } from './spte.ts';

const EIGHT_BYTES = { entryBytes: 8 } as const;

class ShadowWalk {
  #m: Machine | null = null;
  #hi = 0;
  #lo = 0;
  /** Level of the present entry; 0 when the walk is over. */
  level = 0;
  /** Place of the present entry. */
  sptep = 0;

  /** Goes to the first entry below a root. A root of four pointers is passed over at once. */
  begin({ kvm, arch }: Vcpu, hi: number, lo: number, root: number): void {
    const { m } = kvm;
    this.#m = m;
    this.#hi = hi;
    this.#lo = lo;
    this.level = m.get(arch + ARCH.root_role) & ROLE.level;
    let table = root;
    if (this.level === 3) {
      const pointer = (root << 10) + (lo >>> 30) * 2;
      table = m.get(pointer);
      this.level = is_present_root(m.get(pointer + 1)) ? 2 : 0;
    }
    this.#enter(table);
  }

  /** shadow_walk_next: follows the present entry, or ends. */
  next(): void {
    const { words } = this.#m as Machine;
    const flags = words[this.sptep + 1] as number;
    this.level = !is_shadow_present_pte(flags) || is_last_spte(flags, this.level) ? 0 : this.level - 1;
    this.#enter(words[this.sptep] as number);
  }

  #enter(table: number): void {
    if (this.level > 0)
      this.sptep = (table << 10) + tableIndex(EIGHT_BYTES, this.level, this.#hi, this.#lo) * 2;
  }
}

/** The one walk: none begins before the last one is over. */
const walk = new ShadowWalk();

/** shadow_walk_init: a walk for an address (plain pair), at the vCPU's present root or another one. Valid until the next. */
export function shadow_walk_init(
  vcpu: Vcpu,
  hi: number,
  lo: number,
  root: number = vcpu.kvm.m.get(vcpu.arch + ARCH.root_hpa),
): ShadowWalk {
  shadow_walk_init_using_root(vcpu, hi, lo, root);
  return walk;
}

/** shadow_walk_init_using_root */
const shadow_walk_init_using_root = kernel(
  'shadow_walk_init_using_root',
  (vcpu: Vcpu, hi: number, lo: number, root: number): void => walk.begin(vcpu, hi, lo, root),
);

/** Whether one of the four pointers of a PAE root is in use. */
const is_present_root = (flags: number): boolean => (flags & 1) !== 0;
