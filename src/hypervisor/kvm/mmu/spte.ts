/**
 * Entries of KVM's tables: the bits that both formats share, questions to an entry, and the builders that depend on nothing else
 * (Linux 6.1: mmu/spte.h, mmu/spte.c). What differs between shadow tables, AMD's and Intel's nested ones is in spte_format.ts.
 *
 * An entry is two words of its table: frame and flags (arch/word64.ts). The masks here are of the flags word.
 */

import { bitsMask, PTE } from '#arch/entry.ts';
import { ACC } from '#arch/permission.ts';
import type { EntryKind } from '#hypervisor/atlas.ts';
import { kernel, noted } from '#hypervisor/kvm/calls.ts';
import { KVM, type Kvm, kvmPlace, ROLE, SP, type Vcpu } from '#hypervisor/kvm/structs.ts';
import { MMU_PRESENT } from '#machine/events.ts';
import { NO_FRAME } from '#machine/host-pages.ts';
import type { Machine } from '#machine/words.ts';
import { SPTE_FORMATS, type SpteFormat } from './spte_format.ts';

/** Bits that both formats have in the same place. */
export const SPTE = {
  write: PTE.write,
  pageSize: PTE.pageSize,
  mmuPresent: MMU_PRESENT,
  /** The entry keeps no A and D (SPTE_TDP_AD_DISABLED_MASK, bit 52). */
  adDisabled: 1 << (52 - 32),
  /** Where an access-tracked entry keeps its R and X: bits 54 and 56. */
  savedShift: 54 - 32,
  savedRead: 1 << (54 - 32),
  savedExecute: 1 << (56 - 32),
} as const;

/** Where an MMIO entry keeps the generation of the slots: bits 3 to 10 and 52 to 62. */
export const MMIO_GENERATION = { low: 0xff << 3, high: 0x7ff << (52 - 32) } as const;

/** REMOVED_SPTE: the TDP MMU's mark of an entry whose table goes, which nobody may touch. */
export const REMOVED_SPTE = 0x5a0;

const SAVED_BITS = 0b101;

/** The format of a machine's entries, from its words alone. */
export const spteFormat = (words: Int32Array): SpteFormat =>
  SPTE_FORMATS[words[kvmPlace(words) + KVM.spte_format] as number] as SpteFormat;

// What KVM asks of an entry's flags, under the kernel's names (mmu/spte.h).
export const is_shadow_present_pte = (flags: number): boolean => (flags & SPTE.mmuPresent) !== 0;
export const is_large_pte = (flags: number): boolean => (flags & PTE.pageSize) !== 0;
export const is_last_spte = (flags: number, level: number): boolean => level === 1 || is_large_pte(flags);
export const is_writable_pte = (flags: number): boolean => (flags & PTE.write) !== 0;
export const is_mmu_writable_spte = (format: SpteFormat, flags: number): boolean =>
  (flags & format.mmuWritable) !== 0;
export const is_removed_spte = (flags: number): boolean => flags === REMOVED_SPTE;

/** is_executable_pte: whether code may be fetched through the entry. */
export const is_executable_pte = (format: SpteFormat, flags: number): boolean =>
  (flags & (format.exec | format.nx)) === format.exec;

/** is_mmio_spte: marked as MMIO, not MMU-present. */
export const is_mmio_spte = (format: SpteFormat, flags: number): boolean =>
  (flags & (format.mmioMask | SPTE.mmuPresent)) === format.mmioValue;

/** What an entry of a table of `level` is. */
export function spteKind(format: SpteFormat, level: number, flags: number): EntryKind {
  if (is_shadow_present_pte(flags)) return is_last_spte(flags, level) ? 'leaf' : 'table';
  if (is_mmio_spte(format, flags)) return 'mmio';
  return is_removed_spte(flags) ? 'removed' : 'not-present';
}

/** spte_ad_enabled: whether the hardware keeps A and D in the entry. */
export const spte_ad_enabled = (flags: number): boolean => (flags & SPTE.adDisabled) === 0;

/** is_access_track_spte: without A bits, whether the entry lost its rights so that its next use is seen. */
export const is_access_track_spte = (format: SpteFormat, flags: number): boolean =>
  !spte_ad_enabled(flags) && (flags & format.accessTrack) === 0;

/** is_accessed_spte: whether the page was used since somebody asked last. */
export const is_accessed_spte = (format: SpteFormat, flags: number): boolean =>
  spte_ad_enabled(flags) ? (flags & format.accessed) !== 0 : !is_access_track_spte(format, flags);

/** is_dirty_spte: whether the page may have been written through the entry. */
export const is_dirty_spte = (format: SpteFormat, flags: number): boolean =>
  spte_ad_enabled(flags) ? (flags & format.dirty) !== 0 : is_writable_pte(flags);

/** make_nonleaf_spte: flags of an entry that points to a table. Always all rights: leaves alone restrict. */
export const make_nonleaf_spte = kernel(
  'make_nonleaf_spte',
  ({ format }: Kvm, adDisabled: boolean): number => {
    const { present, user, exec, accessed } = format;
    return SPTE.mmuPresent | present | SPTE.write | user | exec | (adDisabled ? SPTE.adDisabled : accessed);
  },
);

/**
 * mark_spte_for_access_track: flags of an entry that nobody has used: A is clear, or, where there is no A, the rights are gone and
 * R and X kept aside.
 */
export const mark_spte_for_access_track = kernel(
  'mark_spte_for_access_track',
  ({ format }: Kvm, flags: number): number => {
    if (spte_ad_enabled(flags)) return flags & ~format.accessed;
    if (is_access_track_spte(format, flags)) return flags;
    return (flags & ~format.accessTrack) | ((flags & SAVED_BITS) << SPTE.savedShift);
  },
);

/** restore_acc_track_spte: the rights that were kept aside come back; W only with the next write. */
export const restore_acc_track_spte = (flags: number): number =>
  (flags & ~(SAVED_BITS << SPTE.savedShift)) | ((flags >>> SPTE.savedShift) & SAVED_BITS);

/**
 * make_huge_page_split_spte: flags of one of the 512 smaller entries that take the place of a large one; its frame is the caller's to add.
 * @param level of the smaller entries
 */
export const make_huge_page_split_spte = kernel(
  'make_huge_page_split_spte',
  ({ format, parameters }: Kvm, huge: number, level: number, execute: boolean): number => {
    if (level > 1) return huge;
    const small = huge & ~SPTE.pageSize;
    // Code was forbidden only because the page was large.
    return execute && parameters.nx_huge_pages ? (small & ~format.nx) | format.exec : small;
  },
);

/** spte_has_volatile_bits: whether the processor may change the entry meanwhile. In this model nobody is that quick. */
export const spte_has_volatile_bits = noted('spte_has_volatile_bits');

/** How many of the highest cacheable address bits are inverted in entries that are not present, against L1TF. */
const L1TF_BITS = 5;

/** What decides how an MMIO entry hides its frame from the processor's caches. */
type Processor = Pick<Kvm, 'amd' | 'maxphyaddr'>;

/** shadow_nonpresent_or_rsvd_mask, of the frame word: 0 on processors that L1TF does not touch. */
const l1tfMask = (kvm: Processor): number =>
  kvm.amd ? 0 : bitsMask(kvm.maxphyaddr - L1TF_BITS, kvm.maxphyaddr - 1).frame;

/** make_mmio_spte: an entry that says "no memory", as a swizzled pair: the gfn, the access, the slots' generation. */
export const make_mmio_spte = kernel(
  'make_mmio_spte',
  (kvm: Kvm, gfn: number, access: number): { frame: number; flags: number } => {
    const gen = mmioGeneration(kvm);
    const mask = l1tfMask(kvm);
    const rights = (access & ACC.write ? PTE.write : 0) | (access & ACC.user ? PTE.user : 0);
    const { mmioValue, mmioAccess } = kvm.format;
    const flags =
      mmioValue | (rights & mmioAccess) | ((gen << 3) & MMIO_GENERATION.low) | ((gen >>> 8) << 20);
    return { frame: gfn | mask | ((gfn & mask) << L1TF_BITS), flags };
  },
);

/** get_mmio_spte_gfn: the guest frame of an MMIO entry, from its frame word. */
export function get_mmio_spte_gfn(kvm: Processor, frame: number): number {
  const mask = l1tfMask(kvm);
  return mask === 0 ? frame : (frame & ~(mask | (mask << L1TF_BITS))) | ((frame >>> L1TF_BITS) & mask);
}

/** Generation that an MMIO entry was made in. */
export const get_mmio_spte_generation = (flags: number): number =>
  ((flags & MMIO_GENERATION.low) >>> 3) | (((flags & MMIO_GENERATION.high) >>> 20) << 8);

/** The memory slots' generation as MMIO entries can hold it (19 bits). */
export const mmioGeneration = ({ m, at }: Pick<Kvm, 'm' | 'at'>): number => mmioGenerationOf(m.words, at);

/** The same from a machine's words. @param at place of the KVM record */
export const mmioGenerationOf = (words: Int32Array, at: number): number =>
  (words[at + KVM.memslots_generation] as number) & 0x7ffff;

/** Rights of an MMIO entry, as ACC bits without execute; an EPT entry keeps none. */
export const get_mmio_spte_access = ({ mmioAccess }: SpteFormat, flags: number): number => flags & mmioAccess;

/** Whether a frame number says that no slot is there. */
export const is_noslot_pfn = (pfn: number): boolean => pfn === NO_FRAME;

/** Whether entries of this page keep A and D themselves (spte_ad_enabled of a role). */
export const sp_ad_disabled = (m: Machine, sp: number): boolean =>
  (m.get(sp + SP.role) & ROLE.ad_disabled) !== 0;

/** Whether the vCPU's KVM allows MMIO entries at all. */
export const mmioCaching = (vcpu: Vcpu): boolean =>
  vcpu.kvm.parameters.mmio_caching && vcpu.kvm.maxphyaddr < 52;

/** mmu_spte_update's answer: whether TLBs may still hold more rights than the new entry gives. */
export function updateNeedsFlush(format: SpteFormat, old: number, now: number): boolean {
  if (is_mmu_writable_spte(format, old) && !is_writable_pte(now)) return true;
  if (is_accessed_spte(format, old) && !is_accessed_spte(format, now)) return true;
  return is_dirty_spte(format, old) && !is_dirty_spte(format, now);
}
