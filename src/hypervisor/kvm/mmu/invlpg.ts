/** INVLPG on shadow tables (Linux 6.1: mmu/paging_tmpl.h invlpg; mmu/mmu.c kvm_mmu_invlpg, kvm_mmu_invalidate_gva). */

import { isCanonical } from '#arch/word64.ts';
import { kernel, paging } from '#hypervisor/kvm/calls.ts';
import { kvm_flush_remote_tlbs } from '#hypervisor/kvm/requests.ts';
import {
  ARCH,
  isChanged,
  KVM_NUM_MMU_PREV_ROOTS,
  ROLE,
  ROOT,
  SP,
  sptep_index,
  sptep_to_sp,
  type Vcpu,
  WHAT_IF,
} from '#hypervisor/kvm/structs.ts';
import { flush_tlb_gva } from '#hypervisor/kvm/vendor_tlb.ts';
import { currentPcid } from '#machine/tlb/tags.ts';
import { vcpuMode } from '#machine/vcpu.ts';
import { gpteBytes, kvm_vcpu_read_guest_atomic, level1GpteOffset } from './guest_walker.ts';
import { shadow_walk_init } from './iterator.ts';
import { mmu_topup_memory_caches } from './memory_cache.ts';
import { vcpu_clear_mmio_info, vcpu_match_mmio_gva } from './mmio.ts';
import { prefetch_gpte } from './prefetch.ts';
import { previousRootsOf, prevRoot } from './roots.ts';
import { is_last_spte, is_shadow_present_pte } from './spte.ts';
import { mmu_page_zap_pte } from './zap.ts';

/** kvm_mmu_invlpg: an address (plain pair) is forgotten in the current root and in the former ones that are kept. */
export const kvm_mmu_invlpg = kernel('kvm_mmu_invlpg', (vcpu: Vcpu, hi: number, lo: number): void =>
  kvm_mmu_invalidate_gva(vcpu, hi, lo, true),
);

/**
 * kvm_mmu_invalidate_gva: an address is forgotten by the hardware and in the current root.
 * @param everywhere in the former roots too
 */
export const kvm_mmu_invalidate_gva = kernel(
  'kvm_mmu_invalidate_gva',
  (vcpu: Vcpu, hi: number, lo: number, everywhere: boolean): void => {
    const { m } = vcpu.kvm;
    const mode = vcpuMode(m.words, vcpu.regs);
    if (mode.levels >= 4 && !isCanonical(hi, mode.linearBits)) return;
    flush_tlb_gva(vcpu, hi, lo);
    if (m.get(vcpu.arch + ARCH.root_role) & ROLE.direct) return;
    invlpg(vcpu, hi, lo, m.get(vcpu.arch + ARCH.root_hpa));
    for (let i = 0; everywhere && i < KVM_NUM_MMU_PREV_ROOTS; i++) {
      const frame = m.get(vcpu.arch + ARCH.prev_roots + i * ROOT.size);
      if (frame !== 0) invlpg(vcpu, hi, lo, frame);
    }
  },
);

/** kvm_mmu_invpcid_gva: an address of one PCID is forgotten. What no root leads to is synced before it is used again. */
export const kvm_mmu_invpcid_gva = kernel(
  'kvm_mmu_invpcid_gva',
  (vcpu: Vcpu, hi: number, lo: number, pcid: number): void => {
    const { m } = vcpu.kvm;
    const isCurrent = currentPcid(m, vcpu.regs) === pcid;
    const former = previousRootsOf(vcpu, pcid);
    const hasTables = !(m.get(vcpu.arch + ARCH.root_role) & ROLE.direct);
    if (isCurrent && hasTables) invlpg(vcpu, hi, lo, m.get(vcpu.arch + ARCH.root_hpa));
    for (const i of former) if (hasTables) invlpg(vcpu, hi, lo, m.get(prevRoot(vcpu, i)));
    if (isCurrent || former.length > 0) flush_tlb_gva(vcpu, hi, lo);
  },
);

/** invlpg: zaps the leaf for an address if its table may be stale, and maps at once what the guest's entry says now. */
const invlpg = paging('invlpg', (vcpu: Vcpu, hi: number, lo: number, root: number): void => {
  const { kvm } = vcpu;
  const { m } = kvm;
  if (vcpu_match_mmio_gva(vcpu, hi, lo)) vcpu_clear_mmio_info(vcpu);
  mmu_topup_memory_caches(vcpu, true);
  if (root === 0) return;
  for (const it = shadow_walk_init(vcpu, hi, lo, root); it.level > 0; it.next()) {
    const { sptep } = it;
    const sp = sptep_to_sp(m, sptep);
    const old = m.get(sptep + 1);
    if (is_last_spte(old, it.level)) {
      if (!m.get(sp + SP.unsync)) return;
      mmu_page_zap_pte(kvm, sp, sptep);
      if (is_shadow_present_pte(old)) kvm_flush_remote_tlbs(kvm);
      const role = m.get(sp + SP.role);
      const offset = level1GpteOffset(role, sptep_index(sptep));
      if (isChanged(kvm, WHAT_IF.prefetchOff)) return;
      if (!kvm_vcpu_read_guest_atomic(vcpu, m.get(sp + SP.gfn), offset, gpteBytes(role))) return;
      prefetch_gpte(vcpu, sp, sptep, false);
    }
    if (!m.get(sp + SP.unsync_children)) return;
  }
});
