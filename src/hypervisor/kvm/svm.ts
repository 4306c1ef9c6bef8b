/**
 * The guest's instructions on an AMD processor without nested paging, and KVM's handlers for what leaves the guest
 * (Linux 6.1: svm/svm.c pf_interception, cr_interception, invlpg_interception; mmu/mmu.c kvm_mmu_page_fault).
 *
 * A step is the fetch of the instruction (where the scenario has a stub), then what it does; after each exit it begins
 * again, as on the real machine. An exception is delivered by pushing a frame on the stack, which lies in the stub page.
 */
import { PF } from '#arch/fault.ts';
import { isCanonical } from '#arch/word64.ts';
import { type Access, OK, type Outcome } from '#hypervisor/hypervisor.ts';
import { newFault, RET_PF } from '#hypervisor/kvm/mmu/fault.ts';
import { handle_mmio_page_fault } from '#hypervisor/kvm/mmu/mmio_fault.ts';
import { nonpaging_page_fault, page_fault } from '#hypervisor/kvm/mmu/page_fault.ts';
import { walk_addr_generic } from '#hypervisor/kvm/mmu/walk_addr.ts';
import { EVENT } from '#machine/events.ts';
import { loadOperand, operandParts, storeOperand } from '#machine/operand.ts';
import { VCPU, vcpuMode } from '#machine/vcpu.ts';
import { emulateAccess } from './emulate.ts';
import type { Processor } from './hardware.ts';
import { trace_kvm_page_fault } from './mmutrace.ts';
import { ARCH, type Vcpu } from './structs.ts';
import { GP_VECTOR, kvm_inject_emulated_page_fault, kvm_queue_exception, vcpu_enter_guest } from './x86.ts';

/** Where guest instructions lie: linear addresses as plain pairs. */
export interface StubPage {
  readonly hi: number;
  readonly lo: number;
  readonly userHi: number;
  readonly userLo: number;
}

/** So many exits without progress mean that the guest is stuck. */
const MOST_EXITS = 64;

type Handled = 'resume' | 'emulate' | 'efault';

export class Guest {
  readonly #vcpu: Vcpu;
  readonly #processor: Processor;
  readonly #stub: StubPage | null;

  constructor(vcpu: Vcpu, processor: Processor, stub: StubPage | null) {
    this.#vcpu = vcpu;
    this.#processor = processor;
    this.#stub = stub;
  }

  /**
   * Runs one instruction: `body` does what it does once it is fetched, and returns its outcome, or null if it left the guest
   * on a fault that was handled (it is then begun again).
   */
  run(user: boolean, ac: boolean, body: () => Outcome | null): Outcome {
    for (let exits = 0; exits < MOST_EXITS; exits++) {
      if (!vcpu_enter_guest(this.#vcpu)) return { kind: 'shutdown' };
      const outcome = this.#isInjecting() ? this.#deliver() : this.#fetchStub(user, ac) ? body() : null;
      if (outcome) return outcome;
      if (this.#failed) {
        this.#failed = false;
        return { kind: 'run-error', name: 'EFAULT' };
      }
    }
    throw new Error(`the guest makes no progress: ${MOST_EXITS} exits in one step`);
  }

  #failed = false;

  /** A data access or a fetch by the guest. */
  access(access: Access): Outcome | null {
    const { m } = this.#vcpu.kvm;
    if (
      !isCanonical(access.hi, vcpuMode(m.words, this.#vcpu.regs).linearBits) &&
      vcpuMode(m.words, this.#vcpu.regs).levels >= 4
    ) {
      return { kind: 'exception', vector: GP_VECTOR, error: 0, cr2: null };
    }
    const code =
      (access.kind === 'write' ? PF.write : access.kind === 'exec' ? PF.fetch : 0) |
      (access.user ? PF.user : 0);
    const frames: number[] = [];
    for (const [from] of operandParts(access.lo, access.width)) {
      const frame = this.#translate(access.hi, (access.lo + from) | 0, code, access.ac, access);
      if (typeof frame !== 'number') return frame.outcome;
      frames.push(frame);
    }
    return this.#perform(access, frames);
  }

  #perform(access: Access, frames: readonly number[]): Outcome {
    const { m } = this.#vcpu.kvm;
    if (access.kind === 'exec') return OK;
    let hi = 0;
    let lo = 0;
    operandParts(access.lo, access.width).forEach(([from, bytes], i) => {
      const offset = (access.lo + from) & 0xfff;
      const frame = frames[i] as number;
      if (access.kind === 'write') {
        storeOperand(m, frame, offset, bytes, from, access.valueHi, access.valueLo);
        return;
      }
      const part = loadOperand(m.words, frame, offset, bytes, from);
      hi |= part[0];
      lo |= part[1];
    });
    return access.kind === 'write' ? OK : { kind: 'value', hi, lo };
  }

  /** A host frame; or, after an exit, the step's outcome if KVM emulated the access, null if it is to be tried again. */
  #translate(
    hi: number,
    lo: number,
    code: number,
    ac: boolean,
    access: Access | null,
  ): number | { outcome: Outcome | null } {
    const result = this.#processor.translate(this.#vcpu, hi, lo, code, ac);
    if (result.ok) return result.frame;
    const handled = pf_interception(this.#vcpu, hi, lo, result.error, ac);
    if (handled === 'efault') this.#failed = true;
    if (handled !== 'emulate' || access === null) return { outcome: null };
    const user = (code & PF.user) !== 0;
    this.fetchByEmulator(user, ac);
    const emulated = emulateAccess(this.#vcpu, access);
    if (!emulated.done) return { outcome: null };
    return { outcome: access.kind === 'write' ? OK : { kind: 'value', hi: emulated.hi, lo: emulated.lo } };
  }

  /** The emulator reads the instruction through the guest's tables: without decode assists it is given no bytes. */
  fetchByEmulator(user: boolean, ac: boolean): void {
    const stub = this.#stub;
    if (!stub || vcpuMode(this.#vcpu.kvm.m.words, this.#vcpu.regs).levels === 0) return;
    walk_addr_generic(
      this.#vcpu,
      user ? stub.userHi : stub.hi,
      user ? stub.userLo : stub.lo,
      PF.fetch | (user ? PF.user : 0),
      ac,
    );
  }

  /** Fetches the step's instruction; a user step begins in the kernel. False after a fault that was handled. */
  #fetchStub(user: boolean, ac: boolean): boolean {
    const stub = this.#stub;
    if (!stub) return true;
    if (typeof this.#translate(stub.hi, stub.lo, PF.fetch, ac, null) !== 'number') return false;
    return (
      !user || typeof this.#translate(stub.userHi, stub.userLo, PF.fetch | PF.user, ac, null) === 'number'
    );
  }

  #isInjecting(): boolean {
    return this.#vcpu.kvm.m.get(this.#vcpu.arch + ARCH.exception_pending) !== 0;
  }

  /** Delivers the injected exception: its frame is pushed on the stack. Null if that faulted. */
  #deliver(): Outcome | null {
    const { m } = this.#vcpu.kvm;
    const { arch, regs } = this.#vcpu;
    const stub = this.#stub;
    if (stub && typeof this.#translate(stub.hi, stub.lo, PF.write, false, null) !== 'number') return null;
    m.set(arch + ARCH.exception_pending, 0);
    m.set(arch + ARCH.exception_injected, 0);
    const vector = m.get(arch + ARCH.exception_vector);
    const error = m.get(arch + ARCH.exception_has_error) ? m.get(arch + ARCH.exception_error) : null;
    return {
      kind: 'exception',
      vector,
      error,
      cr2: vector === 14 ? [m.get(regs + VCPU.cr2_hi), m.get(regs + VCPU.cr2_lo)] : null,
    };
  }
}

/** pf_interception and kvm_mmu_page_fault: what KVM does about a #PF that left the guest. */
function pf_interception(vcpu: Vcpu, hi: number, lo: number, error: number, ac: boolean): Handled {
  const { m } = vcpu.kvm;
  m.log.emit(EVENT.exit, m.log.text('#PF'), hi, lo, 0, error);
  trace_kvm_page_fault(vcpu, hi, lo, error);
  if (m.get(vcpu.arch + ARCH.root_hpa) === 0) return 'resume';
  const paged = vcpuMode(m.words, vcpu.regs).levels > 0;
  const fault = newFault(hi, lo, error, paged ? 3 : 2);
  let ret: number = fault.rsvd ? handle_mmio_page_fault(vcpu, fault) : RET_PF.INVALID;
  if (ret === RET_PF.INVALID) {
    const result = paged ? page_fault(vcpu, fault, ac) : nonpaging_page_fault(vcpu, fault);
    if (result.guestError !== null) kvm_inject_emulated_page_fault(vcpu, hi, lo, result.guestError);
    ret = result.ret;
  }
  if (ret === RET_PF.EFAULT) return 'efault';
  return ret === RET_PF.EMULATE ? 'emulate' : 'resume';
}

/** A #GP for the guest. */
export const inject_gp = (vcpu: Vcpu): void => kvm_queue_exception(vcpu, GP_VECTOR, 0);
