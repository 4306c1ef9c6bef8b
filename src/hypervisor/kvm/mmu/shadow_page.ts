/**
 * Finding and making shadow pages, and linking them into the tree
 * (Linux 6.1: mmu/mmu.c kvm_mmu_get_shadow_page, kvm_mmu_child_role, kvm_mmu_get_child_sp, link_shadow_page).
 */

import { kernel } from '#hypervisor/kvm/calls.ts';
import { trace_kvm_mmu_get_page, traceLink } from '#hypervisor/kvm/mmutrace.ts';
import { kvm_flush_remote_tlbs } from '#hypervisor/kvm/requests.ts';
import {
  is_obsolete_sp,
  isChanged,
  KVM,
  type Kvm,
  ROLE,
  roleLevel,
  SP,
  sp_has_gptes,
  sptep_index,
  sptep_to_sp,
  to_shadow_page,
  type Vcpu,
  WHAT_IF,
} from '#hypervisor/kvm/structs.ts';
import { addToHash, hashHead } from './hash.ts';
import { kvm_mmu_memory_cache_alloc } from './memory_cache.ts';
import { account_shadowed } from './page_track.ts';
import { pte_list_add } from './pte_list.ts';
import { setSpte } from './rmap.ts';
import { takeRecord } from './sp_record.ts';
import { is_large_pte, is_shadow_present_pte, make_nonleaf_spte, sp_ad_disabled } from './spte.ts';
import { kvm_sync_page } from './sync.ts';
import { mark_unsync } from './unsync.ts';
import {
  __kvm_mmu_prepare_zap_page,
  addToActive,
  type InvalidList,
  kvm_mmu_commit_zap_page,
  mmu_page_zap_pte,
} from './zap.ts';

/** __kvm_mmu_get_shadow_page: the shadow page for a guest frame and role, found or made. */
export const __kvm_mmu_get_shadow_page = kernel(
  '__kvm_mmu_get_shadow_page',
  (vcpu: Vcpu, gfn: number, role: number): number => {
    const { kvm } = vcpu;
    const found = kvm_mmu_find_shadow_page(vcpu, gfn, role);
    const sp = found || kvm_mmu_alloc_shadow_page(kvm, gfn, role);
    trace_kvm_mmu_get_page(kvm, sp, found === 0);
    return sp;
  },
);

const kvm_mmu_find_shadow_page = kernel(
  'kvm_mmu_find_shadow_page',
  (vcpu: Vcpu, gfn: number, role: number): number => {
    const { kvm } = vcpu;
    const { m } = kvm;
    const invalid_list: InvalidList = [];
    let found = 0;
    for (let sp = m.get(hashHead(kvm, gfn)); sp !== 0; sp = m.get(sp + SP.hash_next)) {
      if (m.get(sp + SP.gfn) !== gfn || is_obsolete_sp(m.words, sp)) continue;
      if (m.get(sp + SP.role) !== role) {
        // The guest uses the frame as an upper table now: what may differ from it must not survive.
        if (roleLevel(role) > 1 && m.get(sp + SP.unsync)) __kvm_mmu_prepare_zap_page(kvm, sp, invalid_list);
        continue;
      }
      if (isChanged(kvm, WHAT_IF.shadowCacheOff)) continue;
      if (!(role & ROLE.direct)) {
        if (m.get(sp + SP.unsync)) {
          const result = kvm_sync_page(vcpu, sp, invalid_list);
          if (result < 0) break;
          if (result > 0) kvm_flush_remote_tlbs(kvm);
        }
        clear_sp_write_flooding_count(kvm, sp);
      }
      found = sp;
      break;
    }
    kvm_mmu_commit_zap_page(kvm, invalid_list);
    return found;
  },
);

/** __clear_sp_write_flooding_count */
export const clear_sp_write_flooding_count = (kvm: Kvm, sp: number): void =>
  kvm.m.set(sp + SP.write_flooding_count, 0);

const kvm_mmu_alloc_shadow_page = kernel(
  'kvm_mmu_alloc_shadow_page',
  (kvm: Kvm, gfn: number, role: number): number => {
    const { m } = kvm;
    const indirect = (role & ROLE.direct) === 0;
    for (let taken = 0; taken < (indirect ? 3 : 2); taken++) kvm_mmu_memory_cache_alloc(kvm);
    const sp = takeRecord(kvm, indirect);
    m.set(sp + SP.mmu_valid_gen, m.get(kvm.at + KVM.mmu_valid_gen));
    addToActive(kvm, sp);
    m.set(kvm.at + KVM.n_used_mmu_pages, m.get(kvm.at + KVM.n_used_mmu_pages) + 1);
    m.set(sp + SP.gfn, gfn);
    m.set(sp + SP.role, role);
    addToHash(kvm, sp);
    if (sp_has_gptes(m, sp) && account_shadowed(kvm, sp)) kvm_flush_remote_tlbs(kvm);
    return sp;
  },
);

/** kvm_mmu_child_role: the role of the table one level below the entry at `sptep`. */
const kvm_mmu_child_role = kernel(
  'kvm_mmu_child_role',
  (kvm: Kvm, sptep: number, direct: boolean, access: number): number => {
    let role = kvm.m.get(sptep_to_sp(kvm.m, sptep) + SP.role);
    role =
      (role & ~(ROLE.level | ROLE.access | ROLE.direct | ROLE.invalid)) |
      (roleLevel(role) - 1) |
      (access << ROLE.accessShift) |
      (direct ? ROLE.direct : 0);
    if (role & ROLE.has_4_byte_gpte)
      role = (role & ~ROLE.quadrant) | ((sptep_index(sptep) & 1) << ROLE.quadrantShift);
    return role;
  },
);

/** kvm_mmu_get_child_sp: the table that the entry at `sptep` must lead to, or 0 if it leads there already. */
export const kvm_mmu_get_child_sp = kernel(
  'kvm_mmu_get_child_sp',
  (vcpu: Vcpu, sptep: number, gfn: number, direct: boolean, access: number): number => {
    const { m } = vcpu.kvm;
    const role = kvm_mmu_child_role(vcpu.kvm, sptep, direct, access);
    const flags = m.get(sptep + 1);
    if (is_shadow_present_pte(flags) && !is_large_pte(flags)) {
      const child = to_shadow_page(m, m.get(sptep));
      if (m.get(child + SP.gfn) === gfn && m.get(child + SP.role) === role) return 0;
    }
    return __kvm_mmu_get_shadow_page(vcpu, gfn, role);
  },
);

/** __link_shadow_page: the entry at `sptep` points to `sp` from now on; what it was before is dropped. */
export const __link_shadow_page = kernel(
  '__link_shadow_page',
  (vcpu: Vcpu, sptep: number, sp: number): void => {
    const { kvm } = vcpu;
    const { m } = kvm;
    if (is_shadow_present_pte(m.get(sptep + 1))) {
      mmu_page_zap_pte(kvm, sptep_to_sp(m, sptep), sptep);
      kvm_flush_remote_tlbs(kvm);
    }
    setSpte(m, sptep, m.get(sp + SP.spt), make_nonleaf_spte(kvm, sp_ad_disabled(m, sp)));
    pte_list_add(kvm, sptep, sp + SP.parent_ptes);
    if (m.get(sp + SP.unsync_children) || m.get(sp + SP.unsync)) mark_unsync(m, sptep);
    traceLink(m, sptep, sp);
  },
);
