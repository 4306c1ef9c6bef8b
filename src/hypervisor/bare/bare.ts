/**
 * A machine without a hypervisor: guest-physical memory is all there is, and the processor does what each instruction says.
 * Linear addresses that lead to no memory read as all ones, as an unclaimed bus does.
 */
import { PF } from '#arch/fault.ts';
import { CR0, CR4, EFER } from '#arch/paging-mode.ts';
import { isCanonical } from '#arch/word64.ts';
import {
  type Access,
  type ControlChange,
  type Hypervisor,
  type InvpcidOperand,
  OK,
  type Outcome,
} from '#hypervisor/hypervisor.ts';
import { cr3Hi, doInvpcid, isBeyondCr3, mayEnablePcid, writeCr3 } from '#hypervisor/native.ts';
import { EVENT, REGISTERS } from '#machine/events.ts';
import { guestFrame } from '#machine/memory.ts';
import { loadOperand, operandParts, storeOperand } from '#machine/operand.ts';
import { findSlot } from '#machine/slots.ts';
import { forgetLinear, forgetPcidInUse, invlpg } from '#machine/tlb/flush.ts';
import { VCPU, vcpuMode, vcpuPlace } from '#machine/vcpu.ts';
import { HEADER, type Machine } from '#machine/words.ts';
import { unavailableHost } from './host.ts';
import { BareProcessor, type ProcessorSpec } from './processor.ts';

const GP: Outcome = { kind: 'exception', vector: 13, error: 0, cr2: null };

export class BareHypervisor implements Hypervisor {
  readonly machine: Machine;
  readonly host = unavailableHost;
  readonly #spec: ProcessorSpec;
  readonly #processor: BareProcessor;

  constructor(machine: Machine, spec: ProcessorSpec) {
    this.machine = machine;
    this.#spec = spec;
    this.#processor = new BareProcessor(machine, spec);
    for (let cpu = 0; cpu < machine.get(HEADER.vcpuCount); cpu++)
      this.#reloadPointers(vcpuPlace(machine.words, cpu));
  }

  access(cpu: number, access: Access): Outcome {
    const vcpu = vcpuPlace(this.machine.words, cpu);
    const mode = vcpuMode(this.machine.words, vcpu);
    if (mode.levels >= 4 && !isCanonical(access.hi, mode.linearBits)) return GP;
    const code =
      (access.kind === 'write' ? PF.write : access.kind === 'exec' ? PF.fetch : 0) |
      (access.user ? PF.user : 0);
    const gfns: number[] = [];
    for (const [from] of operandParts(access.lo, access.width)) {
      const lo = (access.lo + from) | 0;
      const gfn = this.#processor.translate(vcpu, mode, access.hi, lo, code, access.ac);
      if (gfn === null) {
        this.machine.set(vcpu + VCPU.cr2_hi, access.hi);
        this.machine.set(vcpu + VCPU.cr2_lo, lo);
        const { error } = this.#processor.result;
        return { kind: 'exception', vector: 14, error, cr2: [access.hi, lo] };
      }
      gfns.push(gfn);
    }
    return access.kind === 'exec' ? OK : this.#perform(access, gfns);
  }

  invlpg(cpu: number, hi: number, lo: number): Outcome {
    invlpg(this.machine, vcpuPlace(this.machine.words, cpu), hi, lo);
    return OK;
  }

  invpcid(cpu: number, operand: InvpcidOperand): Outcome {
    return doInvpcid(this.machine, vcpuPlace(this.machine.words, cpu), operand) ? OK : GP;
  }

  writeCr3(cpu: number, hi: number, lo: number): Outcome {
    const { machine } = this;
    const vcpu = vcpuPlace(machine.words, cpu);
    const upper = cr3Hi(machine, vcpu, hi);
    if (isBeyondCr3(upper, this.#spec.maxphyaddr) || !this.#processor.loadPointers(vcpu, upper, lo))
      return GP;
    writeCr3(machine, vcpu, hi, lo);
    return OK;
  }

  control(cpu: number, change: ControlChange): Outcome {
    const { machine } = this;
    const vcpu = vcpuPlace(machine.words, cpu);
    if (change.cr4?.pcide && !this.#hasPcid(vcpu) && !mayEnablePcid(machine, vcpu)) return GP;
    if (change.cr0?.pg === false && this.#hasPcid(vcpu)) return GP;
    const [cr0, cr4] = [machine.get(vcpu + VCPU.cr0), machine.get(vcpu + VCPU.cr4)];
    if (change.cr0)
      this.#changeBits(vcpu, 'cr0', VCPU.cr0, [
        [CR0.WP, change.cr0.wp],
        [CR0.PG, change.cr0.pg],
      ]);
    if (change.cr4)
      this.#changeBits(vcpu, 'cr4', VCPU.cr4, [
        [CR4.SMEP, change.cr4.smep],
        [CR4.SMAP, change.cr4.smap],
        [CR4.PGE, change.cr4.pge],
        [CR4.PCIDE, change.cr4.pcide],
      ]);
    if (change.efer) this.#changeBits(vcpu, 'efer', VCPU.efer, [[EFER.NXE, change.efer.nxe]]);
    this.#forgetAfter(vcpu, cr0, cr4);
    return this.#reloadPointers(vcpu) ? OK : GP;
  }

  #hasPcid(vcpu: number): boolean {
    return (this.machine.get(vcpu + VCPU.cr4) & CR4.PCIDE) !== 0;
  }

  #changeBits(
    vcpu: number,
    name: (typeof REGISTERS)[number],
    place: number,
    bits: readonly (readonly [number, boolean | undefined])[],
  ): void {
    let value = this.machine.get(vcpu + place);
    for (const [bit, on] of bits) if (on !== undefined) value = on ? value | bit : value & ~bit;
    this.machine.set(vcpu + place, value);
    this.machine.log.emit(EVENT.register, REGISTERS.indexOf(name), 0, value);
  }

  /** What a change of CR0 or CR4 makes the processor forget. @param cr0 @param cr4 as they were */
  #forgetAfter(vcpu: number, cr0: number, cr4: number): void {
    const now = this.machine.get(vcpu + VCPU.cr4);
    if (cr0 & ~this.machine.get(vcpu + VCPU.cr0) & CR0.PG) forgetLinear(this.machine, vcpu, 'MOV to CR0');
    if ((cr4 ^ now) & CR4.PGE || cr4 & ~now & CR4.PCIDE) forgetLinear(this.machine, vcpu, 'MOV to CR4');
    else if (now & ~cr4 & CR4.SMEP) forgetPcidInUse(this.machine, vcpu, 'MOV to CR4');
  }

  #reloadPointers(vcpu: number): boolean {
    const { machine } = this;
    return this.#processor.loadPointers(
      vcpu,
      machine.get(vcpu + VCPU.cr3_hi),
      machine.get(vcpu + VCPU.cr3_lo),
    );
  }

  #perform(access: Access, gfns: readonly number[]): Outcome {
    const { machine } = this;
    let hi = 0;
    let lo = 0;
    operandParts(access.lo, access.width).forEach(([from, bytes], i) => {
      const gfn = gfns[i] as number;
      const offset = (access.lo + from) & 0xfff;
      if (findSlot(machine.words, gfn) === 0) {
        machine.log.emit(
          EVENT.mmio,
          gfn >>> 20,
          (gfn << 12) | offset,
          bytes,
          access.kind === 'write' ? 1 : 0,
          access.valueHi,
          access.valueLo,
        );
        hi = bytes === 8 ? -1 : hi;
        lo = bytes >= 4 ? -1 : (1 << (bytes * 8)) - 1;
      } else if (access.kind === 'write') {
        storeOperand(
          machine,
          guestFrame(machine, gfn, true),
          offset,
          bytes,
          from,
          access.valueHi,
          access.valueLo,
        );
        machine.log.emit(
          EVENT.memory,
          gfn >>> 20,
          (gfn << 12) | offset,
          bytes,
          access.valueHi,
          access.valueLo,
        );
      } else {
        const part = loadOperand(machine.words, guestFrame(machine, gfn, false), offset, bytes, from);
        hi |= part[0];
        lo |= part[1];
      }
    });
    return access.kind === 'write' ? OK : { kind: 'value', hi, lo };
  }
}
