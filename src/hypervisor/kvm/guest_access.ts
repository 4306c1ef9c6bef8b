/**
 * The guest's accesses to memory, as its instructions make them: the processor's translation of each page, KVM's emulation where an
 * access leaves the guest and cannot be let through, and code that the guest runs from its own memory.
 */
import { PF } from '#arch/fault.ts';
import { isCanonical } from '#arch/word64.ts';
import { type Access, OK } from '#hypervisor/hypervisor.ts';
import type { FaultAddress, FaultHandlers } from '#hypervisor/kvm/mmu/page_fault.ts';
import { gva_to_gpa } from '#hypervisor/kvm/mmu/walk_addr.ts';
import { loadAcross, storeAcross } from '#machine/operand.ts';
import { findSlot } from '#machine/slots.ts';
import { vcpuMode } from '#machine/vcpu.ts';
import type { Machine } from '#machine/words.ts';
import { emulateAccess, type Instruction } from './emulate.ts';
import { exitForMmio } from './emulate_operand.ts';
import { codeAddress, runCode } from './guest_code.ts';
import type { Vcpu } from './structs.ts';
import { DONE, type Done, type GuestMmu, type Left, type Translation } from './translation.ts';
import { GP_VECTOR, kvm_inject_emulated_page_fault, queueInvalidOpcode } from './x86.ts';

/** Where guest instructions lie: linear addresses as plain pairs. */
export interface StubPage {
  readonly hi: number;
  readonly lo: number;
  readonly userHi: number;
  readonly userLo: number;
}

/** A #GP for an address that no linear address can be. */
const NOT_CANONICAL: Done = {
  outcome: { kind: 'exception', vector: GP_VECTOR, error: 0, cr2: null },
  emulated: false,
};

/** An exception that the processor raised by itself. */
export interface Raised {
  readonly vector: number;
  readonly error: number | null;
}

/** A `Translation` as its owner sees it. */
type Wanted = { -readonly [Key in keyof Translation]: Translation[Key] };

/** One vCPU's accesses. */
export class GuestAccess {
  readonly #vcpu: Vcpu;
  readonly #mmu: GuestMmu;
  readonly #stub: StubPage | null;
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

  /** A step begins: nothing is under way. */
  begin(): void {
    this.#raised = null;
    this.#access = null;
  }

  /** The exception that waits to be delivered. */
  get raised(): Raised | null {
    return this.#raised;
  }

  /** Which address is being fetched from (plain pair) of code that the guest has jumped to; null where none is. */
  get fetching(): readonly [number, number] | null {
    const access = this.#access;
    return access?.kind === 'exec' ? [access.hi, access.lo] : null;
  }

  /** The processor raises an exception, without leaving the guest. @param error null where it has no error code */
  readonly raise = (vector: number, error: number | null): void => {
    this.#raised = { vector, error };
  };

  /** Takes the exception that waits: it is being delivered. */
  takeRaised(): Raised | null {
    const raised = this.#raised;
    this.#raised = null;
    return raised;
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
    const result = this.translate(hi, lo, code, access.ac, null, this.#emulate);
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

  /**
   * The host frame of a page; or what the guest does after KVM has dealt with the exit.
   * @param delivering PF.user or 0 while an event is delivered: the privilege of the code that it interrupts
   */
  translate(
    hi: number,
    lo: number,
    access: number,
    ac: boolean,
    delivering: number | null,
    emulate: FaultHandlers['emulate'],
  ): number | Left {
    const wanted = this.#wanted;
    wanted.hi = hi;
    wanted.lo = lo;
    wanted.access = access;
    wanted.ac = ac;
    wanted.delivering = delivering;
    wanted.emulate = emulate;
    return this.#mmu.translate(this.#vcpu, wanted);
  }
}

const userBit = ({ user }: Access): number => (user ? PF.user : 0);

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
