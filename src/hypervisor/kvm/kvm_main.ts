/** Making a virtual machine: its structure, memory slots, and vCPUs (Linux 6.1: virt/kvm/kvm_main.c, x86.c, mmu/mmu.c). */

import { PTE } from '#arch/entry.ts';
import { kvm_mmu_change_mmu_pages } from '#hypervisor/kvm/mmu/limit.ts';
import { gfn_to_index, lpage_info_slot } from '#hypervisor/kvm/mmu/slot_arrays.ts';
import { SPTE_FORMATS, type SpteFormat, spteFormatIndex } from '#hypervisor/kvm/mmu/spte_format.ts';
import { initList } from '#machine/list.ts';
import { storeGuest } from '#machine/memory.ts';
import { createSlot, SLOT, SLOT_FLAG, type SlotSpec } from '#machine/slots.ts';
import { VCPU, vcpuPlace } from '#machine/vcpu.ts';
import { FRAME, HEADER, type Machine } from '#machine/words.ts';
import { createBuffer } from './pml.ts';
import {
  ARCH,
  KVM,
  KVM_MMU_HASH_SIZE,
  type Kvm,
  MMUS,
  type MmuName,
  type ModuleParameters,
  SLOT_ARCH,
  type Vcpu,
} from './structs.ts';
import { allocateTag } from './vendor_tlb.ts';

/** KVM_MIN_ALLOC_MMU_PAGES: the least that the limit on shadow pages can be. */
export const KVM_MIN_ALLOC_MMU_PAGES = 64;
/** IDENTITY_PAGETABLE_PRIVATE_MEMSLOT */
const IDENTITY_SLOT = 32_766;
/** VMX_EPT_IDENTITY_PAGETABLE_ADDR, as a frame. */
export const IDENTITY_MAP_GFN = 0xfffbc;
const IDENTITY_ENTRY = PTE.present | PTE.write | PTE.user | PTE.accessed | PTE.dirty | PTE.pageSize;

/** One shadow page for so many pages of guest memory, where user space sets no limit. */
const PAGES_PER_MMU_PAGE = 50;

export interface KvmSpec {
  readonly amd: boolean;
  readonly maxphyaddr: number;
  readonly vcpus: number;
  readonly parameters: ModuleParameters;
  readonly mmu: MmuName;
  /** kvm-intel: EPT has A and D bits. */
  readonly eptad: boolean;
  /** Levels of nested tables. */
  readonly tdpLevels: 4 | 5;
  /** AMD: see Kvm. */
  readonly asids: number;
  readonly flushByAsid: boolean;
  /** WHAT_IF bits. */
  readonly whatIf: number;
}

const LISTS = [
  KVM.active_mmu_pages,
  KVM.zapped_obsolete_pages,
  KVM.lpage_disallowed_mmu_pages,
  KVM.tdp_mmu_roots,
  KVM.tdp_mmu_pages,
];

/** kvm_create_vm, and its vCPUs. */
export function createKvm(m: Machine, spec: KvmSpec): Kvm {
  const at = m.allocateWords(KVM.size);
  m.set(HEADER.hypervisor, at);
  m.set(at + KVM.what_if, spec.whatIf);
  m.set(at + KVM.amd, spec.amd ? 1 : 0);
  m.set(at + KVM.maxphyaddr, spec.maxphyaddr);
  m.set(at + KVM.mmu, MMUS.indexOf(spec.mmu));
  const tdp = spec.mmu !== 'shadow';
  const formatIndex = spteFormatIndex(tdp && !spec.amd, spec.eptad);
  m.set(at + KVM.spte_format, formatIndex);
  for (const list of LISTS) initList(m, at + list);
  m.set(at + KVM.mmu_page_hash, m.allocateArray(KVM_MMU_HASH_SIZE));
  const vcpus: Vcpu[] = [];
  const kvm: Kvm = {
    m,
    log: m.log,
    at,
    vcpus,
    parameters: spec.parameters,
    amd: spec.amd,
    maxphyaddr: spec.maxphyaddr,
    tdp,
    tdpMmu: spec.mmu === 'tdp',
    tdpLevels: spec.tdpLevels,
    asids: spec.asids,
    flushByAsid: spec.flushByAsid,
    format: SPTE_FORMATS[formatIndex] as SpteFormat,
  };
  if (!spec.amd && !(tdp && spec.parameters.unrestricted_guest)) makePrivateSlots(kvm);
  for (let id = 0; id < spec.vcpus; id++) vcpus.push(createVcpu(kvm, id));
  return kvm;
}

/**
 * Slots that kvm-intel keeps for itself where the hardware cannot run a guest without paging: a task-state segment, whose contents
 * are not modelled, and, with EPT, the table that maps each address to itself (vmx/vmx.c init_rmode_tss, init_rmode_identity_map).
 */
function makePrivateSlots(kvm: Kvm): void {
  nextGeneration(kvm);
  if (!kvm.tdp) return;
  kvm_set_memory_region(kvm, { id: IDENTITY_SLOT, baseGfn: IDENTITY_MAP_GFN, npages: 1, flags: 0 });
  for (let index = 0; index < 1024; index++)
    storeGuest(kvm.m, IDENTITY_MAP_GFN, index * 4, 4, 0, (index << 22) | IDENTITY_ENTRY);
}

function createVcpu(kvm: Kvm, id: number): Vcpu {
  const { m } = kvm;
  const regs = vcpuPlace(m.words, id);
  const arch = m.allocateWords(ARCH.size);
  m.set(regs + VCPU.hypervisor, arch);
  m.set(arch + ARCH.pae_root, m.allocateFrames(1, FRAME.table));
  const vcpu = { kvm, log: m.log, id, regs, arch };
  if (kvm.parameters.pml) createBuffer(vcpu);
  allocateTag(vcpu);
  return vcpu;
}

/** KVM_SET_USER_MEMORY_REGION for a new slot. */
export function kvm_set_memory_region(kvm: Kvm, spec: SlotSpec): void {
  const { m } = kvm;
  const slot = createSlot(m, spec);
  m.set(slot + SLOT.arch, kvm_alloc_memslot_metadata(m, slot));
  if (spec.flags & SLOT_FLAG.dirtyLog)
    m.set(slot + SLOT.dirty_bitmap, m.allocateArray(Math.ceil(spec.npages / 32)));
  nextGeneration(kvm);
  m.set(kvm.at + KVM.nslot_pages, m.get(kvm.at + KVM.nslot_pages) + spec.npages);
  limitMmuPages(kvm);
}

/** kvm_swap_active_memslots: two address spaces, so a change of slots adds two. */
export const nextGeneration = (kvm: Kvm): void =>
  kvm.m.set(kvm.at + KVM.memslots_generation, kvm.m.get(kvm.at + KVM.memslots_generation) + 2);

/** kvm_arch_commit_memory_region: the limit on shadow pages follows the memory, unless user space set one. */
export function limitMmuPages(kvm: Kvm): void {
  const { m } = kvm;
  if (m.get(kvm.at + KVM.n_requested_mmu_pages) !== 0) return;
  const pages = Math.floor(m.get(kvm.at + KVM.nslot_pages) / PAGES_PER_MMU_PAGE);
  kvm_mmu_change_mmu_pages(kvm, Math.max(KVM_MIN_ALLOC_MMU_PAGES, pages));
}

/** kvm_alloc_memslot_metadata: reverse maps, what forbids large pages, and write tracking. Returns the record's place. */
export function kvm_alloc_memslot_metadata(m: Machine, slot: number): number {
  const arch = m.allocateWords(SLOT_ARCH.size);
  const base = m.get(slot + SLOT.base_gfn);
  const npages = m.get(slot + SLOT.npages);
  for (let level = 1; level <= 3; level++) {
    const entries = gfn_to_index(base + npages - 1, base, level) + 1;
    m.set(arch + SLOT_ARCH.rmap + level - 1, m.allocateArray(entries));
    if (level > 1) m.set(arch + SLOT_ARCH.lpage_info + level - 2, m.allocateArray(entries));
  }
  m.set(arch + SLOT_ARCH.gfn_track, m.allocateArray(npages));
  m.set(slot + SLOT.arch, arch);
  for (let level = 2; level <= 3; level++) disallowPartialPages(m, slot, level);
  return arch;
}

/** A large page cannot be mapped that reaches beyond the slot, nor any where the slot lies otherwise in the host's address space. */
function disallowPartialPages(m: Machine, slot: number, level: number): void {
  const base = m.get(slot + SLOT.base_gfn);
  const end = base + m.get(slot + SLOT.npages);
  const within = (1 << ((level - 1) * 9)) - 1;
  const disallow = (gfn: number): void => m.set(lpage_info_slot(m.words, gfn, slot, level), 1);
  const isMisaligned = ((base ^ m.get(slot + SLOT.hva_page)) & within) !== 0;
  if (isMisaligned)
    for (let gfn = base & ~within; gfn < end; gfn += within + 1) disallow(Math.max(gfn, base));
  if (base & within) disallow(base);
  if (end & within) disallow(end - 1);
}
