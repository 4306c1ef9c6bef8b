/**
 * What KVM owes to the guest's processors whenever one is about to run: nothing that they remember grants more than the tables which KVM made
 * grant now. The guest's own tables are no part of this: what a guest changes it must flush itself.
 */
import { PTE } from '#arch/entry.ts';
import { ARCH, roleLevel } from '#hypervisor/kvm/structs.ts';
import { knownFrames } from '#machine/tlb/frames.ts';
import { TLB } from '#machine/tlb/record.ts';
import { knownTables } from '#machine/tlb/tables.ts';
import { knownTranslations } from '#machine/tlb/translations.ts';
import { VCPU, vcpuMode, vcpuPlace } from '#machine/vcpu.ts';
import type { Scenario } from '#scenario/scenario.ts';

/** How entries of the walked tables are read; rights as flags that are set where they are granted. */
interface Entries {
  readonly isPresent: (flags: number) => boolean;
  readonly rights: (flags: number) => number;
  /** Flags of rights. */
  readonly mask: number;
  readonly write: number;
  readonly dirty: number;
}

const NX = 0x80000000 | 0;
const LARGE = 0x80;
const PAGING: Entries = {
  isPresent: (flags) => (flags & 1) !== 0,
  rights: (flags) => flags ^ NX,
  mask: 6 | NX,
  write: 2,
  dirty: 0x40,
};
const EPT: Entries = {
  isPresent: (flags) => (flags & 7) !== 0,
  rights: (flags) => flags,
  mask: 7,
  write: 2,
  dirty: 0x200,
};

/** A page that tables map, or a table that they lead to. */
interface Reached {
  readonly frame: number;
  readonly level: number;
  readonly rights: number;
  readonly isDirty: boolean;
}

/** Everything that a vCPU remembers and must not, in words. Empty where all is in order. */
export function staleEntries(words: Int32Array, { machine }: Scenario): string[] {
  if (machine.kind !== 'kvm' || machine.tlb === null) return [];
  return Array.from({ length: machine.vcpus }, (_, cpu) => {
    const regs = vcpuPlace(words, cpu);
    const arch = words[regs + VCPU.hypervisor] as number;
    // What is still to be done before the guest is entered sets things right.
    const isPending = [ARCH.requests, ARCH.tlb_ctl, ARCH.asid_is_old].some(
      (field) => words[arch + field] !== 0,
    );
    if (isPending || words[arch + ARCH.root_hpa] === 0) return [];
    const check = new Check(words, cpu, machine.vendor === 'intel');
    if (machine.mmu === 'shadow') check.shadow();
    else check.nested(machine.vendor === 'intel');
    return check.found;
  }).flat();
}

class Check {
  readonly found: string[] = [];
  readonly #words: Int32Array;
  readonly #cpu: number;
  readonly #regs: number;
  readonly #arch: number;
  readonly #tlb: number;
  readonly #root: number;
  readonly #entries: Entries;

  constructor(words: Int32Array, cpu: number, isIntel: boolean) {
    const regs = vcpuPlace(words, cpu);
    this.#words = words;
    this.#cpu = cpu;
    this.#regs = regs;
    this.#arch = words[regs + VCPU.hypervisor] as number;
    this.#tlb = words[regs + VCPU.tlb] as number;
    this.#root = words[regs + VCPU.hardware_root] as number;
    this.#entries = isIntel && words[this.#tlb + TLB.root] !== 0 ? EPT : PAGING;
  }

  /** One dimension: each linear address leads where the shadow tables lead it. */
  shadow(): void {
    const { levels } = vcpuMode(this.#words, this.#regs);
    const depth = levels >= 4 ? levels : 3;
    for (const known of knownTranslations(this.#words, this.#regs)) {
      const now = this.#walk(depth, known.hi, known.lo, 1);
      const rights = (known.rights & 2 ? 2 : 0) | (known.rights & 4 ? 4 : 0) | (known.rights & 1 ? NX : 0);
      if (!now || now.frame !== known.frame) this.#tell(known, 'the tables lead elsewhere');
      else this.#compare(known, rights & ~this.#takenBySupervisor(now), known.dirty, now);
    }
    for (const known of knownTables(this.#words, this.#regs, false)) {
      const now = this.#walk(depth, known.hi, known.lo, known.level + 1);
      if (!now || now.frame !== known.table) this.#tell(known, 'the table is another now');
    }
  }

  /**
   * Rights that an entry lost when a supervisor wrote to a read-only page of user space, which CR0.WP = 0 allows: KVM lets the entry be
   * written, then, and takes it from user space without a flush, as the guest's tables still grant that; with SMEP it may not be
   * executed either, or the kernel could (Linux 6.1: mmu/paging_tmpl.h page_fault).
   */
  #takenBySupervisor({ rights }: Reached): number {
    const { wp, smep } = vcpuMode(this.#words, this.#regs);
    if (wp || !(rights & PAGING.write) || rights & PTE.user) return 0;
    return PTE.user | (smep ? NX : 0);
  }

  /** Two dimensions: guest frames lie where they are remembered; what is behind linear addresses is mapped somewhere. */
  nested(isIntel: boolean): void {
    if (isIntel && this.#words[this.#tlb + TLB.root] !== this.#root) return;
    const depth = roleLevel(this.#words[this.#arch + ARCH.root_role] as number);
    for (const known of knownFrames(this.#words, this.#regs)) {
      const now = this.#walk(depth, known.gfn >>> 20, known.gfn << 12, 1);
      const isDirty = (known.leaf & this.#entries.dirty) !== 0;
      if (!now || now.frame !== known.frame) this.#tell(known, 'the guest frame lies elsewhere');
      else this.#compare(known, known.rights & this.#entries.mask, isDirty, now);
    }
    for (const known of knownTables(this.#words, this.#regs, true)) {
      const now = this.#walk(depth, known.hi, known.lo, known.level + 1);
      if (!now || now.frame !== known.table) this.#tell(known, 'the nested table is another now');
    }
    const mapped = this.#leaves(this.#root, depth, -1);
    for (const known of knownTranslations(this.#words, this.#regs)) {
      const write = known.nestedRights & 2 && known.dirty ? this.#entries.write : 0;
      if (!mapped.some((leaf) => covers(leaf, known.frame, known.shift) && (write & ~leaf.rights) === 0))
        this.#tell(known, 'no nested entry grants the frame');
    }
    for (const known of knownTables(this.#words, this.#regs, false))
      if (!mapped.some((leaf) => covers(leaf, known.host, 0)))
        this.#tell(known, 'no nested entry grants the frame of the guest’s table');
  }

  /** The page that an address lies in, or the table that the entry of level `last` leads to. */
  #walk(depth: number, hi: number, lo: number, last: number): Reached | null {
    let table = this.#root;
    let rights = -1;
    for (let level = depth; level >= last; level--) {
      const index = indexOf(level, depth, hi, lo);
      const [frame, flags] = this.#entry(table, index);
      if (!this.#entries.isPresent(flags)) return null;
      if (depth !== 3 || level !== 3) rights &= this.#entries.rights(flags);
      const isDirty = (flags & this.#entries.dirty) !== 0;
      if (level === 1 || flags & LARGE) {
        const within = (1 << ((level - 1) * 9)) - 1;
        const page = (lo >>> 12) | (hi << 20);
        return { frame: (frame & ~within) | (page & within), level, rights, isDirty };
      }
      table = frame;
    }
    return { frame: table, level: last - 1, rights, isDirty: false };
  }

  #leaves(table: number, level: number, above: number): Reached[] {
    const found: Reached[] = [];
    for (let index = 0; index < 512; index++) {
      const [frame, flags] = this.#entry(table, index);
      if (!this.#entries.isPresent(flags)) continue;
      const rights = above & this.#entries.rights(flags);
      if (level === 1 || flags & LARGE)
        found.push({ frame, level, rights, isDirty: (flags & this.#entries.dirty) !== 0 });
      else found.push(...this.#leaves(frame, level - 1, rights));
    }
    return found;
  }

  #entry(table: number, index: number): readonly [number, number] {
    const place = (table << 10) + index * 2;
    return [this.#words[place] as number, this.#words[place + 1] as number];
  }

  #compare(known: object, rights: number, isDirty: boolean, now: Reached): void {
    if (rights & ~now.rights) this.#tell(known, 'a right is gone');
    if (isDirty && rights & this.#entries.write && !now.isDirty) this.#tell(known, 'D is clear');
  }

  #tell(known: object, what: string): void {
    this.found.push(`cpu${this.#cpu} remembers ${JSON.stringify(known)}: ${what}`);
  }
}

/** Index of the entry of a level in its table. @param depth levels of the tables */
function indexOf(level: number, depth: number, hi: number, lo: number): number {
  if (level === 3) return depth === 3 ? lo >>> 30 : ((hi << 2) | (lo >>> 30)) & 511;
  if (level > 3) return (hi >>> (level === 4 ? 7 : 16)) & 511;
  return (lo >>> (level === 2 ? 21 : 12)) & 511;
}

/** Whether a leaf maps all of a page of so many frames (log2). */
const covers = (leaf: Reached, frame: number, shift: number): boolean =>
  leaf.frame <= frame && frame + 2 ** shift <= leaf.frame + 2 ** ((leaf.level - 1) * 9);
