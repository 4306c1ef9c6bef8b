/** The processor of a bare machine: it walks the guest's tables in guest-physical memory, which is all memory there is. */
import { bitsMask, PTE, reservedMasks } from '#arch/entry.ts';
import { PF } from '#arch/fault.ts';
import { CR4, frameOfAddress, levelShift, type PagingMode } from '#arch/paging-mode.ts';
import { ACC } from '#arch/permission.ts';
import { newWalkResult, type Tables, type WalkRequest, type WalkResult, walk } from '#arch/walk.ts';
import { flagsWord, frameWord, hiWord, loWord } from '#arch/word64.ts';
import { EVENT, WALKER_CPU } from '#machine/events.ts';
import { loadedHi, loadedLo, loadGuest, storeGuest } from '#machine/memory.ts';
import { type WalkCaches, walkCaches } from '#machine/tlb/caches.ts';
import { forgetFaulting } from '#machine/tlb/flush.ts';
import { tlbFill, tlbLookup } from '#machine/tlb/translations.ts';
import { cr3Frame, VCPU, vcpuMode, vcpuPlace } from '#machine/vcpu.ts';
import type { Machine } from '#machine/words.ts';

export interface ProcessorSpec {
  readonly maxphyaddr: number;
  readonly amd: boolean;
  /** Whether A flags of upper entries are set before a fault below is met. */
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

export class BareProcessor {
  readonly #m: Machine;
  readonly #spec: ProcessorSpec;
  readonly #tables: GuestTables;
  readonly #pointers: Pointers;
  readonly #caches: WalkCaches | null;
  readonly #requests = new Map<PagingMode, WalkRequest>();
  /** What the last walk came to. */
  readonly result: WalkResult = newWalkResult();

  constructor(m: Machine, spec: ProcessorSpec) {
    this.#m = m;
    this.#spec = spec;
    this.#tables = new GuestTables(m);
    this.#pointers = new Pointers(m);
    this.#caches = walkCaches(m, vcpuPlace(m.words, 0));
  }

  /**
   * The guest frame that a linear address (plain pair) lies in; null for a #PF, with its error code in `result`. Emits the walk.
   * @param access PF bits @param ac RFLAGS.AC
   */
  translate(
    vcpu: number,
    mode: PagingMode,
    hi: number,
    lo: number,
    access: number,
    ac: boolean,
  ): number | null {
    const { log } = this.#m;
    log.emit(EVENT.access, hi, lo, access);
    if (mode.levels === 0) {
      log.emit(EVENT.translated, hi, lo, frameOfAddress(hi, lo), 1);
      return frameOfAddress(hi, lo);
    }
    const known = tlbLookup(this.#m, vcpu, mode, hi, lo, access, ac);
    if (known >= 0) return known;
    this.#pointers.vcpu = vcpu;
    this.#caches?.use(vcpu, 0, mode.entryBytes);
    const { result } = this;
    const root = cr3Frame(this.#m.words, vcpu);
    if (!walk(this.#request(mode), root, hi, lo, access, ac, result).ok) {
      log.emit(EVENT.fault, hi, lo, result.error, result.level);
      forgetFaulting(this.#m, vcpu, '#PF', hi, lo, null);
      return null;
    }
    log.emit(EVENT.translated, hi, lo, result.frame, result.level);
    const { flags } = this.#tables;
    const shift = levelShift(mode, result.level);
    tlbFill(this.#m, vcpu, hi, lo, {
      frame: result.frame,
      rights: result.rights,
      nestedRights: ACC.all,
      dirty: (access & PF.write) !== 0 || (flags & PTE.dirty) !== 0,
      global: (flags & PTE.global) !== 0 && (this.#m.get(vcpu + VCPU.cr4) & CR4.PGE) !== 0,
      guestShift: shift,
      shift,
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
      cache: this.#caches?.guest ?? null,
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
    // Pointers in registers are no references to memory.
    if (mode.levels === 3 && level === 3) return;
    const offset = index * mode.entryBytes;
    this.#m.log.emit(
      EVENT.reference,
      WALKER_CPU | (level << 8) | (index << 16),
      table >>> 20,
      (table << 12) | offset,
      this.#tables.frame,
      this.#tables.flags,
    );
  }

  /** Loads the page-directory pointers of a PAE guest from CR3 (plain pair): true unless one has a reserved bit set. */
  loadPointers(vcpu: number, hi: number, lo: number): boolean {
    const m = this.#m;
    if (vcpuMode(m.words, vcpu).levels !== 3) return true;
    const reserved = [bitsMask(1, 2), bitsMask(5, 8), bitsMask(this.#spec.maxphyaddr, 63)];
    const words: number[] = [];
    for (let i = 0; i < 4; i++) {
      if (!loadGuest(m, frameOfAddress(hi, lo), (lo & 0xfe0) + i * 8, 8)) return false;
      const frame = frameWord(loadedHi, loadedLo);
      const flags = flagsWord(loadedHi, loadedLo);
      if (flags & PTE.present && reserved.some((mask) => frame & mask.frame || flags & mask.flags))
        return false;
      words.push(frame, flags);
    }
    words.forEach((word, i) => {
      m.set(vcpu + VCPU.pdptes + i, word);
    });
    return true;
  }
}
