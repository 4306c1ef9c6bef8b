/** Requests to vCPUs, which each handles before it enters the guest (Linux 6.1: include/linux/kvm_host.h, virt/kvm/kvm_main.c). */
import { kernel } from './calls.ts';
import { ARCH, type Kvm, type Vcpu } from './structs.ts';

/** Bits of ARCH.requests. */
export const KVM_REQ = {
  MMU_FREE_OBSOLETE_ROOTS: 1,
  MMU_SYNC: 2,
  LOAD_MMU_PGD: 4,
  TLB_FLUSH: 8,
  TLB_FLUSH_CURRENT: 16,
  TLB_FLUSH_GUEST: 32,
  TRIPLE_FAULT: 64,
} as const;

/** kvm_make_request: an inline function of the kernel's, which no trace shows. */
export function kvm_make_request(vcpu: Vcpu, request: number): void {
  const { m } = vcpu.kvm;
  m.set(vcpu.arch + ARCH.requests, m.get(vcpu.arch + ARCH.requests) | request);
}

/** kvm_make_vcpu_request: a request by another thread, which also gets the vCPU out of the guest. */
const kvm_make_vcpu_request = kernel('kvm_make_vcpu_request', kvm_make_request);

/** kvm_make_all_cpus_request_except, with nobody excepted. */
const kvm_make_all_cpus_request_except = kernel(
  'kvm_make_all_cpus_request_except',
  (kvm: Kvm, request: number): void => {
    for (const vcpu of kvm.vcpus) kvm_make_vcpu_request(vcpu, request);
  },
);

/** kvm_make_all_cpus_request */
export const kvm_make_all_cpus_request = kernel(
  'kvm_make_all_cpus_request',
  kvm_make_all_cpus_request_except,
);

/** kvm_flush_remote_tlbs: every vCPU forgets its TLB before it enters the guest again. */
export const kvm_flush_remote_tlbs = kernel('kvm_flush_remote_tlbs', (kvm: Kvm): void =>
  kvm_make_all_cpus_request_except(kvm, KVM_REQ.TLB_FLUSH),
);
