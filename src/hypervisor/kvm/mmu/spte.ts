/**
 * Entries of shadow tables in the x86 format: their bits, and the builders that depend on nothing else
 * (Linux 6.1: mmu/spte.h, mmu/spte.c).
 *
 *     63  52…51  12…51   11           10            9              7   6  5  2  1  0
 *     NX  mmio   frame   MMU-present  MMU-writable  host-writable  PS  D  A  U  W  P
 *
 * An entry is two words of its table: frame and flags (arch/word64.ts). The masks here are of the flags word.
 */

import { bitsMask, PTE } from '#arch/entry.ts';
import { ACC } from '#arch/permission.ts';
import { kernel, noted } from '#hypervisor/kvm/calls.ts';
import { KVM, type Kvm, ROLE, SP, type Vcpu } from '#hypervisor/kvm/structs.ts';
import { NO_FRAME } from '#machine/host-pages.ts';
import type { Machine } from '#machine/words.ts';

export const SPTE = {
  hostWritable: 1 << 9,
  mmuWritable: 1 << 10,
  mmuPresent: 1 << 11,
  /** Bit 51, reserved on every processor with fewer physical address bits: marks an MMIO entry. */
  mmio: 1 << (51 - 32),
} as const;

/** Which of an MMIO entry's low bits keep the access. */
const MMIO_ACCESS = PTE.write | PTE.user;
const MMIO_GEN_LOW = 0xff;

export const is_shadow_present_pte = (flags: number): boolean => (flags & SPTE.mmuPresent) !== 0;
export const is_large_pte = (flags: number): boolean => (flags & PTE.pageSize) !== 0;
export const is_last_spte = (flags: number, level: number): boolean => level === 1 || is_large_pte(flags);
export const is_writable_pte = (flags: number): boolean => (flags & PTE.write) !== 0;
export const is_mmu_writable_spte = (flags: number): boolean => (flags & SPTE.mmuWritable) !== 0;
/** is_mmio_spte: bits 51 and 0 set, not MMU-present. */
export const is_mmio_spte = (flags: number): boolean =>
  (flags & (SPTE.mmio | PTE.present | SPTE.mmuPresent)) === (SPTE.mmio | PTE.present);

/** Flags of an entry that points to a table. Always all rights: leaves alone restrict. */
const NONLEAF = SPTE.mmuPresent | PTE.present | PTE.write | PTE.user | PTE.accessed;

/** make_nonleaf_spte: flags of an entry that points to a table. */
export const make_nonleaf_spte = kernel('make_nonleaf_spte', (_: Machine): number => NONLEAF);

/** mark_spte_for_access_track: flags of an entry that nobody has used. */
export const mark_spte_for_access_track = kernel(
  'mark_spte_for_access_track',
  (_: Machine, flags: number): number => flags & ~PTE.accessed,
);

/** spte_has_volatile_bits: whether the processor may change the entry meanwhile. In this model nobody is that quick. */
export const spte_has_volatile_bits = noted('spte_has_volatile_bits');

/** How many of the highest cacheable address bits are inverted in entries that are not present, against L1TF. */
const L1TF_BITS = 5;

/** shadow_nonpresent_or_rsvd_mask, of the frame word: 0 on processors that L1TF does not touch. */
const l1tfMask = (kvm: Kvm): number =>
  kvm.amd ? 0 : bitsMask(kvm.maxphyaddr - L1TF_BITS, kvm.maxphyaddr - 1).frame;

/** make_mmio_spte: an entry that says "no memory", as a swizzled pair: the gfn, the access, the slots' generation. */
export const make_mmio_spte = kernel(
  'make_mmio_spte',
  (kvm: Kvm, gfn: number, access: number): { frame: number; flags: number } => {
    const gen = mmioGeneration(kvm);
    const mask = l1tfMask(kvm);
    const rights = (access & ACC.write ? PTE.write : 0) | (access & ACC.user ? PTE.user : 0);
    const flags =
      SPTE.mmio | PTE.present | (rights & MMIO_ACCESS) | ((gen & MMIO_GEN_LOW) << 3) | ((gen >>> 8) << 20);
    return { frame: gfn | mask | ((gfn & mask) << L1TF_BITS), flags };
  },
);

/** get_mmio_spte_gfn: the guest frame of an MMIO entry, from its frame word. */
export function get_mmio_spte_gfn(kvm: Kvm, frame: number): number {
  const mask = l1tfMask(kvm);
  return mask === 0 ? frame : (frame & ~(mask | (mask << L1TF_BITS))) | ((frame >>> L1TF_BITS) & mask);
}

/** Generation that an MMIO entry was made in. */
export const get_mmio_spte_generation = (flags: number): number =>
  ((flags >>> 3) & MMIO_GEN_LOW) | (((flags >>> 20) & 0x7ff) << 8);

/** The memory slots' generation as MMIO entries can hold it (19 bits). */
export const mmioGeneration = (kvm: Kvm): number => kvm.m.get(kvm.at + KVM.memslots_generation) & 0x7ffff;

/** Rights of an MMIO entry, as ACC bits without execute. */
export const get_mmio_spte_access = (flags: number): number => flags & MMIO_ACCESS;

/** Whether a frame number says that no slot is there. */
export const is_noslot_pfn = (pfn: number): boolean => pfn === NO_FRAME;

/** Whether entries of this page keep A and D themselves (spte_ad_enabled of a role). */
export const sp_ad_disabled = (m: Machine, sp: number): boolean =>
  (m.get(sp + SP.role) & ROLE.ad_disabled) !== 0;

/** Whether the vCPU's KVM allows MMIO entries at all. */
export const mmioCaching = (vcpu: Vcpu): boolean =>
  vcpu.kvm.parameters.mmio_caching && vcpu.kvm.maxphyaddr < 52;

/** mmu_spte_update's answer: whether TLBs may still hold more rights than the new entry gives. */
export function updateNeedsFlush(old: number, now: number): boolean {
  if (is_mmu_writable_spte(old) && !is_writable_pte(now)) return true;
  return (old & PTE.accessed) !== 0 && !(now & PTE.accessed)
    ? true
    : (old & PTE.dirty) !== 0 && !(now & PTE.dirty);
}
