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
import { RET_PF } from '#hypervisor/kvm/mmu/fault.ts';
import { rootIsDirect } from '#hypervisor/kvm/mmu/fetch.ts';
import { type FaultHandlers, kvm_mmu_page_fault } from '#hypervisor/kvm/mmu/page_fault.ts';
import { gva_to_gpa } from '#hypervisor/kvm/mmu/walk_addr.ts';
import { kvm_mmu_unprotect_page } from '#hypervisor/kvm/mmu/zap.ts';
import { EVENT } from '#machine/events.ts';
import { loadOperand, operandParts, storeOperand } from '#machine/operand.ts';
import { findSlot } from '#machine/slots.ts';
import { VCPU, vcpuMode } from '#machine/vcpu.ts';
import { exitHandler } from './calls.ts';
import {
  type Emulated,
  emulateAccess,
  exitForMmio,
  type Instruction,
  x86_emulate_instruction,
} from './emulate.ts';
import type { Processor } from './hardware.ts';
import { trace_kvm_page_fault } from './mmutrace.ts';
import { ARCH, type Vcpu } from './structs.ts';
import {
  GP_VECTOR,
  kvm_inject_emulated_page_fault,
  PF_VECTOR,
  queueInvalidOpcode,
  vcpu_enter_guest,
} from './x86.ts';

/** Where guest instructions lie: linear addresses as plain pairs. */
export interface StubPage {
  readonly hi: number;
  readonly lo: number;
  readonly userHi: number;
  readonly userLo: number;
}

/** So many exits in one step mean that the guest is stuck. */
const MOST_EXITS = 4096;
/** Bytes of stack in the stub page: a handler that faults itself uses them up, and then the machine shuts down. */
const STACK_BYTES = 2800;

/** KVM_INTERNAL_ERROR_EMULATION */
const EMULATION_FAILED: Outcome = { kind: 'internal', suberror: 1 };

/** What an instruction did: its outcome, and whether KVM did it, so that the guest is entered once more. */
export interface Done {
  readonly outcome: Outcome;
  readonly emulated: boolean;
}

/** The instruction left the guest, KVM dealt with it, and it begins again; or KVM gave up. */
type Left = 'again' | 'efault' | 'internal';

export class Guest {
  readonly #vcpu: Vcpu;
  readonly #processor: Processor;
  readonly #stub: StubPage | null;
  /** PF.user or 0 while an event is delivered: the privilege of the code that it interrupts. */
  #delivering: number | null = null;
  /** The instruction or the stack lies where no memory is, which KVM cannot emulate. */
  #isLost = false;

  constructor(vcpu: Vcpu, processor: Processor, stub: StubPage | null) {
    this.#vcpu = vcpu;
    this.#processor = processor;
    this.#stub = stub;
  }

  /** Runs one step: `body` does what its instruction does once it is fetched. */
  run(user: boolean, ac: boolean, body: () => Done | Left): Outcome {
    let waiting: { outcome: Outcome; user: boolean } | null = null;
    let pushed = 0;
    this.#isLost = false;
    for (let exits = 0; exits < MOST_EXITS; exits++) {
      if (this.#isLost) return EMULATION_FAILED;
      if (!vcpu_enter_guest(this.#vcpu)) return { kind: 'shutdown' };
      if (this.#isInjecting()) {
        pushed += this.#frameBytes();
        if (pushed > STACK_BYTES) return { kind: 'shutdown' };
        if (!this.#push(user)) continue;
        waiting = { outcome: this.#delivered(), user: false };
      }
      if (waiting) {
        if (this.#fetch(waiting.user, ac) && this.#leave(waiting.user)) return waiting.outcome;
        continue;
      }
      if (!this.#fetchStep(user, ac)) continue;
      const done = body();
      if (done === 'efault') return { kind: 'run-error', name: 'EFAULT' };
      if (done === 'internal') return EMULATION_FAILED;
      if (done === 'again') continue;
      if (!done.emulated && this.#leave(user)) return done.outcome;
      waiting = { outcome: done.outcome, user };
    }
    return { kind: 'run-error', name: `no progress after ${MOST_EXITS} exits` };
  }

  /** A data access or a fetch by the guest. */
  access(access: Access): Done | Left {
    const { m } = this.#vcpu.kvm;
    const mode = vcpuMode(m.words, this.#vcpu.regs);
    if (mode.levels >= 4 && !isCanonical(access.hi, mode.linearBits)) {
      return { outcome: { kind: 'exception', vector: GP_VECTOR, error: 0, cr2: null }, emulated: false };
    }
    const code =
      (access.kind === 'write' ? PF.write : access.kind === 'exec' ? PF.fetch : 0) |
      (access.user ? PF.user : 0);
    const frames: number[] = [];
    for (const [from] of operandParts(access.lo, access.width)) {
      const emulated: (Emulated | null)[] = [];
      let fetched: Done | Left | null = null;
      const emulate = (mayRetry: boolean): void => {
        if (access.kind === 'exec') fetched = this.#emulateFetch(access);
        else emulated.push(this.#emulate(access, mayRetry));
      };
      const result = this.#translate(access.hi, (access.lo + from) | 0, code, access.ac, emulate);
      if (fetched) return fetched;
      if (emulated.length > 0) return this.#emulated(access, emulated[0] ?? null);
      if (typeof result !== 'number') return result;
      frames.push(result);
    }
    return { outcome: this.#perform(access, frames), emulated: false };
  }

  /** The step's instruction, as KVM's emulator finds it. */
  instruction(user: boolean, ac: boolean): Instruction {
    const stub = this.#stub;
    const address = stub && (user ? ([stub.userHi, stub.userLo] as const) : ([stub.hi, stub.lo] as const));
    return { address, user, ac };
  }

  #emulate(access: Access, mayRetry: boolean): Emulated | null {
    return emulateAccess(this.#vcpu, access, this.instruction(access.user, access.ac), mayRetry);
  }

  /** The emulator cannot take an instruction from where no memory is: user code gets a #UD, the kernel's step ends. */
  #emulateFetch(access: Access): Done | Left {
    const vcpu = this.#vcpu;
    const code = PF.fetch | (access.user ? PF.user : 0);
    const walker = gva_to_gpa(vcpu, access.hi, access.lo, code, access.ac, true);
    if (!walker.ok) {
      kvm_inject_emulated_page_fault(vcpu, access.hi, access.lo, walker.error_code);
      return 'again';
    }
    if (findSlot(vcpu.kvm.m.words, walker.gfn) !== 0) return { outcome: OK, emulated: true };
    if (!access.user) return 'internal';
    queueInvalidOpcode(vcpu);
    return 'again';
  }

  /** What the guest sees of an emulated access, after the exits to user space that it needed. */
  #emulated(access: Access, emulated: Emulated | null): Done | Left {
    if (!emulated) return 'again';
    exitForMmio(this.#vcpu, access, emulated.mmio);
    const { hi, lo } = emulated;
    return { outcome: access.kind === 'write' ? OK : { kind: 'value', hi, lo }, emulated: true };
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

  /** A host frame; or what the guest does after KVM has dealt with the exit. */
  #translate(
    hi: number,
    lo: number,
    code: number,
    ac: boolean,
    emulate: FaultHandlers['emulate'],
  ): number | Left {
    const vcpu = this.#vcpu;
    const result = this.#processor.translate(vcpu, hi, lo, code, ac);
    if (result.ok) return result.frame;
    const { error } = result;
    vcpu.log.emit(EVENT.exit, vcpu.log.text('#PF'), hi, lo, 0, error);
    const handlers = { ac, emulate, inject: kvm_inject_emulated_page_fault };
    const ret = pf_interception(vcpu, hi, lo, error, this.#delivering, handlers);
    return ret === RET_PF.EFAULT ? 'efault' : 'again';
  }

  /** One access to the stub page. False after an exit. Without a stub nothing is modelled, and it succeeds. */
  #touchStub(code: number, ac: boolean): boolean {
    const stub = this.#stub;
    if (!stub) return true;
    const [hi, lo] = code & PF.user ? [stub.userHi, stub.userLo] : [stub.hi, stub.lo];
    const lost = (): void => {
      this.#isLost = true;
    };
    return typeof this.#translate(hi, lo, code, ac, lost) === 'number';
  }

  #fetch(user: boolean, ac: boolean): boolean {
    return this.#touchStub(PF.fetch | (user ? PF.user : 0), ac);
  }

  /** Fetches the step's instruction; a user step begins in the kernel, with an `iret`. */
  #fetchStep(user: boolean, ac: boolean): boolean {
    if (!this.#fetch(false, ac)) return false;
    return !user || (this.#touchStub(0, ac) && this.#fetch(true, ac));
  }

  /** Back to who runs the steps: from user mode by a software interrupt, which uses the stack. */
  #leave(user: boolean): boolean {
    return !user || this.#push(true);
  }

  /**
   * An event is delivered: the processor reads its descriptor tables and pushes a frame, all of it in the stub page.
   * @param user it interrupts user code
   */
  #push(user: boolean): boolean {
    this.#delivering = user ? PF.user : 0;
    const pushed = this.#touchStub(0, false) && this.#touchStub(PF.write, false);
    this.#delivering = null;
    return pushed;
  }

  /** Bytes that the frame of an exception takes on the stack. */
  #frameBytes(): number {
    return vcpuMode(this.#vcpu.kvm.m.words, this.#vcpu.regs).levels >= 4 ? 48 : 16;
  }

  #isInjecting(): boolean {
    return this.#vcpu.kvm.m.get(this.#vcpu.arch + ARCH.exception_pending) !== 0;
  }

  /** The exception has reached the guest's handler. */
  #delivered(): Outcome {
    const { m } = this.#vcpu.kvm;
    const { arch, regs } = this.#vcpu;
    m.set(arch + ARCH.exception_pending, 0);
    m.set(arch + ARCH.exception_injected, 0);
    const vector = m.get(arch + ARCH.exception_vector);
    const error = m.get(arch + ARCH.exception_has_error) ? m.get(arch + ARCH.exception_error) : null;
    const cr2 = [m.get(regs + VCPU.cr2_hi), m.get(regs + VCPU.cr2_lo)] as const;
    return { kind: 'exception', vector, error, cr2: vector === PF_VECTOR ? cr2 : null };
  }
}

/**
 * pf_interception: what KVM does about a #PF that left the guest.
 * @param delivering privilege bit of the code that an exception interrupts, where one was being delivered
 */
const pf_interception = exitHandler(
  'pf_interception',
  (
    vcpu: Vcpu,
    hi: number,
    lo: number,
    error: number,
    delivering: number | null,
    handlers: FaultHandlers,
  ): number => {
    trace_kvm_page_fault(vcpu, hi, lo, error);
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
  x86_emulate_instruction(vcpu, instruction, false, () => {
    allowed = action(vcpu);
    return true;
  });
  return allowed;
};

export const cr_interception: ExitHandler = exitHandler('cr_interception', emulateOnInterception);
export const invlpg_interception: ExitHandler = exitHandler('invlpg_interception', emulateOnInterception);
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
