/**
 * A machine without a hypervisor: the processor walks the guest's tables, and guest-physical memory is all there is.
 * Linear addresses that lead to no memory read as all ones, as an unclaimed bus does.
 */
import { bitsMask, PTE, reservedMasks } from '#arch/entry.ts';
import { PF } from '#arch/fault.ts';
import { CR0, CR4, EFER, type PagingMode } from '#arch/paging-mode.ts';
import { frameOfAddress, newWalkResult, type Tables, type WalkRequest, walk } from '#arch/walk.ts';
import { flagsWord, frameWord, hiWord, isCanonical, loWord } from '#arch/word64.ts';
import {
  type Access,
  type ControlChange,
  type Hypervisor,
  OK,
  type Outcome,
} from '#hypervisor/hypervisor.ts';
import { EVENT, REGISTERS, WALKER_CPU } from '#machine/events.ts';
import { guestFrame, loadedHi, loadedLo, loadGuest, storeGuest } from '#machine/memory.ts';
import { loadOperand, operandParts, storeOperand } from '#machine/operand.ts';
import { findSlot } from '#machine/slots.ts';
import { tlbFill, tlbFlushAddress, tlbFlushAll, tlbLookup } from '#machine/tlb.ts';
import { cr3Frame, VCPU, vcpuMode, vcpuPlace } from '#machine/vcpu.ts';
import { HEADER, type Machine } from '#machine/words.ts';
import { unavailableHost } from './host.ts';

interface BareSpec {
  readonly maxphyaddr: number;
  readonly amd: boolean;
  readonly earlyA: boolean;
}

/** Tables in guest-physical memory. */
class GuestTables implements Tables {
  frame = 0;
  flags = 0;
  readonly #m: Machine;

  constructor(m: Machine) {
    this.#m = m;
  }

  read(table: number, index: number, bytes: 4 | 8): boolean {
    if (!loadGuest(this.#m, table, index * bytes, bytes)) return false;
    this.frame = frameWord(loadedHi, loadedLo);
    this.flags = flagsWord(loadedHi, loadedLo);
    return true;
  }

  setFlags(table: number, index: number, bytes: 4 | 8, bits: number): void {
    loadGuest(this.#m, table, index * bytes, bytes);
    const frame = frameWord(loadedHi, loadedLo);
    const flags = flagsWord(loadedHi, loadedLo) | bits;
    const hi = hiWord(frame, flags);
    const lo = loWord(frame, flags);
    storeGuest(this.#m, table, index * bytes, bytes, hi, lo);
    this.#m.log.emit(EVENT.memory, table >>> 20, (table << 12) | (index * bytes), bytes, hi, lo);
  }
}

/** The registers' page-directory pointers of a PAE guest, read as a table. */
class Pointers implements Tables {
  frame = 0;
  flags = 0;
  readonly #m: Machine;
  vcpu = 0;

  constructor(m: Machine) {
    this.#m = m;
  }

  read(_table: number, index: number): boolean {
    this.frame = this.#m.get(this.vcpu + VCPU.pdptes + index * 2);
    this.flags = this.#m.get(this.vcpu + VCPU.pdptes + index * 2 + 1);
    return true;
  }

  setFlags(): void {}
}

const GP: Outcome = { kind: 'exception', vector: 13, error: 0, cr2: null };

export class BareHypervisor implements Hypervisor {
  readonly machine: Machine;
  readonly host = unavailableHost;
  readonly #spec: BareSpec;
  readonly #tables: GuestTables;
  readonly #pointers: Pointers;
  readonly #requests = new Map<PagingMode, WalkRequest>();
  readonly #result = newWalkResult();

  constructor(machine: Machine, spec: BareSpec) {
    this.machine = machine;
    this.#spec = spec;
    this.#tables = new GuestTables(machine);
    this.#pointers = new Pointers(machine);
    for (let cpu = 0; cpu < machine.get(HEADER.vcpuCount); cpu++) {
      const vcpu = vcpuPlace(machine.words, cpu);
      this.#loadPointers(vcpu, machine.get(vcpu + VCPU.cr3_hi), machine.get(vcpu + VCPU.cr3_lo));
    }
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
      const gfn = this.#translate(vcpu, mode, access.hi, lo, code, access.ac);
      if (gfn === null) {
        this.machine.set(vcpu + VCPU.cr2_hi, access.hi);
        this.machine.set(vcpu + VCPU.cr2_lo, lo);
        return { kind: 'exception', vector: 14, error: this.#result.error, cr2: [access.hi, lo] };
      }
      gfns.push(gfn);
    }
    return access.kind === 'exec' ? OK : this.#perform(access, gfns);
  }

  invlpg(cpu: number, hi: number, lo: number): Outcome {
    tlbFlushAddress(this.machine, vcpuPlace(this.machine.words, cpu), hi, lo);
    return OK;
  }

  writeCr3(cpu: number, hi: number, lo: number): Outcome {
    const vcpu = vcpuPlace(this.machine.words, cpu);
    if (hi >>> (this.#spec.maxphyaddr - 32) !== 0 || !this.#loadPointers(vcpu, hi, lo)) return GP;
    this.machine.set(vcpu + VCPU.cr3_hi, hi);
    this.machine.set(vcpu + VCPU.cr3_lo, lo);
    this.machine.log.emit(EVENT.register, REGISTERS.indexOf('cr3'), hi, lo);
    tlbFlushAll(this.machine, vcpu, false);
    return OK;
  }

  control(cpu: number, change: ControlChange): Outcome {
    const vcpu = vcpuPlace(this.machine.words, cpu);
    const apply = (
      name: (typeof REGISTERS)[number],
      place: number,
      bits: readonly (readonly [number, boolean | undefined])[],
    ): void => {
      let value = this.machine.get(vcpu + place);
      for (const [bit, on] of bits) if (on !== undefined) value = on ? value | bit : value & ~bit;
      this.machine.set(vcpu + place, value);
      this.machine.log.emit(EVENT.register, REGISTERS.indexOf(name), 0, value);
    };
    if (change.cr0)
      apply('cr0', VCPU.cr0, [
        [CR0.WP, change.cr0.wp],
        [CR0.PG, change.cr0.pg],
      ]);
    if (change.cr4)
      apply('cr4', VCPU.cr4, [
        [CR4.SMEP, change.cr4.smep],
        [CR4.SMAP, change.cr4.smap],
        [CR4.PGE, change.cr4.pge],
      ]);
    if (change.efer) apply('efer', VCPU.efer, [[EFER.NXE, change.efer.nxe]]);
    tlbFlushAll(this.machine, vcpu, true);
    return this.#loadPointers(
      vcpu,
      this.machine.get(vcpu + VCPU.cr3_hi),
      this.machine.get(vcpu + VCPU.cr3_lo),
    )
      ? OK
      : GP;
  }

  #translate(
    vcpu: number,
    mode: PagingMode,
    hi: number,
    lo: number,
    code: number,
    ac: boolean,
  ): number | null {
    const { log } = this.machine;
    log.emit(EVENT.access, hi, lo, code);
    if (mode.levels === 0) {
      log.emit(EVENT.translated, hi, lo, frameOfAddress(hi, lo), 1);
      return frameOfAddress(hi, lo);
    }
    const known = tlbLookup(this.machine, vcpu, mode, hi, lo, code, ac);
    if (known >= 0) return known;
    this.#pointers.vcpu = vcpu;
    const result = walk(
      this.#request(mode),
      cr3Frame(this.machine.words, vcpu),
      hi,
      lo,
      code,
      ac,
      this.#result,
    );
    if (!result.ok) {
      log.emit(EVENT.fault, hi, lo, result.error, result.level);
      return null;
    }
    log.emit(EVENT.translated, hi, lo, result.frame, result.level);
    const { flags } = this.#tables;
    tlbFill(this.machine, vcpu, hi, lo, {
      frame: result.frame,
      rights: result.rights,
      dirty: (code & PF.write) !== 0 || (flags & PTE.dirty) !== 0,
      global: (flags & PTE.global) !== 0 && (this.machine.get(vcpu + VCPU.cr4) & CR4.PGE) !== 0,
    });
    return result.frame;
  }

  #request(mode: PagingMode): WalkRequest {
    let request = this.#requests.get(mode);
    if (request) return request;
    const { maxphyaddr, amd, earlyA } = this.#spec;
    request = {
      mode,
      earlyA,
      tables: this.#tables,
      pdptes: mode.levels === 3 ? this.#pointers : null,
      cache: null,
      reserved: reservedMasks(mode, {
        maxphyaddr,
        amd,
        gigabytePages: true,
        pse36Bits: Math.min(40, maxphyaddr) - 32,
      }),
      listener: (level, table, index) => this.#reference(mode, level, table, index),
    };
    this.#requests.set(mode, request);
    return request;
  }

  #reference(mode: PagingMode, level: number, table: number, index: number): void {
    const source = mode.levels === 3 && level === 3 ? this.#pointers : this.#tables;
    const offset = index * mode.entryBytes;
    this.machine.log.emit(
      EVENT.reference,
      WALKER_CPU | (level << 8) | (index << 16),
      table >>> 20,
      (table << 12) | offset,
      source.frame,
      source.flags,
    );
  }

  /** load_pdptrs of a processor: true unless a pointer has a reserved bit set. */
  #loadPointers(vcpu: number, hi: number, lo: number): boolean {
    const { machine } = this;
    if (vcpuMode(machine.words, vcpu).levels !== 3) return true;
    const reserved = [bitsMask(1, 2), bitsMask(5, 8), bitsMask(this.#spec.maxphyaddr, 63)];
    const words: number[] = [];
    for (let i = 0; i < 4; i++) {
      if (!loadGuest(machine, frameOfAddress(hi, lo), (lo & 0xfe0) + i * 8, 8)) return false;
      const frame = frameWord(loadedHi, loadedLo);
      const flags = flagsWord(loadedHi, loadedLo);
      if (flags & PTE.present && reserved.some((mask) => frame & mask.frame || flags & mask.flags))
        return false;
      words.push(frame, flags);
    }
    words.forEach((word, i) => {
      machine.set(vcpu + VCPU.pdptes + i, word);
    });
    return true;
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
