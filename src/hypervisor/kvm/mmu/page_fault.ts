/**
 * The page-fault handlers of the shadow MMU (Linux 6.1: mmu/paging_tmpl.h page_fault; mmu/mmu.c kvm_mmu_page_fault,
 * nonpaging_page_fault, shadow_page_table_clear_flood, page_fault_handle_page_track).
 */

import { PF } from '#arch/fault.ts';
import { frameOfAddress, type PagingMode } from '#arch/paging-mode.ts';
import { ACC } from '#arch/permission.ts';
import { kernel, paging } from '#hypervisor/kvm/calls.ts';
import { kvm_release_pfn_clean, kvm_vcpu_gfn_to_memslot } from '#hypervisor/kvm/memslot.ts';
import { ARCH, sptep_to_sp, type Vcpu } from '#hypervisor/kvm/structs.ts';
import { vcpuMode } from '#machine/vcpu.ts';
import { fast_page_fault } from './fast_page_fault.ts';
import { type KvmPageFault, newFault, RET_PF } from './fault.ts';
import { handle_abnormal_pfn, is_page_fault_stale, kvm_faultin_pfn } from './faultin.ts';
import { direct_map, fetch, rootIsDirect } from './fetch.ts';
import { shadow_walk_init } from './iterator.ts';
import { make_mmu_pages_available } from './limit.ts';
import { mmu_topup_memory_caches } from './memory_cache.ts';
import {
  handle_mmio_page_fault,
  mmio_info_in_cache,
  walk_shadow_page_lockless_begin,
  walk_shadow_page_lockless_end,
} from './mmio_fault.ts';
import { kvm_slot_page_track_is_active } from './page_track.ts';
import { clear_sp_write_flooding_count } from './shadow_page.ts';
import { kvm_tdp_mmu_map } from './tdp_mmu_map.ts';
import { type GuestWalker, walk_addr_generic } from './walk_addr.ts';
import { kvm_mmu_unprotect_page } from './zap.ts';

/** The address of a fault (plain pair); `physical`: it is guest-physical, and the root maps such addresses directly. */
export interface FaultAddress {
  readonly hi: number;
  readonly lo: number;
  readonly physical: boolean;
}

/** What the MMU needs of those who handle exits. */
export interface FaultHandlers {
  /** RFLAGS.AC of the guest. */
  readonly ac: boolean;
  /** Two-dimensional paging: the processor was after a table of the guest's (PFERR_GUEST_PAGE). */
  readonly onGuestTable?: boolean;
  /** The fault is the guest's own: it gets a #PF with this error code. */
  readonly inject: (vcpu: Vcpu, hi: number, lo: number, error: number) => void;
  /**
   * The instruction must be emulated.
   * @param mayRetry unless it is better to let the guest try again
   * @param fault the address that faulted
   */
  readonly emulate: (mayRetry: boolean, fault: FaultAddress) => void;
}

/**
 * kvm_mmu_page_fault: a fault (address as a plain pair, error code) that left the guest. Returns RET_PF.EMULATE after it was
 * emulated, EFAULT if the host forbids the access; in all other cases the guest goes on.
 */
export const kvm_mmu_page_fault = kernel(
  'kvm_mmu_page_fault',
  (vcpu: Vcpu, hi: number, lo: number, error: number, handlers: FaultHandlers): number => {
    const { m } = vcpu.kvm;
    if (m.get(vcpu.arch + ARCH.root_hpa) === 0) return RET_PF.RETRY;
    const { tdp } = vcpu.kvm;
    const paged = vcpuMode(m.words, vcpu.regs).levels > 0;
    const fault = newFault(hi, lo, error, paged || tdp ? 3 : 2);
    let ret: number = fault.rsvd ? handle_mmio_page_fault(vcpu, fault) : RET_PF.INVALID;
    if (ret === RET_PF.EMULATE) {
      handlers.emulate(false, { hi, lo, physical: rootIsDirect(vcpu) });
      return ret;
    }
    if (ret === RET_PF.INVALID) {
      if (tdp) ret = kvm_tdp_page_fault(vcpu, fault);
      else ret = paged ? page_fault(vcpu, fault, handlers) : nonpaging_page_fault(vcpu, fault);
    }
    if (ret !== RET_PF.EMULATE) return ret;
    if (tdp && (handlers.onGuestTable ?? false) && fault.present && fault.write) {
      // The processor itself must write there: no instruction is to be emulated.
      kvm_mmu_unprotect_page(vcpu.kvm, fault.gfn);
      return RET_PF.RETRY;
    }
    handlers.emulate(!mmio_info_in_cache(vcpu, fault), { hi, lo, physical: rootIsDirect(vcpu) });
    return ret;
  },
);

/** page_fault, for a guest with paging. */
const page_fault = paging(
  'page_fault',
  (vcpu: Vcpu, fault: KvmPageFault, { ac, inject }: FaultHandlers): number => {
    const walker = walk_addr_generic(vcpu, fault.hi, fault.lo, fault.error_code & ~PF.reserved, ac, false);
    if (!walker.ok) {
      inject(vcpu, fault.hi, fault.lo, walker.error_code);
      return RET_PF.RETRY;
    }
    fault.gfn = walker.gfn;
    fault.max_level = walker.level;
    fault.slot = kvm_vcpu_gfn_to_memslot(vcpu, fault.gfn);
    if (page_fault_handle_page_track(vcpu, fault)) {
      shadow_page_table_clear_flood(vcpu, fault.hi, fault.lo);
      return RET_PF.EMULATE;
    }
    mmu_topup_memory_caches(vcpu, true);
    const mode = vcpuMode(vcpu.kvm.m.words, vcpu.regs);
    if (is_self_change_mapping(mode, walker, fault.user)) fault.max_level = 1;
    kvm_faultin_pfn(vcpu, fault);
    const abnormal = handle_abnormal_pfn(vcpu, fault, walker.pte_access);
    if (abnormal !== RET_PF.CONTINUE) return abnormal;
    if (fault.write && !(walker.pte_access & ACC.write) && !mode.wp && !fault.user && fault.slot !== 0) {
      // CR0.WP=0: the kernel may write what nobody else may. The user loses the page, and SMEP must still hold for it.
      walker.pte_access = (walker.pte_access | ACC.write) & ~ACC.user & (mode.smep ? ~ACC.exec : ~0);
    }
    const ret = hasRoom(vcpu, fault) ? fetch(vcpu, fault, walker) : RET_PF.RETRY;
    kvm_release_pfn_clean(vcpu);
    return ret;
  },
);

/** nonpaging_page_fault: the guest has paging off, and no nested tables: its linear addresses are guest-physical ones. */
const nonpaging_page_fault = kernel('nonpaging_page_fault', (vcpu: Vcpu, fault: KvmPageFault): number =>
  direct_page_fault(vcpu, fault),
);

/** kvm_tdp_page_fault: nested tables lack an entry, or it does not allow the access. The address is guest-physical. */
const kvm_tdp_page_fault = kernel('kvm_tdp_page_fault', (vcpu: Vcpu, fault: KvmPageFault): number =>
  direct_page_fault(vcpu, fault),
);

/** direct_page_fault: no table of the guest's is behind. */
const direct_page_fault = kernel('direct_page_fault', (vcpu: Vcpu, fault: KvmPageFault): number => {
  const { kvm } = vcpu;
  fault.gfn = frameOfAddress(fault.hi, fault.lo);
  fault.slot = kvm_vcpu_gfn_to_memslot(vcpu, fault.gfn);
  if (page_fault_handle_page_track(vcpu, fault)) return RET_PF.EMULATE;
  const fast = fast_page_fault(vcpu, fault);
  if (fast !== RET_PF.INVALID) return fast;
  mmu_topup_memory_caches(vcpu, false);
  kvm_faultin_pfn(vcpu, fault);
  const abnormal = handle_abnormal_pfn(vcpu, fault, ACC.all);
  if (abnormal !== RET_PF.CONTINUE) return abnormal;
  let ret: number = RET_PF.RETRY;
  if (!kvm.tdpMmu) {
    if (hasRoom(vcpu, fault)) ret = direct_map(vcpu, fault);
  } else if (!is_page_fault_stale(vcpu, fault)) ret = kvm_tdp_mmu_map(vcpu, fault);
  kvm_release_pfn_clean(vcpu);
  return ret;
});

/** Whether there is room for new shadow pages, and what was found out about the fault still holds. */
const hasRoom = (vcpu: Vcpu, fault: KvmPageFault): boolean =>
  make_mmu_pages_available(vcpu.kvm) && !is_page_fault_stale(vcpu, fault);

/** page_fault_handle_page_track: whether the fault is a write to a mapped, write-tracked frame. */
const page_fault_handle_page_track = (vcpu: Vcpu, fault: KvmPageFault): boolean =>
  !fault.rsvd &&
  fault.present &&
  fault.write &&
  kvm_slot_page_track_is_active(vcpu.kvm, fault.slot, fault.gfn);

/** shadow_page_table_clear_flood: the tables on the path of a faulting address are in use, not flooded. */
const shadow_page_table_clear_flood = kernel(
  'shadow_page_table_clear_flood',
  (vcpu: Vcpu, hi: number, lo: number): void => {
    walk_shadow_page_lockless_begin(vcpu);
    for (const it = shadow_walk_init(vcpu, hi, lo); it.level > 0; it.next()) {
      clear_sp_write_flooding_count(vcpu.kvm, sptep_to_sp(vcpu.kvm.m, it.sptep));
    }
    walk_shadow_page_lockless_end(vcpu);
  },
);

/** is_self_change_mapping: whether the page to be mapped could hold one of the tables that map it; then it must stay small. */
function is_self_change_mapping(mode: PagingMode, walker: GuestWalker, user: boolean): boolean {
  if (!(walker.pte_access & ACC.write) && (mode.wp || user)) return false;
  const within = (1 << ((walker.level - 1) * 9)) - 1;
  for (let level = walker.level; level <= walker.max_level; level++) {
    if (((walker.gfn ^ (walker.table_gfn[level - 1] as number)) & ~within) === 0) return true;
  }
  return false;
}
