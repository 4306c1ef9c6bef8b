/** The walk down a shadow tree (Linux 6.1: struct kvm_shadow_walk_iterator). */

import { tableIndex } from '#arch/paging-mode.ts';
import { kernel } from '#hypervisor/kvm/calls.ts';
import { ARCH, ROLE, type Vcpu } from '#hypervisor/kvm/structs.ts';
import { is_last_spte, is_shadow_present_pte } from './spte.ts';

const EIGHT_BYTES = { entryBytes: 8 } as const;

export class ShadowWalk {
  readonly vcpu: Vcpu;
  readonly #hi: number;
  readonly #lo: number;
  #table = 0;
  /** Level of the present entry; 0 when the walk is over. */
  level: number;
  /** Place of the present entry. */
  sptep = 0;

  /** shadow_walk_init: begins at the current root. A root of four pointers is passed over at once. */
  constructor(vcpu: Vcpu, hi: number, lo: number, root: number = vcpu.kvm.m.get(vcpu.arch + ARCH.root_hpa)) {
    this.vcpu = vcpu;
    this.#hi = hi;
    this.#lo = lo;
    this.level = 0;
    shadow_walk_init_using_root(vcpu, this, root);
  }

  /** Goes to the first entry below a root. */
  begin(root: number): void {
    const { vcpu } = this;
    const { m } = vcpu.kvm;
    this.#table = root;
    this.level = m.get(vcpu.arch + ARCH.root_role) & ROLE.level;
    if (this.level === 3) {
      const pointer = (root << 10) + (this.#lo >>> 30) * 2;
      this.#table = m.get(pointer);
      this.level = is_present_root(m.get(pointer + 1)) ? 2 : 0;
    }
    this.#locate();
  }

  /** shadow_walk_next: follows the present entry, or ends. */
  next(): void {
    const { m } = this.vcpu.kvm;
    const flags = m.get(this.sptep + 1);
    if (!is_shadow_present_pte(flags) || is_last_spte(flags, this.level)) {
      this.level = 0;
      return;
    }
    this.#table = m.get(this.sptep);
    this.level--;
    this.#locate();
  }

  #locate(): void {
    if (this.level > 0)
      this.sptep = (this.#table << 10) + tableIndex(EIGHT_BYTES, this.level, this.#hi, this.#lo) * 2;
  }
}

/** shadow_walk_init_using_root */
const shadow_walk_init_using_root = kernel(
  'shadow_walk_init_using_root',
  (_: Vcpu, walk: ShadowWalk, root: number): void => walk.begin(root),
);

/** Whether one of the four pointers of a PAE root is in use. */
const is_present_root = (flags: number): boolean => (flags & 1) !== 0;
