/**
 * The processor while it runs a guest with two-dimensional paging: it walks the guest's own tables, and the nested tables that KVM
 * made for each step of that. Not KVM's code: AMD APM vol. 2 section 15.25, Intel SDM vol. 3 chapter 29.
 */
import { PTE } from '#arch/entry.ts';
import { pagingFormat } from '#arch/entry-format.ts';
import { eptFormat } from '#arch/ept.ts';
import {
  isDirty,
  type NestedWalkRequest,
  type NestedWalkResult,
  newNestedWalkResult,
  pageShift,
  type Roots,
  type TableMemory,
} from '#arch/nested-request.ts';
import { nestedRead, nestedWalk } from '#arch/nested-walk.ts';
import { nptFormat } from '#arch/npt.ts';
import { CR0, CR4, frameOfAddress, levelShift, type PagingMode, pagingMode } from '#arch/paging-mode.ts';
import { WITH_AC } from '#arch/permission.ts';
import {
  DIMENSION,
  REFERENCE,
  referenceDimension,
  referenceIndex,
  referenceLevel,
  WALK_WORDS,
  type WalkTrace,
} from '#arch/walk-trace.ts';
import { flagsWord, frameWord, hiWord, loWord } from '#arch/word64.ts';
import { EVENT, WALKER_CPU, WALKER_NESTED } from '#machine/events.ts';
import { frameData } from '#machine/memory.ts';
import { type WalkCaches, walkCaches } from '#machine/tlb/caches.ts';
import { forgetFaulting } from '#machine/tlb/flush.ts';
import { tlbFill, tlbLookup } from '#machine/tlb/translations.ts';
import { cr3Frame, VCPU, vcpuMode, vcpuPlace } from '#machine/vcpu.ts';
import { FRAME_SHIFT, HEADER, type Machine } from '#machine/words.ts';
import { eptRules } from './ept_rules.ts';
import { IDENTITY_MAP_GFN } from './kvm_main.ts';
import { type ModificationBuffer, modificationBuffer } from './pml.ts';
import type { Kvm, Vcpu } from './structs.ts';

/** Guest and nested tables, in host frames. */
class HostMemory implements TableMemory {
  readonly #m: Machine;
  constructor(m: Machine) {
    this.#m = m;
  }
  get words(): Int32Array {
    return this.#m.words;
  }
  set(place: number, value: number): void {
    this.#m.set(place, value);
  }
  place(frame: number): number {
    const m = this.#m;
    return frameData(m.words, frame) || m.get(HEADER.zeroFrame) << FRAME_SHIFT;
  }
}

/** How the hardware runs a guest without paging where it cannot go without itself: 4 MiB pages that map each address to itself. */
const IDENTITY_MAPPED: PagingMode = pagingMode(CR0.PE | CR0.PG, CR4.PSE, 0);

/** Stands for all nested tables of an ASID (machine/tlb/tags.ts). */
const ASID_TAGGED = 1;

export class TdpProcessor {
  readonly #kvm: Kvm;
  readonly #earlyA: boolean;
  readonly #memory: HostMemory;
  readonly #nested: NestedWalkRequest['nested'];
  readonly #requests = new Map<PagingMode, NestedWalkRequest>();
  readonly #log: ModificationBuffer | null;
  readonly #caches: WalkCaches | null;
  readonly #roots: Roots = { guest: 0, pdptes: 0, firstPointer: 0, nested: 0 };
  readonly #trace: EventTrace;
  /** What the last walk came to. */
  readonly result: NestedWalkResult = newNestedWalkResult();

  /** @param earlyA whether A flags of upper entries are set before a fault below is met */
  constructor(kvm: Kvm, earlyA: boolean) {
    this.#kvm = kvm;
    this.#earlyA = earlyA;
    this.#memory = new HostMemory(kvm.m);
    this.#trace = new EventTrace(kvm.m);
    const { tdpLevels: levels, maxphyaddr } = kvm;
    this.#nested = kvm.amd
      ? nptFormat({ levels, maxphyaddr, gigabytePages: true, noExecute: true })
      : eptFormat({ ...eptRules(maxphyaddr, kvm.format.accessed !== 0), levels });
    this.#log = kvm.parameters.pml ? modificationBuffer(kvm) : null;
    this.#caches = walkCaches(kvm.m, vcpuPlace(kvm.m.words, 0), () => this.#trace.emit());
  }

  /** Walks for a linear address (plain pair); `result` has what it came to. Emits the walk. @param access PF bits @param ac RFLAGS.AC */
  walk(vcpu: Vcpu, hi: number, lo: number, access: number, ac: boolean): NestedWalkResult {
    const { m } = this.#kvm;
    const { result } = this;
    m.log.emit(EVENT.access, hi, lo, access);
    const mode = this.#mode(vcpu);
    this.#begin(vcpu, mode);
    const known = mode.levels === 0 ? -1 : tlbLookup(m, vcpu.regs, mode, hi, lo, access, ac);
    if (known >= 0) {
      result.kind = 'ok';
      result.frame = known;
      return result;
    }
    const request = this.#request(mode);
    const allowed = nestedWalk(request, this.#roots, hi, lo, ac ? access | WITH_AC : access, result);
    this.#trace.emit();
    if (allowed) {
      m.log.emit(EVENT.translated, hi, lo, result.frame, result.guestLevel);
      if (mode.levels > 0) this.#remember(vcpu, request, hi, lo, access);
    } else {
      m.log.emit(EVENT.fault, hi, lo, result.error, result.row, result.place);
      this.#forget(vcpu, hi, lo);
    }
    return result;
  }

  /** The last walk ended in a fault: what led to it is forgotten. */
  #forget({ regs }: Vcpu, hi: number, lo: number): void {
    const { kind, gpaHi, gpaLo } = this.result;
    const { m, amd } = this.#kvm;
    if (kind === 'page-fault') forgetFaulting(m, regs, '#PF', hi, lo, null);
    else if (kind !== 'log-full')
      forgetFaulting(m, regs, amd ? '#NPF' : 'EPT violation', hi, lo, frameOfAddress(gpaHi, gpaLo));
  }

  /** The translation that the last walk came to is kept. */
  #remember({ regs }: Vcpu, request: NestedWalkRequest, hi: number, lo: number, access: number): void {
    const { m } = this.#kvm;
    const { frame, rights, nestedRights, guestFlags, guestLevel } = this.result;
    const dirty = isDirty(request, access, this.result);
    const shift = pageShift(request, this.result);
    const global = (guestFlags & PTE.global) !== 0 && (m.get(regs + VCPU.cr4) & CR4.PGE) !== 0;
    const guestShift = levelShift(request.mode, guestLevel);
    tlbFill(m, regs, hi, lo, { frame, rights, nestedRights, dirty, global, guestShift, shift });
  }

  /** Reads a guest-physical address (plain pair) that no linear one led to: the page-directory pointers of a new CR3. */
  read(vcpu: Vcpu, hi: number, lo: number): NestedWalkResult {
    const mode = this.#mode(vcpu);
    this.#begin(vcpu, mode);
    const request = this.#request(mode);
    nestedRead(request, this.#roots, hi, lo, this.result);
    this.#trace.emit();
    return this.result;
  }

  #begin(vcpu: Vcpu, mode: PagingMode): void {
    const { m, amd } = this.#kvm;
    const roots = this.#roots;
    this.#trace.entryBytes = mode.entryBytes;
    roots.guest = mode === IDENTITY_MAPPED ? IDENTITY_MAP_GFN : cr3Frame(m.words, vcpu.regs);
    roots.pdptes = amd ? 0 : vcpu.regs + VCPU.pdptes;
    roots.firstPointer = (m.get(vcpu.regs + VCPU.cr3_lo) & 0xfe0) >>> 3;
    roots.nested = m.get(vcpu.regs + VCPU.hardware_root);
    this.#log?.use(vcpu);
    // AMD's processors know nested tables by the ASID alone, Intel's by their root.
    this.#caches?.use(vcpu.regs, amd ? ASID_TAGGED : roots.nested, mode.entryBytes);
  }

  /** The guest's paging mode, as the hardware has it: processors that must page walk an identity map where the guest does not. */
  #mode({ regs }: Vcpu): PagingMode {
    const { m, amd, parameters } = this.#kvm;
    const mode = vcpuMode(m.words, regs);
    return mode.levels === 0 && !amd && !parameters.unrestricted_guest ? IDENTITY_MAPPED : mode;
  }

  #request(mode: PagingMode): NestedWalkRequest {
    let request = this.#requests.get(mode);
    if (request) return request;
    const { amd, maxphyaddr } = this.#kvm;
    request = {
      memory: this.#memory,
      mode,
      guest: pagingFormat(mode, { maxphyaddr, amd, gigabytePages: true, pse36Bits: 8 }),
      nested: this.#nested,
      earlyA: this.#earlyA,
      trace: this.#trace,
      log: this.#log,
      caches: this.#caches,
    };
    this.#requests.set(mode, request);
    return request;
  }
}

/** Emits the references of walks: a nested entry has its own place as address, a guest's its guest-physical address. */
class EventTrace implements WalkTrace {
  readonly records = new Int32Array(WALK_WORDS);
  used = 0;
  /** Bytes of the guest's entries. */
  entryBytes: 4 | 8 = 8;
  readonly #m: Machine;

  constructor(m: Machine) {
    this.#m = m;
  }

  beforeStore(): void {
    this.emit();
  }

  /** Emits what has not been emitted yet. */
  emit(): void {
    const { records, used } = this;
    for (let at = 0; at < used; at += REFERENCE.size)
      this.#reference(
        records[at] as number,
        records[at + REFERENCE.place] as number,
        records[at + REFERENCE.gfn] as number,
      );
    this.used = 0;
  }

  #reference(what: number, place: number, gfn: number): void {
    const { words, log } = this.#m;
    const nested = referenceDimension(what) === DIMENSION.nested;
    const bytes = nested ? 8 : this.entryBytes;
    const index = referenceIndex(what, place, bytes);
    const entry = bytes === 8 ? wholeEntry(words, place) : halfEntry(words, place, index);
    log.emit(
      EVENT.reference,
      (nested ? WALKER_NESTED : WALKER_CPU) | (referenceLevel(what) << 8) | (index << 16),
      nested ? place >>> 30 : gfn >>> 20,
      nested ? place << 2 : (gfn << 12) | (index * bytes),
      entry.frame,
      entry.flags,
      nested ? place : 0,
    );
  }
}

/** The entry whose words are at a place. */
const wholeEntry = (words: Int32Array, place: number): { frame: number; flags: number } => ({
  frame: words[place] as number,
  flags: words[place + 1] as number,
});

/** One of the two 4-byte entries in the pair at a place. */
function halfEntry(words: Int32Array, place: number, index: number): { frame: number; flags: number } {
  const { frame, flags } = wholeEntry(words, place);
  const value = index & 1 ? hiWord(frame, flags) : loWord(frame, flags);
  return { frame: frameWord(0, value), flags: flagsWord(0, value) };
}
