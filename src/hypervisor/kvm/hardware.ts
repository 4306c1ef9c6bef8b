/**
 * The processor while it runs the guest under shadow paging: it walks the tables that KVM made, and nothing else.
 * Not KVM's code: what AMD APM vol. 2 chapter 5 says of a walk, with the control registers that KVM gives the hardware.
 */
import { PTE, reservedMasks } from '#arch/entry.ts';
import { PF } from '#arch/fault.ts';
import { CR4, levelShift, type PagingMode } from '#arch/paging-mode.ts';
import { ACC } from '#arch/permission.ts';
import { newWalkResult, type Tables, type WalkRequest, type WalkResult, walk } from '#arch/walk.ts';
import { EVENT, WALKER_CPU } from '#machine/events.ts';
import { type WalkCaches, walkCaches } from '#machine/tlb/caches.ts';
import { forgetFaulting } from '#machine/tlb/flush.ts';
import { tlbFill, tlbLookup } from '#machine/tlb/translations.ts';
import { VCPU, vcpuMode, vcpuPlace } from '#machine/vcpu.ts';
import type { Machine } from '#machine/words.ts';
import type { Kvm, Vcpu } from './structs.ts';

/** Tables in host frames: a frame's number is where its words are. */
class HostTables implements Tables {
  frame = 0;
  flags = 0;
  readonly #m: Machine;

  constructor(m: Machine) {
    this.#m = m;
  }

  read(table: number, index: number): boolean {
    const place = (table << 10) + index * 2;
    this.frame = this.#m.words[place] as number;
    this.flags = this.#m.words[place + 1] as number;
    return true;
  }

  setFlags(table: number, index: number, _bytes: 4 | 8, bits: number): void {
    const place = (table << 10) + index * 2 + 1;
    this.#m.set(place, this.#m.get(place) | bits);
  }
}

export class Processor {
  readonly #kvm: Kvm;
  readonly #tables: HostTables;
  readonly #pointers: HostTables;
  readonly #caches: WalkCaches | null;
  readonly #requests = new Map<PagingMode, WalkRequest>();
  /** The mode that was asked for last, nearly always the next too, and its request. */
  #lastMode: PagingMode | null = null;
  #lastRequest: WalkRequest | null = null;
  readonly result: WalkResult = newWalkResult();
  #table = 0;

  constructor(kvm: Kvm) {
    this.#kvm = kvm;
    this.#tables = new HostTables(kvm.m);
    this.#pointers = new HostTables(kvm.m);
    this.#caches = walkCaches(kvm.m, vcpuPlace(kvm.m.words, 0));
  }

  /**
   * Translates a linear address (plain pair) through the vCPU's hardware root. The result is in `result`: ok and the host
   * frame, or the error code of the #PF that KVM intercepts. Emits the walk.
   * @param access PF bits @param ac RFLAGS.AC
   */
  translate(vcpu: Vcpu, hi: number, lo: number, access: number, ac: boolean): WalkResult {
    const { m } = this.#kvm;
    m.log.emit(EVENT.access, hi, lo, access);
    const request = this.#requestFor(vcpuMode(m.words, vcpu.regs), m.get(vcpu.regs + VCPU.cr4));
    const known = tlbLookup(m, vcpu.regs, request.mode, hi, lo, access, ac);
    if (known >= 0) return hit(this.result, known);
    this.#caches?.use(vcpu.regs, 0, request.mode.entryBytes);
    const root = m.get(vcpu.regs + VCPU.hardware_root);
    const result = walk(request, root, hi, lo, access, ac, this.result);
    if (result.ok) {
      m.log.emit(EVENT.translated, hi, lo, result.frame, result.level);
      const shift = levelShift(request.mode, result.level);
      tlbFill(m, vcpu.regs, hi, lo, {
        frame: result.frame,
        rights: result.rights,
        nestedRights: ACC.all,
        dirty: (this.#tables.flags & PTE.dirty) !== 0 || (access & PF.write) !== 0,
        // KVM never makes an entry global.
        global: false,
        guestShift: shift,
        shift,
      });
    } else {
      m.log.emit(EVENT.fault, hi, lo, result.error, result.level, this.#table);
      forgetFaulting(m, vcpu.regs, '#PF', hi, lo, null);
    }
    return result;
  }

  #requestFor(guest: PagingMode, cr4: number): WalkRequest {
    if (guest === this.#lastMode && this.#lastRequest) return this.#lastRequest;
    const request = this.#requests.get(guest) ?? this.#newRequest(guest, cr4);
    this.#requests.set(guest, request);
    this.#lastMode = guest;
    this.#lastRequest = request;
    return request;
  }

  /** The hardware's own mode: always paging, always WP and NX; long mode as the guest, else PAE. */
  #newRequest(guest: PagingMode, cr4: number): WalkRequest {
    const levels = guest.levels >= 4 ? guest.levels : 3;
    const paged = guest.levels > 0;
    const mode: PagingMode = {
      ...guest,
      name: levels === 3 ? 'pae' : guest.name,
      levels,
      entryBytes: 8,
      linearBits: levels === 3 ? 32 : guest.linearBits,
      wp: true,
      nxe: true,
      pse: true,
      smep: paged && (cr4 & CR4.SMEP) !== 0,
      smap: paged && (cr4 & CR4.SMAP) !== 0,
    };
    const reserved = reservedMasks(mode, {
      maxphyaddr: this.#kvm.maxphyaddr,
      amd: this.#kvm.amd,
      gigabytePages: true,
      pse36Bits: 8,
    });
    return {
      mode,
      reserved,
      earlyA: false,
      tables: this.#tables,
      pdptes: levels === 3 ? this.#pointers : null,
      cache: this.#caches?.guest ?? null,
      listener: (level, table, index) => this.#reference(level, table, index),
    };
  }

  #reference(level: number, table: number, index: number): void {
    const { m } = this.#kvm;
    const place = (table << 10) + index * 2;
    this.#table = place;
    m.log.emit(
      EVENT.reference,
      WALKER_CPU | (level << 8) | (index << 16),
      table >>> 20,
      (table << 12) | (index * 8),
      m.get(place),
      m.get(place + 1),
      place,
    );
  }
}

/** The result of an access that needed no walk. */
function hit(result: WalkResult, frame: number): WalkResult {
  result.ok = true;
  result.frame = frame;
  return result;
}
