/**
 * The page-fault handlers of the shadow MMU (Linux 6.1: mmu/paging_tmpl.h page_fault; mmu/mmu.c nonpaging_page_fault,
 * direct_page_fault, shadow_page_table_clear_flood, page_fault_handle_page_track).
 */

import { PF } from '#arch/fault.ts';
import type { PagingMode } from '#arch/paging-mode.ts';
import { ACC } from '#arch/permission.ts';
import { frameOfAddress } from '#arch/walk.ts';
import { sptep_to_sp, type Vcpu } from '#hypervisor/kvm/structs.ts';
import { findSlot } from '#machine/slots.ts';
import { vcpuMode } from '#machine/vcpu.ts';
import { fast_page_fault } from './fast_page_fault.ts';
import { type KvmPageFault, RET_PF } from './fault.ts';
import { handle_abnormal_pfn, is_page_fault_stale, kvm_faultin_pfn } from './faultin.ts';
import { direct_map, fetch } from './fetch.ts';
import { ShadowWalk } from './iterator.ts';
import { make_mmu_pages_available } from './limit.ts';
import { kvm_slot_page_track_is_active } from './page_track.ts';
import { clear_sp_write_flooding_count } from './shadow_page.ts';
import { type GuestWalker, walk_addr_generic } from './walk_addr.ts';

/** What a handler did; where the fault is the guest's own, the error code that it gets. */
export interface FaultResult {
  readonly ret: number;
  readonly guestError: number | null;
}

const handled = (ret: number): FaultResult => ({ ret, guestError: null });

/** page_fault, for a guest with paging. */
export function page_fault(vcpu: Vcpu, fault: KvmPageFault, ac: boolean): FaultResult {
  const { kvm } = vcpu;
  const walker = walk_addr_generic(vcpu, fault.hi, fault.lo, fault.error_code & ~PF.reserved, ac);
  if (!walker.ok) return { ret: RET_PF.RETRY, guestError: walker.error_code };
  fault.gfn = walker.gfn;
  fault.max_level = walker.level;
  fault.slot = findSlot(kvm.m.words, fault.gfn);
  if (page_fault_handle_page_track(vcpu, fault)) {
    shadow_page_table_clear_flood(vcpu, fault.hi, fault.lo);
    return handled(RET_PF.EMULATE);
  }
  const mode = vcpuMode(kvm.m.words, vcpu.regs);
  if (is_self_change_mapping(mode, walker, fault.user)) fault.max_level = 1;
  const found = kvm_faultin_pfn(vcpu, fault);
  if (found !== RET_PF.CONTINUE) return handled(found);
  const abnormal = handle_abnormal_pfn(vcpu, fault, walker.pte_access);
  if (abnormal !== RET_PF.CONTINUE) return handled(abnormal);
  if (fault.write && !(walker.pte_access & ACC.write) && !mode.wp && !fault.user && fault.slot !== 0) {
    // CR0.WP=0: the kernel may write what nobody else may. The user loses the page, and SMEP must still hold for it.
    walker.pte_access = (walker.pte_access | ACC.write) & ~ACC.user & (mode.smep ? ~ACC.exec : ~0);
  }
  if (!make_mmu_pages_available(kvm) || is_page_fault_stale(vcpu, fault)) return handled(RET_PF.RETRY);
  return handled(fetch(vcpu, fault, walker));
}

/** nonpaging_page_fault: the guest has paging off, linear addresses are guest-physical ones. */
export function nonpaging_page_fault(vcpu: Vcpu, fault: KvmPageFault): FaultResult {
  const { kvm } = vcpu;
  fault.gfn = frameOfAddress(fault.hi, fault.lo);
  fault.slot = findSlot(kvm.m.words, fault.gfn);
  if (page_fault_handle_page_track(vcpu, fault)) return handled(RET_PF.EMULATE);
  const fast = fast_page_fault(vcpu, fault);
  if (fast !== RET_PF.INVALID) return handled(fast);
  const found = kvm_faultin_pfn(vcpu, fault);
  if (found !== RET_PF.CONTINUE) return handled(found);
  const abnormal = handle_abnormal_pfn(vcpu, fault, ACC.all);
  if (abnormal !== RET_PF.CONTINUE) return handled(abnormal);
  if (!make_mmu_pages_available(kvm) || is_page_fault_stale(vcpu, fault)) return handled(RET_PF.RETRY);
  return handled(direct_map(vcpu, fault));
}

/** page_fault_handle_page_track: whether the fault is a write to a mapped, write-tracked frame. */
const page_fault_handle_page_track = (vcpu: Vcpu, fault: KvmPageFault): boolean =>
  !fault.rsvd &&
  fault.present &&
  fault.write &&
  kvm_slot_page_track_is_active(vcpu.kvm.m.words, fault.slot, fault.gfn);

/** shadow_page_table_clear_flood: the tables on the path of a faulting address are in use, not flooded. */
function shadow_page_table_clear_flood(vcpu: Vcpu, hi: number, lo: number): void {
  for (const it = new ShadowWalk(vcpu, hi, lo); it.level > 0; it.next()) {
    clear_sp_write_flooding_count(vcpu.kvm, sptep_to_sp(vcpu.kvm.m, it.sptep));
  }
}

/** is_self_change_mapping: whether the page to be mapped could hold one of the tables that map it; then it must stay small. */
function is_self_change_mapping(mode: PagingMode, walker: GuestWalker, user: boolean): boolean {
  if (!(walker.pte_access & ACC.write) && (mode.wp || user)) return false;
  const within = (1 << ((walker.level - 1) * 9)) - 1;
  for (let level = walker.level; level <= walker.max_level; level++) {
    if (((walker.gfn ^ (walker.table_gfn[level - 1] as number)) & ~within) === 0) return true;
  }
  return false;
}
