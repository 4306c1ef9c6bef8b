/** Process-context identifiers under shadow paging (Linux 6.1: x86.c kvm_invalidate_pcid, kvm_handle_invpcid). */
import { CR4 } from '#arch/paging-mode.ts';
import { isCanonical } from '#arch/word64.ts';
import type { InvpcidOperand } from '#hypervisor/hypervisor.ts';
import { kvm_mmu_invpcid_gva } from '#hypervisor/kvm/mmu/invlpg.ts';
import { kvm_mmu_free_roots, previousRootsOf } from '#hypervisor/kvm/mmu/roots.ts';
import { currentPcid } from '#machine/tlb/tags.ts';
import { VCPU, vcpuMode } from '#machine/vcpu.ts';
import { kernel } from './calls.ts';
import { KVM_REQ, kvm_make_request } from './requests.ts';
import type { Vcpu } from './structs.ts';

const hasPcid = ({ kvm, regs }: Vcpu): boolean => (kvm.m.get(regs + VCPU.cr4) & CR4.PCIDE) !== 0;

/**
 * kvm_invalidate_pcid: a PCID that is in use is flushed before the guest is entered; former roots that have it are let go, for what
 * is unsync below them would be used without having been looked at.
 */
export const kvm_invalidate_pcid = kernel('kvm_invalidate_pcid', (vcpu: Vcpu, pcid: number): void => {
  if (vcpu.kvm.tdp) {
    kvm_make_request(vcpu, KVM_REQ.TLB_FLUSH_GUEST);
    return;
  }
  if (currentPcid(vcpu.kvm.m, vcpu.regs) === pcid) {
    kvm_make_request(vcpu, KVM_REQ.MMU_SYNC);
    kvm_make_request(vcpu, KVM_REQ.TLB_FLUSH_CURRENT);
  }
  if (!hasPcid(vcpu)) return;
  const roots = previousRootsOf(vcpu, pcid);
  kvm_mmu_free_roots(vcpu, false, (_, i) => roots.includes(i));
});

/** kvm_handle_invpcid. The descriptor in the guest's memory is not read: the operand is what it says. False: the guest gets a #GP. */
export const kvm_handle_invpcid = kernel(
  'kvm_handle_invpcid',
  (vcpu: Vcpu, { type, pcid, hi, lo }: InvpcidOperand): boolean => {
    const mode = vcpuMode(vcpu.kvm.m.words, vcpu.regs);
    if (pcid !== 0 && !hasPcid(vcpu)) return false;
    if (mode.levels >= 4 && !isCanonical(hi, mode.linearBits)) return false;
    if (type === 'address') kvm_mmu_invpcid_gva(vcpu, hi, lo, pcid);
    else if (type === 'context') kvm_invalidate_pcid(vcpu, pcid);
    // Shadow entries are never global, so that nothing is to be retained.
    else kvm_make_request(vcpu, KVM_REQ.TLB_FLUSH_GUEST);
    return true;
  },
);
