/**
 * KVM's handlers for what leaves the guest on an AMD processor without nested paging
 * (Linux 6.1: svm/svm.c pf_interception, cr_interception, invlpg_interception, msr_interception).
 */
import { rootIsDirect } from '#hypervisor/kvm/mmu/fetch.ts';
import { type FaultHandlers, kvm_mmu_page_fault } from '#hypervisor/kvm/mmu/page_fault.ts';
import { gva_to_gpa } from '#hypervisor/kvm/mmu/walk_addr.ts';
import { kvm_mmu_unprotect_page } from '#hypervisor/kvm/mmu/zap.ts';
import { exitHandler } from './calls.ts';
import { type Instruction, x86_emulate_instruction } from './emulate.ts';
import { trace_kvm_page_fault } from './mmutrace.ts';
import type { Vcpu } from './structs.ts';

/**
 * pf_interception: what KVM does about a #PF that left the guest.
 * @param delivering privilege bit of the code that an exception interrupts, where one was being delivered
 */
export const pf_interception = exitHandler(
  'pf_interception',
  (
    vcpu: Vcpu,
    hi: number,
    lo: number,
    error: number,
    delivering: number | null,
    handlers: FaultHandlers,
  ): number => {
    trace_kvm_page_fault(vcpu, hi, lo, 0, error);
    if (delivering !== null) kvm_mmu_unprotect_page_virt(vcpu, hi, lo, delivering);
    return kvm_mmu_page_fault(vcpu, hi, lo, error, handlers);
  },
);

/** Handles the exit of a privileged instruction. Returns what its action says: false gives the guest a #GP. */
export type ExitHandler = (vcpu: Vcpu, instruction: Instruction, action: (vcpu: Vcpu) => boolean) => boolean;

/** AMD processors without decode assists leave the instruction to KVM's emulator; Intel's say what it was. */
const emulateOnInterception: ExitHandler = (vcpu, instruction, action) => {
  if (!vcpu.kvm.amd) return action(vcpu);
  let allowed = true;
  x86_emulate_instruction(vcpu, instruction, null, () => {
    allowed = action(vcpu);
    return true;
  });
  return allowed;
};

export const cr_interception: ExitHandler = exitHandler('cr_interception', emulateOnInterception);
export const invlpg_interception: ExitHandler = exitHandler('invlpg_interception', emulateOnInterception);
export const invpcid_interception: ExitHandler = exitHandler(
  'invpcid_interception',
  (vcpu: Vcpu, _: Instruction, action: (vcpu: Vcpu) => boolean): boolean => action(vcpu),
);
export const msr_interception: ExitHandler = exitHandler('msr_interception', emulateOnInterception);

/**
 * kvm_mmu_unprotect_page_virt: a fault while an exception is delivered: if the page holds a guest's table, that is shadowed
 * no longer, so that the write can succeed without being emulated.
 */
function kvm_mmu_unprotect_page_virt(vcpu: Vcpu, hi: number, lo: number, access: number): void {
  if (rootIsDirect(vcpu)) return;
  const walker = gva_to_gpa(vcpu, hi, lo, access, false, false);
  if (walker.ok) kvm_mmu_unprotect_page(vcpu.kvm, walker.gfn);
}
