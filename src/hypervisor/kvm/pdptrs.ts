/** What KVM knows of the page-directory pointers of a PAE guest (Linux 6.1: x86.c load_pdptrs; svm/svm.c svm_cache_reg). */
import { kvm_mmu_free_roots } from '#hypervisor/kvm/mmu/roots.ts';
import { readPointers, setPointers } from '#hypervisor/pointers.ts';
import { loadGuest } from '#machine/memory.ts';
import { VCPU } from '#machine/vcpu.ts';
import { kernel } from './calls.ts';
import { KVM_REQ, kvm_make_request } from './requests.ts';
import { ARCH, type Vcpu } from './structs.ts';

/** load_pdptrs: reads the four pointers at an address (plain pair). False if one has a reserved bit set: #GP. */
export const load_pdptrs = kernel('load_pdptrs', (vcpu: Vcpu, hi: number, lo: number): boolean => {
  const { kvm, regs } = vcpu;
  const gfn = (lo >>> 12) | (hi << 20);
  const pointers = readPointers((offset) => loadGuest(kvm.m, gfn, offset, 8), lo, kvm.maxphyaddr);
  if (pointers === null) return false;
  const changed = pointers.some((word, i) => kvm.m.get(regs + VCPU.pdptes + i) !== word);
  if (changed && !kvm.tdp) kvm_mmu_free_roots(vcpu, true, () => false);
  setPointers(kvm.m, regs, pointers);
  kvm_make_request(vcpu, KVM_REQ.LOAD_MMU_PGD);
  return true;
});

/**
 * kvm_pdptr_read: place of the pointer for an address. AMD's processors with nested tables hold no pointers and read them at each
 * walk; KVM reads them at the first question after an exit, and goes on with those that it has if they are not valid.
 */
export function kvm_pdptr_read(vcpu: Vcpu, lo: number): number {
  const { kvm, regs, arch } = vcpu;
  const { m } = kvm;
  if (kvm.amd && kvm.tdp && !m.get(arch + ARCH.pdptrs_available)) {
    m.set(arch + ARCH.pdptrs_available, 1);
    load_pdptrs(vcpu, m.get(regs + VCPU.cr3_hi), m.get(regs + VCPU.cr3_lo));
  }
  return regs + VCPU.pdptes + (lo >>> 30) * 2;
}
