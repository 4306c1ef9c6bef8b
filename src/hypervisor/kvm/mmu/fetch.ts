/**
 * Building the shadow path for a guest walk (Linux 6.1: mmu/paging_tmpl.h fetch; mmu/mmu.c direct_map).
 *
 * The first half follows the guest's tables down to its leaf, one shadow page a table; the second goes on below a large
 * guest page that the host must map in smaller ones, with direct shadow pages.
 */

import { ACC } from '#arch/permission.ts';
import { kernel, paging } from '#hypervisor/kvm/calls.ts';
import { kvm_flush_remote_tlbs } from '#hypervisor/kvm/requests.ts';
import {
  ARCH,
  type Kvm,
  ROLE,
  roleAccess,
  SP,
  sptep_to_sp,
  to_shadow_page,
  type Vcpu,
} from '#hypervisor/kvm/structs.ts';
import { type KvmPageFault, RET_PF } from './fault.ts';
import { gpte, kvm_vcpu_read_guest_atomic } from './guest_walker.ts';
import {
  account_huge_nx_page,
  disallowed_hugepage_adjust,
  kvm_mmu_hugepage_adjust,
  traceRequested,
} from './hugepage.ts';
import { shadow_walk_init } from './iterator.ts';
import { pte_prefetch } from './prefetch.ts';
import { mmu_set_spte } from './set_spte.ts';
import { __link_shadow_page, clear_sp_write_flooding_count, kvm_mmu_get_child_sp } from './shadow_page.ts';
import { is_large_pte, is_shadow_present_pte } from './spte.ts';
import { mmu_sync_children } from './sync.ts';
import type { GuestWalker } from './walk_addr.ts';
import { drop_parent_pte } from './zap.ts';

/** First frame of the page of `level` that holds `gfn`. */
const pageBase = (gfn: number, level: number): number => gfn & ~((1 << ((level - 1) * 9)) - 1);

/** fetch: links all tables that the guest's walk went through, and maps the page. */
export const fetch = paging('fetch', (vcpu: Vcpu, fault: KvmPageFault, gw: GuestWalker): number => {
  const { kvm } = vcpu;
  if (gpte_changed(vcpu, gw, gw.max_level)) return RET_PF.RETRY;
  const it = shadow_walk_init(vcpu, fault.hi, fault.lo);
  for (; it.level > gw.level; it.next()) {
    clear_sp_write_flooding_count(kvm, sptep_to_sp(kvm.m, it.sptep));
    const gfn = gw.table_gfn[it.level - 2] as number;
    const sp = kvm_mmu_get_child_sp(vcpu, it.sptep, gfn, false, gw.pt_access[it.level - 2] as number);
    if (sp !== 0 && kvm.m.get(sp + SP.unsync_children)) mmu_sync_children(vcpu, sp);
    if (gpte_changed(vcpu, gw, it.level - 1)) return RET_PF.RETRY;
    if (sp !== 0) __link_shadow_page(vcpu, it.sptep, sp);
  }
  kvm_mmu_hugepage_adjust(vcpu, fault);
  traceRequested(kvm, fault);
  let base_gfn = fault.gfn;
  for (; it.level > 0; it.next()) {
    clear_sp_write_flooding_count(kvm, sptep_to_sp(kvm.m, it.sptep));
    disallowed_hugepage_adjust(kvm, fault, kvm.m.get(it.sptep + 1), it.level);
    base_gfn = pageBase(fault.gfn, it.level);
    if (it.level === fault.goal_level) break;
    validate_direct_spte(kvm, it.sptep, gw.pte_access);
    const sp = kvm_mmu_get_child_sp(vcpu, it.sptep, base_gfn, true, gw.pte_access);
    if (sp === 0) continue;
    __link_shadow_page(vcpu, it.sptep, sp);
    if (fault.huge_page_disallowed && fault.req_level >= it.level) account_huge_nx_page(kvm, sp);
  }
  return mapPage(vcpu, fault, it.sptep, base_gfn, gw.pte_access);
});

/** The end of both: the leaf, and its neighbours unless it was as it should be. */
function mapPage(vcpu: Vcpu, fault: KvmPageFault, sptep: number, gfn: number, access: number): number {
  const { slot, pfn } = fault;
  const result = mmu_set_spte(vcpu, slot, sptep, access, gfn, pfn, fault);
  if (result !== RET_PF.SPURIOUS) pte_prefetch(vcpu, sptep);
  return result;
}

/** gpte_changed: whether the guest changed the entry of a level (and so the path) since the walk read it. */
const gpte_changed = paging('gpte_changed', (vcpu: Vcpu, gw: GuestWalker, level: number): boolean => {
  const at = level - 1;
  const gfn = gw.table_gfn[at] as number;
  if (!kvm_vcpu_read_guest_atomic(vcpu, gfn, gw.offset[at] as number, gw.gpte_bytes)) return true;
  return gpte.frame !== gw.frame[at] || gpte.flags !== gw.flags[at];
});

/** direct_map: the same where no guest table is behind: guest-physical addresses are mapped as they are. */
export const direct_map = kernel('direct_map', (vcpu: Vcpu, fault: KvmPageFault): number => {
  const { kvm } = vcpu;
  kvm_mmu_hugepage_adjust(vcpu, fault);
  traceRequested(kvm, fault);
  const it = shadow_walk_init(vcpu, fault.hi, fault.lo);
  let base_gfn = fault.gfn;
  for (; it.level > 0; it.next()) {
    disallowed_hugepage_adjust(kvm, fault, kvm.m.get(it.sptep + 1), it.level);
    base_gfn = pageBase(fault.gfn, it.level);
    if (it.level === fault.goal_level) break;
    const sp = kvm_mmu_get_child_sp(vcpu, it.sptep, base_gfn, true, ACC.all);
    if (sp === 0) continue;
    __link_shadow_page(vcpu, it.sptep, sp);
    if (fault.huge_page_disallowed && fault.req_level >= it.level) account_huge_nx_page(kvm, sp);
  }
  return mapPage(vcpu, fault, it.sptep, base_gfn, ACC.all);
});

/** validate_direct_spte: a direct child with other rights than the guest's large page now gives is unlinked. */
const validate_direct_spte = kernel(
  'validate_direct_spte',
  (kvm: Kvm, sptep: number, direct_access: number): void => {
    const flags = kvm.m.get(sptep + 1);
    if (!is_shadow_present_pte(flags) || is_large_pte(flags)) return;
    const child = to_shadow_page(kvm.m, kvm.m.get(sptep));
    if (roleAccess(kvm.m.get(child + SP.role)) === direct_access) return;
    drop_parent_pte(kvm, child, sptep);
    kvm_flush_remote_tlbs(kvm);
  },
);

/** Whether the current root maps guest-physical addresses directly. */
export const rootIsDirect = (vcpu: Vcpu): boolean =>
  (vcpu.kvm.m.get(vcpu.arch + ARCH.root_role) & ROLE.direct) !== 0;
