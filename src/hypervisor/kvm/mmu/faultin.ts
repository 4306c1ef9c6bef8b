/** From a guest frame to a host frame (Linux 6.1: mmu/mmu.c kvm_faultin_pfn, handle_abnormal_pfn, is_page_fault_stale). */

import { ACC } from '#arch/permission.ts';
import { get_user_page } from '#hypervisor/kvm/notifier.ts';
import { ARCH, is_obsolete_sp, KVM, KVM_REQ, to_shadow_page, type Vcpu } from '#hypervisor/kvm/structs.ts';
import { hostPageWritable, NO_FRAME } from '#machine/host-pages.ts';
import { SLOT, SLOT_FLAG } from '#machine/slots.ts';
import { type KvmPageFault, RET_PF } from './fault.ts';
import { vcpu_cache_mmio_info } from './mmio.ts';
import { mmioCaching } from './spte.ts';

/** kvm_faultin_pfn: CONTINUE with fault.pfn set, EMULATE for a write to a read-only slot, EFAULT if the host forbids it. */
export function kvm_faultin_pfn(vcpu: Vcpu, fault: KvmPageFault): number {
  const { kvm } = vcpu;
  const { m } = kvm;
  fault.mmu_seq = m.get(kvm.at + KVM.mmu_invalidate_seq);
  if (fault.slot === 0) {
    fault.pfn = NO_FRAME;
    return RET_PF.CONTINUE;
  }
  const readOnly = (m.get(fault.slot + SLOT.flags) & SLOT_FLAG.readOnly) !== 0;
  if (readOnly && fault.write) return RET_PF.EMULATE;
  const frame = get_user_page(kvm, fault.slot, fault.gfn - m.get(fault.slot + SLOT.base_gfn), fault.write);
  if (frame === NO_FRAME) return RET_PF.EFAULT;
  fault.pfn = frame;
  fault.map_writable = hostPageWritable && !readOnly;
  return RET_PF.CONTINUE;
}

/** handle_abnormal_pfn: an address without a slot is remembered, and emulated at once where MMIO entries are off. */
export function handle_abnormal_pfn(vcpu: Vcpu, fault: KvmPageFault, access: number): number {
  if (fault.slot !== 0) return RET_PF.CONTINUE;
  vcpu_cache_mmio_info(vcpu, fault.hi, fault.lo, fault.gfn, access & (ACC.write | ACC.user));
  return mmioCaching(vcpu) && fault.gfn < 2 ** (vcpu.kvm.maxphyaddr - 12) ? RET_PF.CONTINUE : RET_PF.EMULATE;
}

/** is_page_fault_stale: whether the root or the host's mapping changed since the fault was looked at. */
export function is_page_fault_stale(vcpu: Vcpu, fault: KvmPageFault): boolean {
  const { kvm } = vcpu;
  const root = to_shadow_page(kvm.m, kvm.m.get(vcpu.arch + ARCH.root_hpa));
  if (root !== 0 && is_obsolete_sp(kvm, root)) return true;
  if (root === 0 && kvm.m.get(vcpu.arch + ARCH.requests) & KVM_REQ.MMU_FREE_OBSOLETE_ROOTS) return true;
  return fault.slot !== 0 && kvm.m.get(kvm.at + KVM.mmu_invalidate_seq) !== fault.mmu_seq;
}
