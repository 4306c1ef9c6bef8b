/**
 * The guest's instructions, one a step: what the processor does for them, and what KVM is asked to do when one leaves the guest.
 *
 * A step is the fetch of the instruction (where the scenario has a stub), then what it does; after each exit it begins
 * again, as on the real machine. An exception is delivered by pushing a frame on the stack, which lies in the stub page.
 */
import { PF } from '#arch/fault.ts';
import { hexOfPair, isCanonical } from '#arch/word64.ts';
import { type Access, OK, type Outcome } from '#hypervisor/hypervisor.ts';
import type { FaultAddress, FaultHandlers } from '#hypervisor/kvm/mmu/page_fault.ts';
import { gva_to_gpa } from '#hypervisor/kvm/mmu/walk_addr.ts';
import { loadAcross, storeAcross } from '#machine/operand.ts';
import { findSlot } from '#machine/slots.ts';
import { VCPU, vcpuMode } from '#machine/vcpu.ts';
import type { Machine } from '#machine/words.ts';
import { emulateAccess, type Instruction } from './emulate.ts';
import { exitForMmio } from './emulate_operand.ts';
import { codeAddress, runCode } from './guest_code.ts';
import { ARCH, type Vcpu } from './structs.ts';
import type { GuestMmu, Left, Translation } from './translation.ts';
import {
  GP_VECTOR,
  kvm_inject_emulated_page_fault,
  kvm_requeue_exception,
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

/** So many exits and exceptions in one step mean that the guest is stuck. */
const MOST_ROUNDS = 4096;
/** Bytes of stack in the stub page: a handler that faults itself uses them up, and then the machine shuts down. */
const STACK_BYTES = 2800;

/** KVM_INTERNAL_ERROR_EMULATION */
const EMULATION_FAILED = 1;
/** Where the kernel's stack begins, from the stub page on. */
const STACK_TOP = 0xd00;
/** CR0.ET and CR0.NE, which are always set. */
const CR0_FIXED = 0x30;
/** KVM_RUN failed: the host does not allow the access. */
const EFAULT: Outcome = { kind: 'run-error', name: 'EFAULT' };

/** A #GP for an address that no linear address can be. */
const NOT_CANONICAL: Done = {
  outcome: { kind: 'exception', vector: GP_VECTOR, error: 0, cr2: null },
  emulated: false,
};

/** What an instruction did: its outcome, and whether KVM did it, so that the guest is entered once more. */
export interface Done {
  readonly outcome: Outcome;
  readonly emulated: boolean;
  /** The next instruction is fetched by other tables than this one. */
  readonly changesMapping?: boolean;
}

/** What an instruction does, once it is fetched. */
export type InstructionBody = (vcpu: Vcpu, guest: Guest) => Done | Left;

/** An exception that the processor raised by itself. */
interface Raised {
  readonly vector: number;
  readonly error: number | null;
}

/** A `Translation` as its owner sees it. */
type Wanted = { -readonly [Key in keyof Translation]: Translation[Key] };

export class Guest {
  readonly #vcpu: Vcpu;
  readonly #mmu: GuestMmu;
  readonly #stub: StubPage | null;
  /** PF.user or 0 while an event is delivered: the privilege of the code that it interrupts. */
  #delivering: number | null = null;
  /** The step ends for a reason that no instruction can help: the stub lies where no memory is, or the host forbids it. */
  #end: Outcome | null = null;
  /** An exception of the processor's own that is yet to be delivered. */
  #raised: Raised | null = null;
  /** The guest runs code of its own, not the stub's. */
  #isCode = false;
  /** The access that is under way, and what its emulation came to. */
  #access: Access | null = null;
  #answer: Done | Left | null = null;
  /** The translation that is under way: one object for all of them. */
  readonly #wanted: Wanted;

  constructor(vcpu: Vcpu, mmu: GuestMmu, stub: StubPage | null) {
    this.#vcpu = vcpu;
    this.#mmu = mmu;
    this.#stub = stub;
    this.#wanted = {
      hi: 0,
      lo: 0,
      access: 0,
      ac: false,
      delivering: null,
      emulate: this.#emulate,
      raise: this.raise,
    };
  }

  /** Runs one step: `body` does what its instruction does once it is fetched. */
  run(user: boolean, ac: boolean, body: InstructionBody): Outcome {
    let waiting: { outcome: Outcome; user: boolean } | null = null;
    let pushed = 0;
    this.#end = null;
    this.#raised = null;
    this.#access = null;
    for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
      if (this.#end) return this.#end;
      if (!this.#raised && !vcpu_enter_guest(this.#vcpu)) return { kind: 'shutdown' };
      if (this.#raised || this.#isInjecting()) {
        pushed += this.#frameBytes();
        if (pushed > STACK_BYTES) return { kind: 'shutdown' };
        const delivered = this.#deliver(user);
        if (delivered === 'shutdown') return { kind: 'shutdown' };
        if (delivered === null) continue;
        waiting = { outcome: delivered, user: false };
      }
      if (waiting) {
        if (this.#fetch(waiting.user, ac) && this.#leave(waiting.user)) return waiting.outcome;
        continue;
      }
      if (!this.#fetchStep(user, ac)) continue;
      const done = body(this.#vcpu, this);
      if (done === 'efault') return EFAULT;
      if (done === 'internal') return this.#failed();
      if (done === 'again' || done === 'raised') continue;
      if (!done.emulated && this.#comesToEnd(done, user, ac)) return done.outcome;
      waiting = { outcome: done.outcome, user };
    }
    return { kind: 'run-error', name: `no progress after ${MOST_ROUNDS} exits` };
  }

  /** KVM could not emulate the instruction: the registers as they are. Those in the stub are told by its page alone. */
  #failed(): Outcome {
    const { kvm, regs } = this.#vcpu;
    const word = (place: number): number => kvm.m.get(regs + place);
    const stub = this.#stub ?? { hi: 0, lo: 0 };
    const access = this.#access;
    const [ripHi, ripLo] = access?.kind === 'exec' ? [access.hi, access.lo] : [stub.hi, stub.lo];
    const state = [
      `rip=0x${hexOfPair(ripHi, ripLo)}`,
      `rsp=0x${hexOfPair(stub.hi, stub.lo + STACK_TOP)}`,
      `cr0=0x${hexOfPair(0, word(VCPU.cr0) | CR0_FIXED)}`,
      `cr3=0x${hexOfPair(word(VCPU.cr3_hi), word(VCPU.cr3_lo))}`,
      `cr4=0x${hexOfPair(0, word(VCPU.cr4))}`,
      `efer=0x${hexOfPair(0, word(VCPU.efer))}`,
    ];
    return { kind: 'internal', suberror: EMULATION_FAILED, state: state.join(' ') };
  }

  /** What follows an instruction that KVM had nothing to do with. False if that leaves the guest. */
  #comesToEnd({ changesMapping = false }: Done, user: boolean, ac: boolean): boolean {
    return (!changesMapping || this.#fetch(user, ac)) && this.#leave(user);
  }

  /** The processor raises an exception, without leaving the guest. @param error null where it has no error code */
  readonly raise = (vector: number, error: number | null): void => {
    this.#raised = { vector, error };
  };

  /**
   * Delivers the exception that waits: the processor's own, or the one that KVM gave it. What the guest's handler saw; null if
   * that left the guest; 'shutdown' if the guest's tables do not allow it (the fault on the way makes a double fault of it, which
   * fails alike).
   */
  #deliver(user: boolean): Outcome | null | 'shutdown' {
    const raised = this.#raised;
    this.#raised = null;
    const pushed = this.#push(user);
    if (this.#raised) return 'shutdown';
    if (pushed) return raised ? this.#seen(raised) : this.#delivered();
    // The exit interrupted the delivery: KVM takes over what the processor was delivering.
    if (raised) kvm_requeue_exception(this.#vcpu, raised.vector, raised.error);
    return null;
  }

  /** A data access by the guest, or the code that it jumps to (which begins where `jumpTo` put the instruction pointer). */
  access(access: Access): Done | Left {
    return access.kind === 'exec' ? this.#runCode(access) : this.#data(access);
  }

  #runCode(access: Access): Done | Left {
    this.#isCode = true;
    const fetch = (hi: number, lo: number): number | Done | Left =>
      this.#isCanonical(hi)
        ? this.#page({ ...access, hi, lo }, hi, lo, PF.fetch | userBit(access))
        : NOT_CANONICAL;
    const result = runCode(this.#vcpu, { fetch, access: (one) => this.#data(one) }, access.user);
    this.#isCode = false;
    return result;
  }

  #isCanonical(hi: number): boolean {
    const mode = vcpuMode(this.#vcpu.kvm.m.words, this.#vcpu.regs);
    return mode.levels < 4 || isCanonical(hi, mode.linearBits);
  }

  #data(access: Access): Done | Left {
    const { m } = this.#vcpu.kvm;
    if (!this.#isCanonical(access.hi)) return NOT_CANONICAL;
    const code = (access.kind === 'write' ? PF.write : 0) | userBit(access);
    const within = 4096 - (access.lo & 0xfff);
    const first = this.#page(access, access.hi, access.lo, code);
    if (typeof first !== 'number') return first;
    if (access.width <= within) return onPages(m, access, first, first);
    const lo = (access.lo + within) | 0;
    const second = this.#page(access, lo === 0 ? (access.hi + 1) | 0 : access.hi, lo, code);
    if (typeof second !== 'number') return second;
    return onPages(m, access, first, second);
  }

  /** The host frame of one page of an access, or what the instruction came to because of it. */
  #page(access: Access, hi: number, lo: number, code: number): number | Done | Left {
    this.#access = access;
    this.#answer = null;
    const result = this.#translate(hi, lo, code, access.ac, this.#emulate);
    return this.#answer ?? result;
  }

  /** KVM emulates the access that is under way. */
  readonly #emulate: FaultHandlers['emulate'] = (mayRetry, fault) => {
    const access = this.#access as Access;
    this.#answer =
      access.kind === 'exec' ? this.#emulateFetch(access) : this.#emulateData(access, mayRetry, fault);
  };

  /** The step's instruction, as KVM's emulator finds it. */
  instruction(user: boolean, ac: boolean): Instruction {
    const stub = this.#stub;
    const inStub = stub && (user ? ([stub.userHi, stub.userLo] as const) : ([stub.hi, stub.lo] as const));
    return { address: this.#isCode ? codeAddress(this.#vcpu) : inStub, user, ac };
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
  #emulateData(access: Access, mayRetry: boolean, fault: FaultAddress): Done | Left {
    const instruction = { ...this.instruction(access.user, access.ac), mayRetry, fault };
    const emulated = emulateAccess(this.#vcpu, access, instruction);
    if (!emulated) return 'again';
    exitForMmio(this.#vcpu, emulated.mmio);
    const { hi, lo } = emulated;
    return { outcome: access.kind === 'write' ? OK : { kind: 'value', hi, lo }, emulated: true };
  }

  /** A host frame; or what the guest does after KVM has dealt with the exit. */
  #translate(
    hi: number,
    lo: number,
    access: number,
    ac: boolean,
    emulate: FaultHandlers['emulate'],
  ): number | Left {
    const wanted = this.#wanted;
    wanted.hi = hi;
    wanted.lo = lo;
    wanted.access = access;
    wanted.ac = ac;
    wanted.delivering = this.#delivering;
    wanted.emulate = emulate;
    return this.#mmu.translate(this.#vcpu, wanted);
  }

  /** One access to the stub page. False after an exit. Without a stub nothing is modelled, and it succeeds. */
  #touchStub(code: number, ac: boolean): boolean {
    const stub = this.#stub;
    if (!stub) return true;
    const [hi, lo] = code & PF.user ? [stub.userHi, stub.userLo] : [stub.hi, stub.lo];
    const lost = (): void => {
      this.#end = this.#failed();
    };
    const result = this.#translate(hi, lo, code, ac, lost);
    if (result === 'efault') this.#end = EFAULT;
    return typeof result === 'number';
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
    const { arch } = this.#vcpu;
    m.set(arch + ARCH.exception_pending, 0);
    m.set(arch + ARCH.exception_injected, 0);
    const vector = m.get(arch + ARCH.exception_vector);
    const error = m.get(arch + ARCH.exception_has_error) ? m.get(arch + ARCH.exception_error) : null;
    return this.#seen({ vector, error });
  }

  /** What the guest's handler sees of an exception. */
  #seen({ vector, error }: Raised): Outcome {
    const { regs, kvm } = this.#vcpu;
    const cr2 = [kvm.m.get(regs + VCPU.cr2_hi), kvm.m.get(regs + VCPU.cr2_lo)] as const;
    return { kind: 'exception', vector, error, cr2: vector === PF_VECTOR ? cr2 : null };
  }
}

const userBit = ({ user }: Access): number => (user ? PF.user : 0);

const DONE: Done = { outcome: OK, emulated: false };

/** The data of an access; `second` is the frame of what reaches into the next page. */
function onPages(m: Machine, access: Access, first: number, second: number): Done {
  const { update, width } = access;
  const offset = access.lo & 0xfff;
  if (access.kind === 'read') {
    const [hi, lo] = loadAcross(m.words, first, second, offset, width);
    return { outcome: { kind: 'value', hi, lo }, emulated: false };
  }
  const [hi, lo] = update
    ? update.change(...loadAcross(m.words, first, second, offset, width))
    : [access.valueHi, access.valueLo];
  storeAcross(m, first, second, offset, width, hi, lo);
  return DONE;
}
