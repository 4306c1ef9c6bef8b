/**
 * A guest that runs, one instruction a step. A step is the fetch of the instruction (where the scenario has a stub), then what it
 * does; after each exit it begins again, as on the real machine. An exception is delivered by pushing a frame on the stack, which
 * lies in the stub page.
 */
import { PF } from '#arch/fault.ts';
import { hexOfPair } from '#arch/word64.ts';
import type { Outcome } from '#hypervisor/hypervisor.ts';
import { VCPU, vcpuMode } from '#machine/vcpu.ts';
import { GuestAccess, type Raised, type StubPage } from './guest_access.ts';
import { ARCH, type Vcpu } from './structs.ts';
import type { Done, GuestMmu, Left } from './translation.ts';
import { kvm_requeue_exception, PF_VECTOR, vcpu_enter_guest } from './x86.ts';

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

/** What an instruction does, once it is fetched. */
export type InstructionBody = (vcpu: Vcpu, guest: GuestAccess) => Done | Left;

/** One vCPU's guest. */
export class Guest {
  readonly #vcpu: Vcpu;
  readonly #stub: StubPage | null;
  /** PF.user or 0 while an event is delivered: the privilege of the code that it interrupts. */
  #delivering: number | null = null;
  /** The step ends for a reason that no instruction can help: the stub lies where no memory is, or the host forbids it. */
  #end: Outcome | null = null;
  readonly #access: GuestAccess;

  constructor(vcpu: Vcpu, mmu: GuestMmu, stub: StubPage | null) {
    this.#vcpu = vcpu;
    this.#stub = stub;
    this.#access = new GuestAccess(vcpu, mmu, stub);
  }

  /** Runs one step: `body` does what its instruction does once it is fetched. */
  run(user: boolean, ac: boolean, body: InstructionBody): Outcome {
    let waiting: { outcome: Outcome; user: boolean } | null = null;
    let pushed = 0;
    this.#end = null;
    this.#access.begin();
    for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
      if (this.#end) return this.#end;
      if (!this.#access.raised && !vcpu_enter_guest(this.#vcpu)) return { kind: 'shutdown' };
      if (this.#access.raised || this.#isInjecting()) {
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
      const done = body(this.#vcpu, this.#access);
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
    const [ripHi, ripLo] = this.#access.fetching ?? [stub.hi, stub.lo];
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

  /**
   * Delivers the exception that waits: the processor's own, or the one that KVM gave it. What the guest's handler saw; null if
   * that left the guest; 'shutdown' if the guest's tables do not allow it (the fault on the way makes a double fault of it, which
   * fails alike).
   */
  #deliver(user: boolean): Outcome | null | 'shutdown' {
    const raised = this.#access.takeRaised();
    const pushed = this.#push(user);
    if (this.#access.raised) return 'shutdown';
    if (pushed) return raised ? this.#seen(raised) : this.#delivered();
    // The exit interrupted the delivery: KVM takes over what the processor was delivering.
    if (raised) kvm_requeue_exception(this.#vcpu, raised.vector, raised.error);
    return null;
  }

  /** One access to the stub page. False after an exit. Without a stub nothing is modelled, and it succeeds. */
  #touchStub(code: number, ac: boolean): boolean {
    const stub = this.#stub;
    if (!stub) return true;
    const [hi, lo] = code & PF.user ? [stub.userHi, stub.userLo] : [stub.hi, stub.lo];
    const lost = (): void => {
      this.#end = this.#failed();
    };
    const result = this.#access.translate(hi, lo, code, ac, this.#delivering, lost);
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
