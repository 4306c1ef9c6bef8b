/** How large a page may be (Linux 6.1: mmu/mmu.c kvm_mmu_hugepage_adjust, kvm_mmu_max_mapping_level). */

import { kernel } from '#hypervisor/kvm/calls.ts';
import type { Kvm, Vcpu } from '#hypervisor/kvm/structs.ts';
import { hostMappingLevel } from '#machine/host-pages.ts';
import { SLOT, SLOT_FLAG } from '#machine/slots.ts';
import type { KvmPageFault } from './fault.ts';
import { lpage_info_slot } from './slot_arrays.ts';

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
