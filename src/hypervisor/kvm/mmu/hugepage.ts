/**
 * How large a page may be (Linux 6.1: mmu/mmu.c kvm_mmu_hugepage_adjust, kvm_mmu_max_mapping_level,
 * disallowed_hugepage_adjust, account_huge_nx_page).
 */

import { kernel } from '#hypervisor/kvm/calls.ts';
import { trace_kvm_mmu_spte_requested } from '#hypervisor/kvm/mmutrace.ts';
import { KVM, type Kvm, SP, type Vcpu } from '#hypervisor/kvm/structs.ts';
import { hostMappingLevel } from '#machine/host-pages.ts';
import { addLast } from '#machine/list.ts';
import { SLOT, SLOT_FLAG } from '#machine/slots.ts';
import type { KvmPageFault } from './fault.ts';
import { lpage_info_slot } from './slot_arrays.ts';
import { is_large_pte, is_shadow_present_pte } from './spte.ts';

/** kvm_mmu_max_mapping_level: the largest level up to `max_level` that slot, tracking and the host's own mapping allow. */
export const kvm_mmu_max_mapping_level = kernel(
  'kvm_mmu_max_mapping_level',
  (kvm: Kvm, slot: number, gfn: number, max_level: number): number => {
    let level = max_level;
    while (level > 1 && kvm.m.get(lpage_info_slot(kvm.m.words, gfn, slot, level)) !== 0) level--;
    return level === 1
      ? 1
      : Math.min(level, hostMappingLevel(kvm.m.words, slot, gfn - kvm.m.get(slot + SLOT.base_gfn)));
  },
);

/** kvm_mmu_hugepage_adjust: sets the fault's req_level and goal_level, and aligns its host frame. */
export const kvm_mmu_hugepage_adjust = kernel(
  'kvm_mmu_hugepage_adjust',
  (vcpu: Vcpu, fault: KvmPageFault): void => {
    const { kvm } = vcpu;
    fault.huge_page_disallowed = fault.exec && kvm.parameters.nx_huge_pages;
    if (fault.max_level === 1 || fault.slot === 0 || fault.pfn < 0) return;
    if (kvm.m.get(fault.slot + SLOT.flags) & SLOT_FLAG.dirtyLog) return;
    fault.req_level = kvm_mmu_max_mapping_level(kvm, fault.slot, fault.gfn, fault.max_level);
    if (fault.req_level === 1 || fault.huge_page_disallowed) return;
    fault.goal_level = fault.req_level;
    fault.pfn &= ~((1 << ((fault.goal_level - 1) * 9)) - 1);
  },
);

/**
 * disallowed_hugepage_adjust: where a table exists because code may not run from a large page, the fault is mapped below it
 * too, instead of taking its place.
 * @param flags of the entry that the walk is at
 */
export function disallowed_hugepage_adjust(
  kvm: Kvm,
  fault: KvmPageFault,
  flags: number,
  level: number,
): void {
  if (kvm.parameters.nx_huge_pages) adjustBelowTable(kvm, fault, flags, level);
}

const adjustBelowTable = kernel(
  'disallowed_hugepage_adjust',
  (_: Kvm, fault: KvmPageFault, flags: number, level: number): void => {
    if (level === 1 || level !== fault.goal_level) return;
    if (!is_shadow_present_pte(flags) || is_large_pte(flags)) return;
    const below = (1 << ((level - 2) * 9)) - 1;
    fault.pfn |= fault.gfn & ((1 << ((level - 1) * 9)) - 1) & ~below;
    fault.goal_level--;
  },
);

/** account_huge_nx_page: the table exists only because an executable large page is forbidden. */
export const account_huge_nx_page = kernel('account_huge_nx_page', (kvm: Kvm, sp: number): void => {
  if (kvm.m.get(sp + SP.lpage_disallowed)) return;
  kvm.m.set(sp + SP.lpage_disallowed, 1);
  addLast(kvm.m, kvm.at + KVM.lpage_disallowed_mmu_pages, sp + SP.lpage_disallowed_link);
});

/** kvm_mmu_spte_requested, which names the 4 KiB frame that faulted, whatever the size of the page. */
export function traceRequested(kvm: Kvm, fault: KvmPageFault): void {
  const within = (1 << ((fault.goal_level - 1) * 9)) - 1;
  trace_kvm_mmu_spte_requested(
    kvm.m,
    fault.gfn,
    fault.pfn < 0 ? fault.pfn : fault.pfn | (fault.gfn & within),
    fault.goal_level,
  );
}
