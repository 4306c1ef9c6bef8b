/**
 * What KVM knows of a guest's paging mode, and the reading of single guest entries
 * (Linux 6.1: mmu/paging_tmpl.h: gpte_to_gfn, gpte_access, protect_clean_gpte, prefetch_invalid_gpte).
 */

import { PTE, type ReadEntry, readEntry } from '#arch/entry.ts';
import { type EntryFormat, isMalformed, KIND, pagingFormat } from '#arch/entry-format.ts';
import type { PagingMode } from '#arch/paging-mode.ts';
import { ACC } from '#arch/permission.ts';
import { kernel } from '#hypervisor/kvm/calls.ts';
import { kvm_vcpu_gfn_to_memslot } from '#hypervisor/kvm/memslot.ts';
import { type Kvm, ROLE, roleAccess, roleQuadrant, SP, type Vcpu } from '#hypervisor/kvm/structs.ts';
import { guestPlace } from '#machine/memory.ts';
import { vcpuMode } from '#machine/vcpu.ts';

/** Formats made so far, and the last one that was asked for: nearly always the next too. */
const known = new WeakMap<Kvm, Map<PagingMode, EntryFormat>>();
let last: { readonly kvm: Kvm; readonly mode: PagingMode; readonly format: EntryFormat } | null = null;

/** What the guest's entries are and what they reserve, as KVM's walker sees it (guest_rsvd_check). */
export function guestFormat(kvm: Kvm, mode: PagingMode): EntryFormat {
  if (last?.kvm !== kvm || last.mode !== mode) last = { kvm, mode, format: knownFormat(kvm, mode) };
  return last.format;
}

function knownFormat(kvm: Kvm, mode: PagingMode): EntryFormat {
  const modes = known.get(kvm) ?? new Map<PagingMode, EntryFormat>();
  known.set(kvm, modes);
  const rules = { maxphyaddr: kvm.maxphyaddr, amd: kvm.amd, gigabytePages: true, pse36Bits: 4 };
  const format = modes.get(mode) ?? pagingFormat(mode, rules);
  modes.set(mode, format);
  return format;
}

/** The guest's entry that was read last, as a swizzled pair. */
export const gpte: ReadEntry = { frame: 0, flags: 0 };

/** Reads an entry of a guest's table that lies in a slot. @param offset bytes within the table's frame */
export function readGpte({ m }: Kvm, slot: number, gfn: number, offset: number, bytes: 4 | 8): void {
  const place = guestPlace(m.words, slot, gfn, offset);
  if (place !== 0) {
    readEntry(m.words, place, bytes, (offset >>> 2) & 1, gpte);
    return;
  }
  gpte.frame = 0;
  gpte.flags = 0;
}

/** kvm_vcpu_read_guest_atomic: the same, for a vCPU that holds the MMU lock. False if no memory is there. */
export const kvm_vcpu_read_guest_atomic = kernel(
  'kvm_vcpu_read_guest_atomic',
  (vcpu: Vcpu, gfn: number, offset: number, bytes: 4 | 8): boolean => {
    const slot = kvm_vcpu_gfn_to_memslot(vcpu, gfn);
    if (slot !== 0) readGpte(vcpu.kvm, slot, gfn, offset, bytes);
    return slot !== 0;
  },
);

/** gpte_access: rights that an entry grants (ACC). */
export const gpte_access = (flags: number): number =>
  (flags & PTE.write ? ACC.write : 0) | (flags & PTE.user ? ACC.user : 0) | (flags & PTE.nx ? 0 : ACC.exec);

/** protect_clean_gpte: while the guest's D bit is clear a page is mapped read-only, so that the first write is seen. */
export const protect_clean_gpte = (access: number, flags: number): number =>
  flags & PTE.dirty ? access : access & ~ACC.write;

/**
 * The first test of prefetch_invalid_gpte: whether the entry (`gpte`) of a level-1 table may be mapped before it is
 * used: present, accessed, nothing reserved set.
 */
export function mayPrefetch(vcpu: Vcpu): boolean {
  const mode = vcpuMode(vcpu.kvm.m.words, vcpu.regs);
  if (!(gpte.flags & PTE.present) || !(gpte.flags & PTE.accessed)) return false;
  return !isMalformed(guestFormat(vcpu.kvm, mode), 1, KIND.leaf, gpte.frame, gpte.flags);
}

/** get_level1_sp_gpa and an index: byte offset, in the guest's table, of the entry that a level-1 shadow entry stands for. */
export function level1GpteOffset(role: number, index: number): number {
  if (!(role & ROLE.has_4_byte_gpte)) return index * 8;
  return roleQuadrant(role) * 512 * 4 + index * 4;
}

/** Rights that a level-1 shadow page's entry for `gpte` gets: the path's, the entry's, and no write while it is clean. */
export const prefetchAccess = (kvm: Kvm, sp: number): number =>
  protect_clean_gpte(roleAccess(kvm.m.get(sp + SP.role)) & gpte_access(gpte.flags), gpte.flags);

/** Bytes of the guest's entries behind a shadow page. */
export const gpteBytes = (role: number): 4 | 8 => (role & ROLE.has_4_byte_gpte ? 4 : 8);
