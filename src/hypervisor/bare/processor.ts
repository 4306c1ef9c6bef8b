/** The processor of a bare machine: it walks the guest's tables in guest-physical memory, which is all memory there is. */
import { pagingFormat } from '#arch/entry-format.ts';
import { linearWalkOf } from '#arch/linear-walk.ts';
import { frameOfAddress, type PagingMode } from '#arch/paging-mode.ts';
import { WITH_AC } from '#arch/permission.ts';
import {
  newWalkResult,
  type Roots,
  type TableMemory,
  type WalkRequest,
  type WalkResult,
} from '#arch/walk-request.ts';
import { hiWord, loWord } from '#arch/word64.ts';
import { readPointers, setPointers } from '#hypervisor/pointers.ts';
import { EVENT } from '#machine/events.ts';
import { guestPlace, loadGuest } from '#machine/memory.ts';
import { findSlot } from '#machine/slots.ts';
import { type WalkCaches, walkCaches } from '#machine/tlb/caches.ts';
import { forgetFaulting } from '#machine/tlb/flush.ts';
import { rememberWalk } from '#machine/tlb/remember.ts';
import { tlbLookup } from '#machine/tlb/translations.ts';
import { cr3Frame, VCPU, vcpuMode, vcpuPlace } from '#machine/vcpu.ts';
import { WalkEvents } from '#machine/walk-events.ts';
import { FRAME_SHIFT, FRAME_WORDS, HEADER, type Machine } from '#machine/words.ts';

export interface ProcessorSpec {
  readonly maxphyaddr: number;
  readonly amd: boolean;
  /** Whether A flags of upper entries are set before a fault below is met. */
  readonly earlyA: boolean;
}

/** Tables in guest-physical memory. What a walk stores there is told as an event. */
class GuestTables implements TableMemory {
  /** Bytes of an entry. */
  entryBytes: 4 | 8 = 8;
  readonly #m: Machine;
  /** Guest frames of the tables that walks went through, by where their words are. */
  readonly #gfns = new Map<number, number>();

  constructor(m: Machine) {
    this.#m = m;
  }

  get words(): Int32Array {
    return this.#m.words;
  }

  set(place: number, value: number): void {
    const m = this.#m;
    m.set(place, value);
    const pair = place & ~1;
    const hi = hiWord(m.get(pair), m.get(pair + 1));
    const lo = loWord(m.get(pair), m.get(pair + 1));
    const gfn = this.#gfns.get(pair & -FRAME_WORDS) as number;
    const address = (gfn << 12) | ((pair & (FRAME_WORDS - 1)) * 4);
    // A flag of the upper of two 4-byte entries lies in the pair's first word (word64.ts).
    if (this.entryBytes === 8) m.log.emit(EVENT.memory, gfn >>> 20, address, 8, hi, lo);
    else if (place === pair) m.log.emit(EVENT.memory, gfn >>> 20, address | 4, 4, 0, hi);
    else m.log.emit(EVENT.memory, gfn >>> 20, address, 4, 0, lo);
  }

  place(gfn: number): number {
    const { words } = this.#m;
    const slot = findSlot(words, gfn);
    if (slot === 0) return -1;
    const place = guestPlace(words, slot, gfn, 0) || this.#m.get(HEADER.zeroFrame) << FRAME_SHIFT;
    this.#gfns.set(place, gfn);
    return place;
  }
}

export class BareProcessor {
  readonly #m: Machine;
  readonly #spec: ProcessorSpec;
  readonly #tables: GuestTables;
  readonly #trace: WalkEvents;
  readonly #caches: WalkCaches | null;
  readonly #roots: Roots = { guest: 0, pdptes: 0, firstPointer: 0, nested: 0 };
  readonly #requests = new Map<PagingMode, WalkRequest>();
  /** What the last walk came to. */
  readonly result: WalkResult = newWalkResult();

  constructor(m: Machine, spec: ProcessorSpec) {
    this.#m = m;
    this.#spec = spec;
    this.#tables = new GuestTables(m);
    this.#trace = new WalkEvents(m, false);
    this.#caches = walkCaches(m, vcpuPlace(m.words, 0), () => this.#trace.emit());
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
    const { result } = this;
    const request = this.#request(mode);
    this.#begin(vcpu, mode);
    const walk = linearWalkOf(request, false);
    const allowed = walk(request, this.#roots, hi, lo, ac ? access | WITH_AC : access, result);
    this.#trace.emit();
    if (!allowed) {
      log.emit(EVENT.fault, hi, lo, result.error, result.row);
      forgetFaulting(this.#m, vcpu, '#PF', hi, lo, null);
      return null;
    }
    log.emit(EVENT.translated, hi, lo, result.frame, result.guestLevel);
    rememberWalk(this.#m, vcpu, request, hi, lo, access, result);
    return result.frame;
  }

  #begin(vcpu: number, { levels, entryBytes }: PagingMode): void {
    this.#tables.entryBytes = entryBytes;
    this.#trace.entryBytes = entryBytes;
    this.#roots.guest = cr3Frame(this.#m.words, vcpu);
    this.#roots.pdptes = levels === 3 ? vcpu + VCPU.pdptes : 0;
    this.#caches?.use(vcpu, 0, entryBytes);
  }

  #request(mode: PagingMode): WalkRequest {
    let request = this.#requests.get(mode);
    if (request) return request;
    const { maxphyaddr, amd, earlyA } = this.#spec;
    const pse36Bits = Math.min(40, maxphyaddr) - 32;
    request = {
      memory: this.#tables,
      mode,
      guest: pagingFormat(mode, { maxphyaddr, amd, gigabytePages: true, pse36Bits }),
      nested: null,
      earlyA,
      trace: this.#trace,
      caches: this.#caches,
    };
    this.#requests.set(mode, request);
    return request;
  }

  /** Loads the page-directory pointers of a PAE guest from CR3 (plain pair): true unless one has a reserved bit set. */
  loadPointers(vcpu: number, hi: number, lo: number): boolean {
    const m = this.#m;
    if (vcpuMode(m.words, vcpu).levels !== 3) return true;
    const gfn = frameOfAddress(hi, lo);
    const pointers = readPointers((offset) => loadGuest(m, gfn, offset, 8), lo, this.#spec.maxphyaddr);
    if (pointers === null) return false;
    setPointers(m, vcpu, pointers);
    return true;
  }
}
