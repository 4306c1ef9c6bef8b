/**
 * KVM's walk of the guest's own tables (Linux 6.1: mmu/paging_tmpl.h walk_addr_generic, update_accessed_dirty_bits).
 * It reads what a processor would read, sets A and D as a processor would, and remembers the path for fetch.ts.
 */

import { leafFrame, PTE } from '#arch/entry.ts';
import { isMalformed, KIND } from '#arch/entry-format.ts';
import { PF } from '#arch/fault.ts';
import { EFER, frameOfAddress, levelShift, type PagingMode, tableIndex } from '#arch/paging-mode.ts';
import { ACC, refusal } from '#arch/permission.ts';
import { hiWord, loWord } from '#arch/word64.ts';
import { kernel, paging } from '#hypervisor/kvm/calls.ts';
import { kvm_vcpu_gfn_to_hva_prot, kvm_vcpu_mark_page_dirty } from '#hypervisor/kvm/memslot.ts';
import {
  trace_kvm_mmu_pagetable_walk,
  trace_kvm_mmu_paging_element,
  trace_kvm_mmu_set_accessed_bit,
  trace_kvm_mmu_set_dirty_bit,
  trace_kvm_mmu_walker_error,
  traceMemoryWrite,
} from '#hypervisor/kvm/mmutrace.ts';
import { kvm_pdptr_read } from '#hypervisor/kvm/pdptrs.ts';
import type { Vcpu } from '#hypervisor/kvm/structs.ts';
import { get_rflags } from '#hypervisor/kvm/vendor_ops.ts';
import { storeGuest } from '#machine/memory.ts';
import { findSlot, SLOT, SLOT_FLAG } from '#machine/slots.ts';
import { cr3Frame, VCPU, vcpuMode } from '#machine/vcpu.ts';
import { gpte, gpte_access, guestFormat, protect_clean_gpte, readGpte } from './guest_walker.ts';

/** struct guest_walker: the path of a walk. Arrays are indexed by level - 1. Valid until the next walk: there is only one. */
export interface GuestWalker {
  ok: boolean;
  level: number;
  max_level: number;
  readonly table_gfn: Int32Array;
  readonly offset: Int32Array;
  /** Entries read, as swizzled pairs. */
  readonly frame: Int32Array;
  readonly flags: Int32Array;
  /** Rights collected above each table (ACC). */
  readonly pt_access: Int32Array;
  /** Bytes of an entry. */
  gpte_bytes: 4 | 8;
  /** Rights with the leaf (ACC). */
  pte_access: number;
  gfn: number;
  /** Error code for the guest, where not ok. */
  error_code: number;
}

const five = (): Int32Array => new Int32Array(5);

const walker: GuestWalker = {
  ok: false,
  level: 0,
  max_level: 0,
  table_gfn: five(),
  offset: five(),
  frame: five(),
  flags: five(),
  pt_access: five(),
  gpte_bytes: 8,
  pte_access: ACC.all,
  gfn: 0,
  error_code: 0,
};

/** nonpaging_gva_to_gpa: an address is guest-physical already. */
const nonpaging_gva_to_gpa = kernel(
  'nonpaging_gva_to_gpa',
  (_: Vcpu, hi: number, lo: number): GuestWalker => {
    walker.ok = true;
    walker.gfn = frameOfAddress(hi, lo);
    return walker;
  },
);

/**
 * struct kvm_mmu's gva_to_gpa: KVM's walk for itself: its emulator's operands and instructions, and what it must know of an
 * address. The parameters are those of `walk_addr_generic`.
 */
export const gva_to_gpa: typeof walk_addr_generic = (vcpu, hi, lo, ...access) =>
  vcpuMode(vcpu.kvm.m.words, vcpu.regs).levels === 0
    ? nonpaging_gva_to_gpa(vcpu, hi, lo)
    : paging_gva_to_gpa(vcpu, hi, lo, ...access);

const paging_gva_to_gpa = paging(
  'gva_to_gpa',
  (vcpu: Vcpu, hi: number, lo: number, access: number, ac: boolean, byEmulator: boolean): GuestWalker =>
    walk_addr_generic(vcpu, hi, lo, access, ac, byEmulator),
);

/**
 * walk_addr_generic
 * @param access error-code bits of the access, P included
 * @param ac RFLAGS.AC of the guest
 * @param byEmulator the walk is KVM's emulator's, which fetches an instruction
 */
export const walk_addr_generic = paging(
  'walk_addr_generic',
  (vcpu: Vcpu, hi: number, lo: number, access: number, ac: boolean, byEmulator: boolean): GuestWalker => {
    const { kvm } = vcpu;
    const mode = vcpuMode(kvm.m.words, vcpu.regs);
    walker.ok = false;
    walker.level = walker.max_level = mode.levels;
    walker.gpte_bytes = mode.entryBytes;
    walker.pte_access = ACC.all;
    trace_kvm_mmu_pagetable_walk(kvm.m, hi, lo, access, byEmulator);
    const code = descend(vcpu, mode, hi, lo);
    if (code !== null) return fail(vcpu, mode, walker, access, code);
    get_rflags(vcpu);
    if (refusal(mode, walker.pte_access, access, ac)) return fail(vcpu, mode, walker, access, PF.present);
    const leaf = walker.level - 1;
    const first = leafFrame(mode, walker.level, walker.frame[leaf] as number);
    walker.gfn = first | (frameOfAddress(hi, lo) & ((1 << levelShift(mode, walker.level)) - 1));
    const write = (access & PF.write) !== 0;
    if (!write) walker.pte_access = protect_clean_gpte(walker.pte_access, walker.flags[leaf] as number);
    update_accessed_dirty_bits(vcpu, mode, walker, write);
    walker.ok = true;
    return walker;
  },
);

/** Reads entries down to the leaf. Null, or the error-code bits of what stopped it. */
function descend(vcpu: Vcpu, mode: PagingMode, hi: number, lo: number): number | null {
  const { kvm } = vcpu;
  const { m } = kvm;
  const { entryBytes } = mode;
  const format = guestFormat(kvm, mode);
  let table = cr3Frame(m.words, vcpu.regs);
  if (mode.levels === 3) {
    const pdpte = kvm_pdptr_read(vcpu, lo);
    const flags = m.get(pdpte + 1);
    trace_kvm_mmu_paging_element(m, m.get(pdpte), flags, 3, table, (lo >>> 30) * 8);
    if (!(flags & PTE.present)) return 0;
    table = m.get(pdpte);
    walker.level = walker.max_level = 2;
  }
  for (; ; walker.level--) {
    const { level, pte_access } = walker;
    const at = level - 1;
    const offset = tableIndex(mode, level, hi, lo) * entryBytes;
    walker.table_gfn[at] = table;
    walker.offset[at] = offset;
    const slot = kvm_vcpu_gfn_to_hva_prot(vcpu, table);
    if (slot === 0) return 0;
    readGpte(kvm, slot, table, offset, entryBytes);
    const { frame, flags } = gpte;
    trace_kvm_mmu_paging_element(m, frame, flags, level, table, offset);
    const kind = format.kinds[(level << 12) | (flags & 0xfff)] as number;
    if (kind === KIND.absent) return 0;
    if (isMalformed(format, level, kind, frame, flags)) return PF.present | PF.reserved;
    walker.frame[at] = frame;
    walker.flags[at] = flags;
    walker.pt_access[at] = pte_access;
    walker.pte_access = pte_access & gpte_access(flags);
    if (kind === KIND.leaf) return null;
    table = frame;
  }
}

function fail(vcpu: Vcpu, mode: PagingMode, walker: GuestWalker, access: number, code: number): GuestWalker {
  const { m } = vcpu.kvm;
  walker.error_code = code | (access & (PF.write | PF.user));
  if (access & PF.fetch && (m.get(vcpu.regs + VCPU.efer) & EFER.NXE || mode.smep))
    walker.error_code |= PF.fetch;
  trace_kvm_mmu_walker_error(m, walker.error_code);
  return walker;
}

/**
 * update_accessed_dirty_bits: sets what is missing, from the top level to the leaf. order: the events come before the store;
 * in a read-only slot they come, and nothing is stored.
 */
const update_accessed_dirty_bits = paging(
  'update_accessed_dirty_bits',
  (vcpu: Vcpu, mode: PagingMode, walker: GuestWalker, write: boolean): void => {
    const { kvm } = vcpu;
    const { m } = kvm;
    for (let level = walker.max_level; level >= walker.level; level--) {
      const gfn = walker.table_gfn[level - 1] as number;
      const offset = walker.offset[level - 1] as number;
      const old = walker.flags[level - 1] as number;
      let flags = old;
      if (!(flags & PTE.accessed)) {
        trace_kvm_mmu_set_accessed_bit(m, gfn, offset);
        flags |= PTE.accessed;
      }
      if (level === walker.level && write && !(flags & PTE.dirty)) {
        trace_kvm_mmu_set_dirty_bit(m, gfn, offset);
        flags |= PTE.dirty;
      }
      if (flags === old) continue;
      const slot = findSlot(m.words, gfn);
      if (m.get(slot + SLOT.flags) & SLOT_FLAG.readOnly) continue;
      const frame = walker.frame[level - 1] as number;
      storeGuest(m, gfn, offset, mode.entryBytes, hiWord(frame, flags), loWord(frame, flags));
      traceMemoryWrite(m, gfn * 4096 + offset, mode.entryBytes, hiWord(frame, flags), loWord(frame, flags));
      kvm_vcpu_mark_page_dirty(vcpu, gfn);
      walker.flags[level - 1] = flags;
    }
  },
);
