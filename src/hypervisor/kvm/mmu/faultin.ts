/** From a guest frame to a host frame (Linux 6.1: mmu/mmu.c kvm_faultin_pfn, handle_abnormal_pfn, is_page_fault_stale). */

import { ACC } from '#arch/permission.ts';
import { kernel } from '#hypervisor/kvm/calls.ts';
import { __gfn_to_pfn_memslot, KVM_PFN_ERR_FAULT, KVM_PFN_ERR_RO_FAULT } from '#hypervisor/kvm/pfn.ts';
import { KVM_REQ } from '#hypervisor/kvm/requests.ts';
import { ARCH, is_obsolete_sp, KVM, to_shadow_page, type Vcpu } from '#hypervisor/kvm/structs.ts';
import { hostPageWritable } from '#machine/host-pages.ts';
import { SLOT, SLOT_FLAG } from '#machine/slots.ts';
import { type KvmPageFault, RET_PF } from './fault.ts';
import { vcpu_cache_mmio_info } from './mmio.ts';
import { mmioCaching } from './spte.ts';

/** kvm_faultin_pfn: sets fault.pfn (see `__gfn_to_pfn_memslot`) and fault.map_writable. */
export const kvm_faultin_pfn = kernel('kvm_faultin_pfn', (vcpu: Vcpu, fault: KvmPageFault): void => {
  const { kvm } = vcpu;
  const { m } = kvm;
  fault.mmu_seq = m.get(kvm.at + KVM.mmu_invalidate_seq);
  fault.pfn = __gfn_to_pfn_memslot(kvm, fault.slot, fault.gfn, fault.write);
  const readOnly = fault.slot !== 0 && (m.get(fault.slot + SLOT.flags) & SLOT_FLAG.readOnly) !== 0;
  fault.map_writable = fault.pfn >= 0 && hostPageWritable && !readOnly;
});

/**
 * handle_abnormal_pfn: CONTINUE; EMULATE for a write to a read-only slot; EFAULT where the host forbids the access. An
 * address without a slot is remembered, and emulated at once where MMIO entries are off.
 */
export const handle_abnormal_pfn = kernel(
  'handle_abnormal_pfn',
  (vcpu: Vcpu, fault: KvmPageFault, access: number): number => {
    if (fault.pfn === KVM_PFN_ERR_RO_FAULT) return RET_PF.EMULATE;
    if (fault.pfn === KVM_PFN_ERR_FAULT) return RET_PF.EFAULT;
    if (fault.slot !== 0) return RET_PF.CONTINUE;
    vcpu_cache_mmio_info(vcpu, fault.hi, fault.lo, fault.gfn, access & (ACC.write | ACC.user));
    return mmioCaching(vcpu) && fault.gfn < 2 ** (vcpu.kvm.maxphyaddr - 12)
      ? RET_PF.CONTINUE
      : RET_PF.EMULATE;
  },
);

/** is_page_fault_stale: whether the root or the host's mapping changed since the fault was looked at. */
export const is_page_fault_stale = kernel(
  'is_page_fault_stale',
  (vcpu: Vcpu, fault: KvmPageFault): boolean => {
    const { kvm } = vcpu;
    const root = to_shadow_page(kvm.m, kvm.m.get(vcpu.arch + ARCH.root_hpa));
    if (root !== 0 && is_obsolete_sp(kvm.m.words, root)) return true;
    if (root === 0 && kvm.m.get(vcpu.arch + ARCH.requests) & KVM_REQ.MMU_FREE_OBSOLETE_ROOTS) return true;
    return fault.slot !== 0 && kvm.m.get(kvm.at + KVM.mmu_invalidate_seq) !== fault.mmu_seq;
  },
);
