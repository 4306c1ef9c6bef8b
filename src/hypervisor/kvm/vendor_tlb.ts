/**
 * How KVM makes the hardware forget translations (Linux 6.1: struct kvm_x86_ops; svm/svm.c, vmx/vmx.c). Intel's processors are told
 * by INVEPT where EPT is in use, else by INVVPID, which needs a VPID; without one each entry into the guest forgets by itself. AMD's are
 * told by the guest's control block when the guest is entered next: to forget the ASID, or that the guest has another one.
 */
import {
  forgetGuestAddress,
  forgetLinear,
  INVEPT,
  INVVPID,
  invept,
  invvpid,
  TLB_CONTROL,
  takeAsid,
  tlbControl,
} from '#machine/tlb/flush.ts';
import { setTag } from '#machine/tlb/tags.ts';
import { kernel, vendor } from './calls.ts';
import { ARCH, type Vcpu } from './structs.ts';

/** The first ASID of a guest: 0 is the host's. */
const MIN_ASID = 1;

/** A vCPU's VPID or ASID. Each vCPU has a processor of its own, on which it is the only guest. */
export function allocateTag({ kvm, regs, arch, id }: Vcpu): void {
  const { m, amd, parameters } = kvm;
  if (!amd && !parameters.vpid) return;
  setTag(m, regs, amd ? MIN_ASID : id + 1);
  if (amd) m.set(arch + ARCH.next_asid, MIN_ASID + 1);
}

/** flush_tlb_all: the hardware forgets all of this vCPU's guest. */
export const flush_tlb_all = vendor('flush_tlb_all', (vcpu: Vcpu): void => {
  const { kvm, regs } = vcpu;
  if (kvm.amd) svm_flush_tlb_asid(vcpu);
  else if (kvm.tdp) invept(kvm.m, regs, INVEPT.all, 0);
  else if (kvm.parameters.vpid) invvpid(kvm.m, regs, INVVPID.all);
});

/** flush_tlb_current: the hardware forgets all translations of the present root before it enters the guest. */
export const flush_tlb_current = vendor('flush_tlb_current', (vcpu: Vcpu): void => {
  const { kvm, regs, arch } = vcpu;
  const root = kvm.m.get(arch + ARCH.root_hpa);
  if (kvm.amd) svm_flush_tlb_asid(vcpu);
  else if (root === 0) return;
  else if (kvm.tdp) invept(kvm.m, regs, INVEPT.context, root);
  else if (kvm.parameters.vpid) invvpid(kvm.m, regs, INVVPID.context);
});

/** flush_tlb_guest: the hardware forgets the guest's linear addresses, as an instruction of the guest's would make it. */
export function flush_tlb_guest(vcpu: Vcpu): void {
  if (vcpu.kvm.amd) svm_flush_tlb_asid(vcpu);
  else vmx_flush_tlb_guest(vcpu);
}

const vmx_flush_tlb_guest = kernel('vmx_flush_tlb_guest', ({ kvm, regs }: Vcpu): void => {
  if (kvm.parameters.vpid) invvpid(kvm.m, regs, INVVPID.context);
});

/** flush_tlb_gva: the hardware forgets one linear address (plain pair). */
export const flush_tlb_gva = vendor('flush_tlb_gva', ({ kvm, regs }: Vcpu, hi: number, lo: number): void => {
  if (kvm.amd) forgetGuestAddress(kvm.m, regs, 'INVLPGA', hi, lo);
  else if (kvm.parameters.vpid) invvpid(kvm.m, regs, INVVPID.address, hi, lo);
});

/** svm_flush_tlb_asid: by TLB_CONTROL, or, where the processor can only forget everything at once, by a new ASID. */
const svm_flush_tlb_asid = kernel('svm_flush_tlb_asid', ({ kvm, arch }: Vcpu): void =>
  kvm.flushByAsid
    ? kvm.m.set(arch + ARCH.tlb_ctl, TLB_CONTROL.flushAsid)
    : kvm.m.set(arch + ARCH.asid_is_old, 1),
);

/** new_asid: when none is left that was never used, all are free again, and the hardware must forget everything. */
const new_asid = kernel('new_asid', ({ kvm, regs, arch }: Vcpu): void => {
  const { m } = kvm;
  let asid = m.get(arch + ARCH.next_asid);
  if (asid > kvm.asids) {
    asid = MIN_ASID;
    m.set(arch + ARCH.tlb_ctl, TLB_CONTROL.flushAll);
  }
  m.set(arch + ARCH.next_asid, asid + 1);
  m.set(arch + ARCH.asid_is_old, 0);
  takeAsid(m, regs, asid);
});

/** What the hardware forgets as the guest is entered: what its control block asks for, and without a VPID all linear addresses. */
export function flushAtEntry(vcpu: Vcpu): void {
  const { kvm, regs, arch } = vcpu;
  const { m } = kvm;
  if (!kvm.amd) {
    if (!kvm.parameters.vpid) forgetLinear(m, regs, 'VM entry');
    return;
  }
  if (m.get(arch + ARCH.asid_is_old)) new_asid(vcpu);
  const control = m.get(arch + ARCH.tlb_ctl);
  if (control === 0) return;
  tlbControl(m, regs, control);
  m.set(arch + ARCH.tlb_ctl, 0);
}
