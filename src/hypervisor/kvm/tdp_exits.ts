/**
 * What leaves a guest with two-dimensional paging, and KVM's handlers for it: nested page faults (Linux 6.1: svm/svm.c
 * npf_interception), EPT violations and misconfigurations, and a full modification log (vmx/vmx.c handle_ept_violation,
 * handle_ept_misconfig, vmx_handle_exit).
 */
import { EPT_QUALIFICATION } from '#arch/ept.ts';
import { PF } from '#arch/fault.ts';
import { NPF } from '#arch/npt.ts';
import type { WalkResult } from '#arch/walk-request.ts';
import { RET_PF } from '#hypervisor/kvm/mmu/fault.ts';
import { type FaultHandlers, kvm_mmu_page_fault } from '#hypervisor/kvm/mmu/page_fault.ts';
import { EVENT } from '#machine/events.ts';
import { VCPU } from '#machine/vcpu.ts';
import { kernel } from './calls.ts';
import { trace_kvm_page_fault } from './mmutrace.ts';
import { vmx_flush_pml_buffer } from './pml.ts';
import type { Vcpu } from './structs.ts';
import type { TdpProcessor } from './tdp_hardware.ts';
import type { GuestMmu, Left, Translation } from './translation.ts';
import { PF_VECTOR } from './x86.ts';

/** An address of a nested fault, and what the hardware says of it (plain pairs). */
interface NestedExit {
  readonly hi: number;
  readonly lo: number;
  readonly codeHi: number;
  readonly codeLo: number;
}

/** A guest whose own tables the processor walks. */
export class TdpGuestMmu implements GuestMmu {
  readonly #processor: TdpProcessor;

  constructor(processor: TdpProcessor) {
    this.#processor = processor;
  }

  translate(vcpu: Vcpu, wanted: Translation): number | Left {
    const result = this.#processor.walk(vcpu, wanted.hi, wanted.lo, wanted.access, wanted.ac);
    if (result.kind === 'ok') return result.frame;
    if (result.kind === 'page-fault') {
      const { m } = vcpu.kvm;
      m.set(vcpu.regs + VCPU.cr2_hi, wanted.hi);
      m.set(vcpu.regs + VCPU.cr2_lo, wanted.lo);
      wanted.raise(PF_VECTOR, result.error);
      return 'raised';
    }
    return leave(vcpu, result, { ac: wanted.ac, inject: () => {}, emulate: wanted.emulate });
  }

  /** Reads guest-physical memory (plain pair) where no linear address is translated. The host frame, or what came of it. */
  read(vcpu: Vcpu, hi: number, lo: number): number | Left {
    const result = this.#processor.read(vcpu, hi, lo);
    if (result.kind === 'ok') return result.frame;
    return leave(vcpu, result, { ac: false, inject: () => {}, emulate: () => {} });
  }
}

/** The exit that a walk ended in, and KVM's handler for it. */
function leave(vcpu: Vcpu, result: WalkResult, handlers: FaultHandlers): Left {
  const { kvm, log } = vcpu;
  const exit: NestedExit = {
    hi: result.gpaHi,
    lo: result.gpaLo,
    codeHi: result.codeHi,
    codeLo: result.codeLo,
  };
  const misconfigured = result.kind === 'misconfiguration';
  const full = result.kind === 'log-full';
  const reason = full
    ? 'PML full'
    : kvm.amd
      ? '#NPF'
      : `EPT ${misconfigured ? 'misconfiguration' : 'violation'}`;
  const hasCode = !misconfigured && !full;
  log.emit(
    EVENT.exit,
    log.text(reason),
    exit.hi,
    exit.lo,
    hasCode ? exit.codeHi : 0,
    hasCode ? exit.codeLo : 0,
  );
  if (kvm.parameters.pml) vmx_flush_pml_buffer(vcpu);
  if (full) return 'again';
  const handle = kvm.amd ? npf_interception : misconfigured ? handle_ept_misconfig : handle_ept_violation;
  return handle(vcpu, exit, handlers) === RET_PF.EFAULT ? 'efault' : 'again';
}

/** npf_interception */
const npf_interception = kernel(
  'npf_interception',
  (vcpu: Vcpu, { hi, lo, codeHi, codeLo }: NestedExit, handlers: FaultHandlers): number => {
    trace_kvm_page_fault(vcpu, hi, lo, codeHi, codeLo);
    return kvm_mmu_page_fault(vcpu, hi, lo, codeLo, {
      ...handlers,
      onGuestTable: (codeHi & NPF.table) !== 0,
    });
  },
);

/** handle_ept_violation: the qualification becomes an error code like that of a #PF. */
const handle_ept_violation = kernel(
  'handle_ept_violation',
  (vcpu: Vcpu, { hi, lo, codeLo }: NestedExit, handlers: FaultHandlers): number => {
    trace_kvm_page_fault(vcpu, hi, lo, 0, codeLo);
    const { read, write, fetch, rightsShift, final } = EPT_QUALIFICATION;
    const error =
      (codeLo & read ? PF.user : 0) |
      (codeLo & write ? PF.write : 0) |
      (codeLo & fetch ? PF.fetch : 0) |
      (codeLo & (7 << rightsShift) ? PF.present : 0);
    return kvm_mmu_page_fault(vcpu, hi, lo, error, { ...handlers, onGuestTable: (codeLo & final) === 0 });
  },
);

/** handle_ept_misconfig: KVM makes misconfigured entries on purpose, where no memory is. */
const handle_ept_misconfig = kernel(
  'handle_ept_misconfig',
  (vcpu: Vcpu, { hi, lo }: NestedExit, handlers: FaultHandlers): number =>
    kvm_mmu_page_fault(vcpu, hi, lo, PF.reserved, handlers),
);
