/**
 * Code that the guest runs from its own memory, one instruction after the other, until a `hlt` (which ends the step) or an
 * instruction that is not known here (which does too). Registers are words of the machine, so that an instruction that leaves
 * the guest half-way begins again with what it had.
 */
import { compute, holds } from '#arch/arithmetic.ts';
import { decode, type Instruction, type MemoryOperand, type Operand } from '#arch/instruction.ts';
import { type Access, OK } from '#hypervisor/hypervisor.ts';
import { loadedLo, loadFrame } from '#machine/memory.ts';
import { VCPU, vcpuMode } from '#machine/vcpu.ts';
import type { Vcpu } from './structs.ts';
import type { Done, Left } from './translation.ts';

/** A loop that goes on for longer ends the step. */
const MOST_INSTRUCTIONS = 100_000;

/** What code needs of the processor that runs it. */
export interface CodeRunner {
  /** The host frame that an instruction is fetched from, or what came of it. The address is a plain pair. */
  fetch(hi: number, lo: number, user: boolean): number | Done | Left;
  /** A data access. */
  access(access: Access): Done | Left;
}

/** Puts the instruction pointer where a step's code begins (plain pair). */
export function jumpTo({ kvm, regs }: Vcpu, hi: number, lo: number): void {
  kvm.m.set(regs + VCPU.rip_hi, hi);
  kvm.m.set(regs + VCPU.rip_lo, lo);
}

/** Where the instruction pointer is (plain pair). */
export const codeAddress = ({ kvm, regs }: Vcpu): readonly [number, number] => [
  kvm.m.get(regs + VCPU.rip_hi),
  kvm.m.get(regs + VCPU.rip_lo),
];

/** Runs code from where the instruction pointer is. */
export function runCode(vcpu: Vcpu, runner: CodeRunner, user: boolean): Done | Left {
  const code = new Code(vcpu, runner, user);
  for (let count = 0; count < MOST_INSTRUCTIONS; count++) {
    const result = code.next();
    if (result !== null) return result;
  }
  return {
    outcome: { kind: 'run-error', name: `no end after ${MOST_INSTRUCTIONS} instructions` },
    emulated: false,
  };
}

class Code {
  readonly #vcpu: Vcpu;
  readonly #runner: CodeRunner;
  readonly #user: boolean;
  readonly #bits64: boolean;
  /** The page that the processor fetched from last, without having left the guest since: linear address and host frame. */
  #pageHi = 0;
  #pageLo = 1;
  #frame = 0;

  constructor(vcpu: Vcpu, runner: CodeRunner, user: boolean) {
    this.#vcpu = vcpu;
    this.#runner = runner;
    this.#user = user;
    this.#bits64 = vcpuMode(vcpu.kvm.m.words, vcpu.regs).levels >= 4;
  }

  /** Does one instruction. Null if the next one follows. */
  next(): Done | Left | null {
    const [hi, lo] = [this.#word(VCPU.rip_hi), this.#word(VCPU.rip_lo)];
    let stopped: Done | Left | null = null;
    const instruction = decode((index) => {
      if (stopped !== null) return 0;
      const at = (lo + index) | 0;
      const carry = (lo >>> 0) + index > 0xffffffff ? 1 : 0;
      const frame = this.#fetch(hi + carry, at);
      if (typeof frame !== 'number') {
        stopped = frame;
        return 0;
      }
      loadFrame(this.#vcpu.kvm.m.words, frame, at & 0xfff, 1);
      return loadedLo;
    }, this.#bits64);
    if (stopped !== null) return stopped;
    if (!instruction || instruction.operation === 'hlt') return { outcome: OK, emulated: false };
    const result = this.#execute(instruction);
    if (result === null || typeof result === 'string') return result;
    // KVM did it, and enters the guest at the next instruction.
    if (result.emulated) return 'again';
    return result;
  }

  #fetch(hi: number, lo: number): number | Done | Left {
    const pageLo = lo & ~0xfff;
    if (hi === this.#pageHi && pageLo === this.#pageLo) return this.#frame;
    const frame = this.#runner.fetch(hi, lo, this.#user);
    if (typeof frame === 'number') {
      this.#pageHi = hi;
      this.#pageLo = pageLo;
      this.#frame = frame;
    }
    return frame;
  }

  /** Does an instruction; the instruction pointer moves on when it is done. Null: without anything to tell. */
  #execute(instruction: Instruction): Done | Left | null {
    const { operation, destination, source, size } = instruction;
    if (operation === 'nop') return this.#advance(instruction, 0);
    if (operation === 'jump') return this.#advance(instruction, instruction.distance);
    if (operation === 'jump-if') {
      const taken = holds(instruction.condition, this.#word(VCPU.rflags));
      return this.#advance(instruction, taken ? instruction.distance : 0);
    }
    const into = destination as Operand;
    if (into.kind === 'memory') return this.#intoMemory(instruction, into.memory);
    if (source?.kind === 'memory') return this.#fromMemory(instruction, source.memory);
    const [shi, slo] = source ? this.#value(source, size) : [0, 0];
    return this.#intoRegister(instruction, shi, slo);
  }

  #intoRegister(instruction: Instruction, shi: number, slo: number): null {
    const { operation, size, destination, source } = instruction;
    const [dhi, dlo] = this.#value(destination as Operand, size);
    const { hi, lo, flags } = compute(operation, size, dhi, dlo, shi, slo, this.#word(VCPU.rflags));
    if (operation !== 'cmp') this.#setRegister(destination as Operand, size, hi, lo);
    if (operation === 'xchg') this.#setRegister(source as Operand, size, dhi, dlo);
    this.#set(VCPU.rflags, flags);
    return this.#advance(instruction, 0);
  }

  /** The source, or what is compared, lies in memory. */
  #fromMemory(instruction: Instruction, memory: MemoryOperand): Done | Left | null {
    const done = this.#runner.access(this.#accessOf(instruction, memory, 'read'));
    if (typeof done === 'string' || done.outcome.kind !== 'value') return done;
    this.#intoRegister(instruction, done.outcome.hi, done.outcome.lo);
    return done.emulated ? done : null;
  }

  /** The destination lies in memory: a store, a comparison, or reading, changing and writing it. */
  #intoMemory(instruction: Instruction, memory: MemoryOperand): Done | Left | null {
    const { operation, size, source, locked } = instruction;
    const [shi, slo] = source ? this.#value(source, size) : [0, 0];
    if (operation === 'cmp') {
      const done = this.#runner.access(this.#accessOf(instruction, memory, 'read'));
      if (typeof done === 'string' || done.outcome.kind !== 'value') return done;
      const { hi, lo } = done.outcome;
      this.#set(VCPU.rflags, compute('cmp', size, hi, lo, shi, slo, this.#word(VCPU.rflags)).flags);
      this.#advance(instruction, 0);
      return done.emulated ? done : null;
    }
    const access = this.#accessOf(instruction, memory, 'write');
    let old: readonly [number, number] = [0, 0];
    let flags = this.#word(VCPU.rflags);
    const change = (hi: number, lo: number): readonly [number, number] => {
      old = [hi, lo];
      const made = compute(operation, size, hi, lo, shi, slo, this.#word(VCPU.rflags));
      flags = made.flags;
      return [made.hi, made.lo];
    };
    const done = this.#runner.access(
      operation === 'mov'
        ? { ...access, valueHi: shi, valueLo: slo }
        : {
            ...access,
            update: {
              change,
              locked: locked || operation === 'xchg',
              writesTables: WRITES_TABLES.has(operation),
            },
          },
    );
    if (typeof done === 'string' || done.outcome.kind !== 'ok') return done;
    if (operation === 'xchg') this.#setRegister(source as Operand, size, old[0], old[1]);
    this.#set(VCPU.rflags, flags);
    this.#advance(instruction, 0);
    return done.emulated ? done : null;
  }

  #accessOf(instruction: Instruction, memory: MemoryOperand, kind: 'read' | 'write'): Access {
    const [hi, lo] = this.#address(instruction, memory);
    return {
      kind,
      hi,
      lo,
      width: instruction.size,
      user: this.#user,
      ac: false,
      valueHi: 0,
      valueLo: 0,
    };
  }

  /** The linear address of an operand (plain pair). */
  #address(instruction: Instruction, memory: MemoryOperand): readonly [number, number] {
    const { base, index, scale, displacement, relative } = memory;
    let [hi, lo] = [displacement >> 31, displacement];
    const add = (ahi: number, alo: number): void => {
      const low = (lo >>> 0) + (alo >>> 0);
      hi = (hi + ahi + (low > 0xffffffff ? 1 : 0)) | 0;
      lo = low | 0;
    };
    if (relative) {
      add(this.#word(VCPU.rip_hi), this.#word(VCPU.rip_lo));
      add(0, instruction.length);
    }
    if (base >= 0) add(this.#gpr(base, 0), this.#gpr(base, 1));
    for (let i = 0; index >= 0 && i < scale; i++) add(this.#gpr(index, 0), this.#gpr(index, 1));
    return this.#bits64 ? [hi, lo] : [0, lo];
  }

  /** The value of a register or an immediate (plain pair). */
  #value(operand: Operand, size: number): readonly [number, number] {
    if (operand.kind === 'immediate') return [operand.hi, operand.lo];
    if (operand.kind === 'memory') return [0, 0];
    return [size === 8 ? this.#gpr(operand.register, 0) : 0, this.#gpr(operand.register, 1)];
  }

  /** 4 bytes clear the upper half of a register, 1 and 2 leave the rest as it is. */
  #setRegister(operand: Operand, size: number, hi: number, lo: number): void {
    if (operand.kind !== 'register') return;
    const place = VCPU.gprs + operand.register * 2;
    const kept = size >= 4 ? 0 : -1 << (size * 8);
    if (size >= 4) this.#set(place, size === 8 ? hi : 0);
    this.#set(place + 1, (this.#word(place + 1) & kept) | (lo & ~kept));
  }

  #advance({ length }: Instruction, distance: number): null {
    const lo = (this.#word(VCPU.rip_lo) >>> 0) + length + distance;
    if (this.#bits64 && (lo > 0xffffffff || lo < 0))
      this.#set(VCPU.rip_hi, this.#word(VCPU.rip_hi) + (lo < 0 ? -1 : 1));
    this.#set(VCPU.rip_lo, lo | 0);
    return null;
  }

  #gpr(register: number, half: 0 | 1): number {
    return this.#word(VCPU.gprs + register * 2 + half);
  }

  #word(place: number): number {
    return this.#vcpu.kvm.m.get(this.#vcpu.regs + place);
  }

  #set(place: number, value: number): void {
    this.#vcpu.kvm.m.set(this.#vcpu.regs + place, value);
  }
}

/** Instructions that KVM's emulator knows page tables to be written with (emulate.c, flag PageTable). */
const WRITES_TABLES: ReadonlySet<string> = new Set(['mov', 'and', 'or', 'xchg']);
