/**
 * KVM's own structures, as records in the machine's words (Linux 6.1: include/asm/kvm_host.h, mmu/mmu_internal.h).
 *
 * `Kvm` and `Vcpu` are handles: what they hold besides places is fixed when the machine is made.
 */

import type { SpteFormat } from '#hypervisor/kvm/mmu/spte_format.ts';
import type { LogWriter } from '#machine/log.ts';
import { record } from '#machine/record.ts';
import { FRAME_SHIFT, HEADER, type Machine } from '#machine/words.ts';

/** struct kvm_mmu_page. Lists and chains are places; `spt` and `shadowed_translation` are frames. */
export const SP = record([
  'link*2',
  'hash_next',
  'hash_prev',
  'gfn',
  'role',
  'spt',
  'shadowed_translation',
  'serial',
  'unsync',
  'mmu_valid_gen',
  'root_count',
  'parent_ptes',
  'write_flooding_count',
  'unsync_children',
  'unsync_child_bitmap*16',
  'lpage_disallowed',
  'lpage_disallowed_link*2',
  'tdp_mmu_page',
  'tdp_mmu_root_count',
  'ptep',
  'tdp_mmu_scheduled_root_to_zap',
]);

/** struct kvm_arch, with what the generic struct kvm has for the MMU. */
export const KVM = record([
  'active_mmu_pages*2',
  'zapped_obsolete_pages*2',
  'lpage_disallowed_mmu_pages*2',
  'mmu_page_hash',
  'n_used_mmu_pages',
  'n_max_mmu_pages',
  'n_requested_mmu_pages',
  'indirect_shadow_pages',
  'mmu_valid_gen',
  'mmu_invalidate_seq',
  'memslots_generation',
  'nslot_pages',
  'next_serial',
  'free_sps',
  'free_descs',
  'shadow_root_allocated',
  'what_if',
  'amd',
  'maxphyaddr',
  'mmu',
  'spte_format',
  'tdp_mmu_roots*2',
  'tdp_mmu_pages*2',
]);

/** What KVM keeps about a vCPU: its one MMU context, requests, the MMIO cache, and a pending exception. */
export const ARCH = record([
  'root_hpa',
  'root_pgd_hi',
  'root_pgd_lo',
  'prev_roots*9',
  'pae_root',
  'root_role',
  'cpu_role_base',
  'cpu_role_ext',
  'requests',
  'mmio_gva_hi',
  'mmio_gva_lo',
  'mmio_access',
  'mmio_gfn',
  'mmio_gen',
  'exception_pending',
  'exception_injected',
  'exception_vector',
  'exception_has_error',
  'exception_error',
  'exception_cr2_hi',
  'exception_cr2_lo',
  'last_retry*4',
  'loaded',
  'pml_buffer',
  'pml_count',
  'tlb_ctl',
  'asid_is_old',
  'next_asid',
  'pdptrs_available',
]);

/** One entry of ARCH.prev_roots. */
export const ROOT = record(['hpa', 'pgd_hi', 'pgd_lo']);

/** What KVM keeps about a memory slot (struct kvm_arch_memory_slot); each a place of an array. */
export const SLOT_ARCH = record(['rmap*3', 'lpage_info*2', 'gfn_track']);

/** struct pte_list_desc. */
export const PTE_LIST_EXT = 14;
export const DESC = record(['more', 'spte_count', 'sptes*14']);

/** SPTE_ENT_PER_PAGE: entries of a table. */
export const SPTE_ENT_PER_PAGE = 512;
export const KVM_NUM_MMU_PREV_ROOTS = 3;
export const KVM_MMU_HASH_SIZE = 4096;

/** What a scenario may change about KVM, to see what that is good for (bits of KVM.what_if; docs/what-if.md). */
export const WHAT_IF = {
  /** No table goes out of sync: writes to last-level tables are seen like those to the others. */
  unsyncOff: 1,
  /** No shadow page is found again, and no former root is kept. */
  shadowCacheOff: 2,
  /** Nothing is mapped before it is used. */
  prefetchOff: 4,
  /** Each vCPU has shadow pages of its own. */
  privateRoots: 8,
} as const;

/** The MMUs that a VM can have, by their number in KVM.mmu: shadow paging, the TDP MMU, the older direct MMU. */
export const MMUS = ['shadow', 'tdp', 'tdp-legacy'] as const;
export type MmuName = (typeof MMUS)[number];

/** Module parameters of kvm, kvm-amd and kvm-intel that the model knows. */
export interface ModuleParameters {
  readonly mmio_caching: boolean;
  readonly nx_huge_pages: boolean;
  readonly eager_page_split: boolean;
  /** kvm-intel: the processor keeps the dirty log (page-modification logging). */
  readonly pml: boolean;
  /** kvm-intel: guests without paging need no identity map. */
  readonly unrestricted_guest: boolean;
  /** One of so many tables is given up each time (nx_huge_pages_recovery_ratio); 0: none. */
  readonly nx_huge_pages_recovery_ratio: number;
  /** kvm-intel: what the hardware remembers of a vCPU bears its number, and outlives exits and entries. */
  readonly vpid: boolean;
}

export interface Kvm {
  readonly m: Machine;
  readonly log: LogWriter;
  /** Place of the KVM record. */
  readonly at: number;
  readonly vcpus: readonly Vcpu[];
  readonly parameters: ModuleParameters;
  readonly amd: boolean;
  /** Physical address bits of host and guest. */
  readonly maxphyaddr: number;
  /** Whether the hardware walks nested tables (npt=1, ept=1). */
  readonly tdp: boolean;
  /** Whether nested tables are the TDP MMU's (tdp_mmu=1), and not the older direct MMU's. */
  readonly tdpMmu: boolean;
  /** Levels of nested tables. */
  readonly tdpLevels: 4 | 5;
  /** AMD: the highest ASID, and whether the processor can forget a single one (CPUID: FlushByAsid). */
  readonly asids: number;
  readonly flushByAsid: boolean;
  /** Format of the entries. */
  readonly format: SpteFormat;
}

export interface Vcpu {
  readonly kvm: Kvm;
  readonly log: LogWriter;
  readonly id: number;
  /** Place of the registers (VCPU of machine/vcpu.ts). */
  readonly regs: number;
  /** Place of the ARCH record. */
  readonly arch: number;
}

/** Place of the KVM record. */
export const kvmPlace = (words: Int32Array): number => words[HEADER.hypervisor] as number;

/** Role of a shadow page, bit by bit (union kvm_mmu_page_role). */
export const ROLE = {
  level: 0xf,
  has_4_byte_gpte: 1 << 4,
  quadrantShift: 5,
  quadrant: 3 << 5,
  direct: 1 << 7,
  accessShift: 8,
  access: 7 << 8,
  invalid: 1 << 11,
  efer_nx: 1 << 12,
  cr0_wp: 1 << 13,
  smep_andnot_wp: 1 << 14,
  smap_andnot_wp: 1 << 15,
  ad_disabled: 1 << 16,
  guest_mode: 1 << 17,
  /** Not KVM's: the vCPU that a page belongs to, where pages are private (WHAT_IF.privateRoots). */
  ownerShift: 19,
} as const;

/** Parts of a role: level, rights (ACC), and which quarter of a 32-bit guest's table it stands for. */
export const roleLevel = (role: number): number => role & ROLE.level;
export const roleAccess = (role: number): number => (role & ROLE.access) >>> ROLE.accessShift;
export const roleQuadrant = (role: number): number => (role & ROLE.quadrant) >>> ROLE.quadrantShift;

/** sp_has_gptes: whether a guest's table stands behind a shadow page. */
export const sp_has_gptes = (m: Machine, sp: number): boolean => !(m.get(sp + SP.role) & ROLE.direct);

/** is_obsolete_sp: of an older generation than the VM's, or already taken out of use: only its users keep it alive. */
export function is_obsolete_sp(words: Int32Array, sp: number): boolean {
  if ((words[sp + SP.role] as number) & ROLE.invalid) return true;
  // Pages of the TDP MMU have no generation.
  if (words[sp + SP.tdp_mmu_page]) return false;
  return words[sp + SP.mmu_valid_gen] !== words[kvmPlace(words) + KVM.mmu_valid_gen];
}

/** kvm_mmu_page_get_gfn: the guest frame that entry `index` of a shadow page maps or maps through. */
export function kvm_mmu_page_get_gfn(words: Int32Array, sp: number, index: number): number {
  const role = words[sp + SP.role] as number;
  if (role & ROLE.direct) return (words[sp + SP.gfn] as number) + (index << ((roleLevel(role) - 1) * 9));
  const translations = (words[sp + SP.shadowed_translation] as number) << FRAME_SHIFT;
  return words[translations + index * 2] as number;
}

/** Whether a scenario changed KVM in one way (WHAT_IF). */
export const isChanged = (kvm: Kvm, change: number): boolean =>
  (kvm.m.get(kvm.at + KVM.what_if) & change) !== 0;

/** The shadow page whose table lies in a host frame (to_shadow_page); 0 for a root that is no shadow page. */
export const to_shadow_page = (m: Machine, frame: number): number => m.frameOwner(frame);

/** The shadow page that an entry belongs to (sptep_to_sp). */
export const sptep_to_sp = (m: Machine, sptep: number): number => m.frameOwner(sptep >>> 10);

/** Index of an entry in its table. */
export const sptep_index = (sptep: number): number => (sptep & 1023) >>> 1;
