/** Mapping a faulting page in the TDP MMU (Linux 6.1: mmu/tdp_mmu.c kvm_tdp_mmu_map, tdp_mmu_map_handle_target_level). */

import { frameOfAddress } from '#arch/paging-mode.ts';
import { ACC } from '#arch/permission.ts';
import { kernel } from '#hypervisor/kvm/calls.ts';
import { trace_kvm_mmu_set_spte, trace_mark_mmio_spte } from '#hypervisor/kvm/mmutrace.ts';
import { kvm_flush_remote_tlbs } from '#hypervisor/kvm/requests.ts';
import {
  ARCH,
  KVM,
  type Kvm,
  ROLE,
  SP,
  sptep_to_sp,
  to_shadow_page,
  type Vcpu,
} from '#hypervisor/kvm/structs.ts';
import { addFirst } from '#machine/list.ts';
import { type KvmPageFault, RET_PF } from './fault.ts';
import {
  account_huge_nx_page,
  disallowed_hugepage_adjust,
  kvm_mmu_hugepage_adjust,
  traceRequested,
} from './hugepage.ts';
import { make_spte } from './make_spte.ts';
import {
  is_large_pte,
  is_last_spte,
  is_shadow_present_pte,
  make_mmio_spte,
  make_nonleaf_spte,
  mmioGeneration,
} from './spte.ts';
import { TdpIter, tdp_iter_next } from './tdp_iter.ts';
import { tdp_mmu_alloc_sp, tdp_mmu_init_child_sp } from './tdp_mmu_roots.ts';
import { tdp_mmu_set_spte_atomic, tdp_mmu_zap_spte_atomic } from './tdp_mmu_spte.ts';

/** kvm_tdp_mmu_map: makes the tables that are missing, and maps the page. Returns RET_PF.FIXED, SPURIOUS or EMULATE. */
export const kvm_tdp_mmu_map = kernel('kvm_tdp_mmu_map', (vcpu: Vcpu, fault: KvmPageFault): number => {
  const { kvm } = vcpu;
  kvm_mmu_hugepage_adjust(vcpu, fault);
  traceRequested(kvm, fault);
  const iter = currentRootWalk(vcpu, fault.gfn);
  for (; iter.valid; tdp_iter_next(kvm, iter)) {
    disallowed_hugepage_adjust(kvm, fault, iter.flags, iter.level);
    if (iter.level === fault.goal_level) break;
    if (is_shadow_present_pte(iter.flags) && is_large_pte(iter.flags)) {
      tdp_mmu_zap_spte_atomic(iter);
      iter.refresh();
    }
    if (is_shadow_present_pte(iter.flags)) continue;
    const sp = tdp_mmu_alloc_sp(kvm);
    tdp_mmu_init_child_sp(kvm, sp, iter);
    tdp_mmu_link_sp(kvm, iter, sp, fault.huge_page_disallowed && fault.req_level >= iter.level);
  }
  return tdp_mmu_map_handle_target_level(vcpu, fault, iter);
});

/** tdp_mmu_for_each_pte: the walk down the vCPU's present root to one guest frame. */
function currentRootWalk(vcpu: Vcpu, gfn: number): TdpIter {
  const { m } = vcpu.kvm;
  const root = to_shadow_page(m, m.get(vcpu.arch + ARCH.root_hpa));
  return new TdpIter(vcpu.kvm, root, 1, gfn >>> 0, (gfn >>> 0) + 1);
}

/** Place of the last entry that a walk for a fault's address comes to. */
export function lastTdpEntry(vcpu: Vcpu, fault: KvmPageFault): number {
  let place = 0;
  const iter = currentRootWalk(vcpu, frameOfAddress(fault.hi, fault.lo));
  for (; iter.valid; tdp_iter_next(vcpu.kvm, iter)) place = iter.sptep;
  return place;
}

/** tdp_mmu_link_sp: the entry that an iterator is at points to a page, which is in use from now on. */
export const tdp_mmu_link_sp = kernel(
  'tdp_mmu_link_sp',
  (kvm: Kvm, iter: TdpIter, sp: number, accountNx: boolean): void => {
    const { m } = kvm;
    const adDisabled = (m.get(sp + SP.role) & ROLE.ad_disabled) !== 0;
    tdp_mmu_set_spte_atomic(iter, m.get(sp + SP.spt), make_nonleaf_spte(kvm, adDisabled));
    addFirst(m, kvm.at + KVM.tdp_mmu_pages, sp + SP.link);
    if (accountNx) account_huge_nx_page(kvm, sp);
  },
);

/** tdp_mmu_map_handle_target_level: the leaf itself. order: the store's event, then set_spte or mark_mmio_spte. */
function tdp_mmu_map_handle_target_level(vcpu: Vcpu, fault: KvmPageFault, iter: TdpIter): number {
  const { kvm } = vcpu;
  const { m } = kvm;
  if (fault.slot === 0) {
    const mmio = make_mmio_spte(kvm, iter.gfn, ACC.all);
    if (mmio.frame !== iter.frame || mmio.flags !== iter.flags)
      tdp_mmu_set_spte_atomic(iter, mmio.frame, mmio.flags);
    trace_mark_mmio_spte(m, iter.sptep, iter.gfn, mmio.flags & 7, mmioGeneration(kvm));
    return RET_PF.EMULATE;
  }
  const made = make_spte(kvm, {
    sp: sptep_to_sp(m, iter.sptep),
    slot: fault.slot,
    access: ACC.all,
    gfn: iter.gfn,
    pfn: fault.pfn,
    old: iter.flags,
    prefetch: false,
    canUnsync: true,
    hostWritable: fault.map_writable,
  });
  let ret: number = RET_PF.FIXED;
  if (made.frame === iter.frame && made.flags === iter.flags) ret = RET_PF.SPURIOUS;
  else {
    const replacesTable = is_shadow_present_pte(iter.flags) && !is_last_spte(iter.flags, iter.level);
    tdp_mmu_set_spte_atomic(iter, made.frame, made.flags);
    if (replacesTable) kvm_flush_remote_tlbs(kvm);
  }
  if (made.wrprot && fault.write) ret = RET_PF.EMULATE;
  trace_kvm_mmu_set_spte(kvm, iter.level, iter.gfn, iter.sptep);
  return ret;
}
