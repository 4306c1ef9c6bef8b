/**
 * The processor while it runs the guest under shadow paging: it walks the tables that KVM made, and nothing else.
 * Not KVM's code: what AMD APM vol. 2 chapter 5 says of a walk, with the control registers that KVM gives the hardware.
 */
import { pagingFormat } from '#arch/entry-format.ts';
import { linearWalkOf } from '#arch/linear-walk.ts';
import { CR4, type PagingMode } from '#arch/paging-mode.ts';
import { WITH_AC } from '#arch/permission.ts';
import { newWalkResult, type Roots, type WalkRequest, type WalkResult } from '#arch/walk-request.ts';
import { EVENT } from '#machine/events.ts';
import { HostTables } from '#machine/host-tables.ts';
import { type WalkCaches, walkCaches } from '#machine/tlb/caches.ts';
import { forgetFaulting } from '#machine/tlb/flush.ts';
import { rememberWalk } from '#machine/tlb/remember.ts';
import { tlbLookup } from '#machine/tlb/translations.ts';
import { VCPU, vcpuMode, vcpuPlace } from '#machine/vcpu.ts';
import { WalkEvents } from '#machine/walk-events.ts';
import { FRAME_SHIFT } from '#machine/words.ts';
import type { Kvm, Vcpu } from './structs.ts';

export class Processor {
  readonly #kvm: Kvm;
  readonly #memory: HostTables;
  readonly #trace: WalkEvents;
  readonly #caches: WalkCaches | null;
  readonly #roots: Roots = { guest: 0, pdptes: 0, firstPointer: 0, nested: 0 };
  readonly #requests = new Map<PagingMode, WalkRequest>();
  /** The mode that was asked for last, nearly always the next too, and its request. */
  #lastMode: PagingMode | null = null;
  #lastRequest: WalkRequest | null = null;
  readonly result: WalkResult = newWalkResult();

  constructor(kvm: Kvm) {
    this.#kvm = kvm;
    this.#memory = new HostTables(kvm.m);
    this.#trace = new WalkEvents(kvm.m, true);
    this.#caches = walkCaches(kvm.m, vcpuPlace(kvm.m.words, 0), () => this.#trace.emit());
  }

  /**
   * Walks for a linear address (plain pair) through the vCPU's hardware root. `result` has what it came to: the host frame, or
   * the error code of the #PF that KVM intercepts. Emits the walk.
   * @param access PF bits @param ac RFLAGS.AC
   */
  walk(vcpu: Vcpu, hi: number, lo: number, access: number, ac: boolean): WalkResult {
    const { m } = this.#kvm;
    const { result } = this;
    m.log.emit(EVENT.access, hi, lo, access);
    const request = this.#requestFor(vcpuMode(m.words, vcpu.regs), m.get(vcpu.regs + VCPU.cr4));
    const known = tlbLookup(m, vcpu.regs, request.mode, hi, lo, access, ac);
    if (known >= 0) {
      result.kind = 'ok';
      result.frame = known;
      return result;
    }
    this.#caches?.use(vcpu.regs, 0, request.mode.entryBytes);
    this.#begin(request.mode, m.get(vcpu.regs + VCPU.hardware_root));
    const walk = linearWalkOf(request, false);
    const allowed = walk(request, this.#roots, hi, lo, ac ? access | WITH_AC : access, result);
    this.#trace.emit();
    if (allowed) {
      m.log.emit(EVENT.translated, hi, lo, result.frame, result.guestLevel);
      rememberWalk(m, vcpu.regs, request, hi, lo, access, result);
    } else {
      m.log.emit(EVENT.fault, hi, lo, result.error, result.row, result.place);
      forgetFaulting(m, vcpu.regs, '#PF', hi, lo, null);
    }
    return result;
  }

  /** Where the walk begins. PAE pointers are in registers: each entry into the guest loads them from the root's frame. */
  #begin({ levels }: PagingMode, root: number): void {
    this.#roots.guest = root;
    this.#roots.pdptes = levels === 3 ? root << FRAME_SHIFT : 0;
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
    const { maxphyaddr, amd } = this.#kvm;
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
    return {
      memory: this.#memory,
      mode,
      guest: pagingFormat(mode, { maxphyaddr, amd, gigabytePages: true, pse36Bits: 8 }),
      nested: null,
      earlyA: false,
      trace: this.#trace,
      caches: this.#caches,
    };
  }
}
