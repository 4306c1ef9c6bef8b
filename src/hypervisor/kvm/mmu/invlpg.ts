/** INVLPG on shadow tables (Linux 6.1: mmu/paging_tmpl.h invlpg; mmu/mmu.c kvm_mmu_invalidate_gva). */
import {
  ARCH,
  KVM_NUM_MMU_PREV_ROOTS,
  kvm_flush_remote_tlbs,
  ROLE,
  ROOT,
  SP,
  sptep_index,
  sptep_to_sp,
  type Vcpu,
} from '#hypervisor/kvm/structs.ts';
import { tlbFlushAddress } from '#machine/tlb.ts';
import { gpteBytes, level1GpteOffset, readGpte } from './guest_walker.ts';
import { ShadowWalk } from './iterator.ts';
import { vcpu_clear_mmio_info, vcpu_match_mmio_gva } from './mmio.ts';
import { prefetch_gpte } from './prefetch.ts';
import { is_last_spte, is_shadow_present_pte } from './spte.ts';
import { mmu_page_zap_pte } from './zap.ts';

/** kvm_mmu_invlpg: the address is forgotten in the current root and in the former ones that are kept. */
export function kvm_mmu_invlpg(vcpu: Vcpu, hi: number, lo: number): void {
  const { m } = vcpu.kvm;
  tlbFlushAddress(m, vcpu.regs, hi, lo);
  if (m.get(vcpu.arch + ARCH.root_role) & ROLE.direct) return;
  invlpg(vcpu, hi, lo, m.get(vcpu.arch + ARCH.root_hpa));
  for (let i = 0; i < KVM_NUM_MMU_PREV_ROOTS; i++) {
    const frame = m.get(vcpu.arch + ARCH.prev_roots + i * ROOT.size);
    if (frame !== 0) invlpg(vcpu, hi, lo, frame);
  }
}

/** invlpg: zaps the leaf for an address if its table may be stale, and maps at once what the guest's entry says now. */
export function invlpg(vcpu: Vcpu, hi: number, lo: number, root: number): void {
  const { kvm } = vcpu;
  const { m } = kvm;
  if (m.get(vcpu.arch + ARCH.root_role) & ROLE.direct) return;
  if (vcpu_match_mmio_gva(vcpu, hi, lo)) vcpu_clear_mmio_info(vcpu);
  if (root === 0) return;
  for (const it = new ShadowWalk(vcpu, hi, lo, root); it.level > 0; it.next()) {
    const { sptep } = it;
    const sp = sptep_to_sp(m, sptep);
    const old = m.get(sptep + 1);
    if (is_last_spte(old, it.level)) {
      if (!m.get(sp + SP.unsync)) return;
      mmu_page_zap_pte(kvm, sp, sptep);
      if (is_shadow_present_pte(old)) kvm_flush_remote_tlbs(kvm);
      const role = m.get(sp + SP.role);
      if (!readGpte(kvm, m.get(sp + SP.gfn), level1GpteOffset(role, sptep_index(sptep)), gpteBytes(role)))
        return;
      prefetch_gpte(vcpu, sp, sptep, false);
    }
    if (!m.get(sp + SP.unsync_children)) return;
  }
}
