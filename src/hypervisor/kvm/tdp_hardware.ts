/**
 * The processor while it runs a guest with two-dimensional paging: it walks the guest's own tables, and the nested tables that KVM
 * made for each step of that. Not KVM's code: AMD APM vol. 2 section 15.25, Intel SDM vol. 3 chapter 29.
 */
import { pagingFormat } from '#arch/entry-format.ts';
import { eptFormat } from '#arch/ept.ts';
import { nestedRead, nestedWalk } from '#arch/nested-walk.ts';
import { nptFormat } from '#arch/npt.ts';
import { CR0, CR4, frameOfAddress, type PagingMode, pagingMode } from '#arch/paging-mode.ts';
import { WITH_AC } from '#arch/permission.ts';
import { type NestedWalkRequest, newWalkResult, type Roots, type WalkResult } from '#arch/walk-request.ts';
import { EVENT } from '#machine/events.ts';
import { HostTables } from '#machine/host-tables.ts';
import { type WalkCaches, walkCaches } from '#machine/tlb/caches.ts';
import { forgetFaulting } from '#machine/tlb/flush.ts';
import { rememberWalk } from '#machine/tlb/remember.ts';
import { tlbLookup } from '#machine/tlb/translations.ts';
import { cr3Frame, VCPU, vcpuMode, vcpuPlace } from '#machine/vcpu.ts';
import { WalkEvents } from '#machine/walk-events.ts';
import { eptRules } from './ept_rules.ts';
import { IDENTITY_MAP_GFN } from './kvm_main.ts';
import { type ModificationBuffer, modificationBuffer } from './pml.ts';
import type { Kvm, Vcpu } from './structs.ts';

/** How the hardware runs a guest without paging where it cannot go without itself: 4 MiB pages that map each address to itself. */
const IDENTITY_MAPPED: PagingMode = pagingMode(CR0.PE | CR0.PG, CR4.PSE, 0);

/** Stands for all nested tables of an ASID (machine/tlb/tags.ts). */
const ASID_TAGGED = 1;

export class TdpProcessor {
  readonly #kvm: Kvm;
  readonly #earlyA: boolean;
  readonly #memory: HostTables;
  readonly #nested: NestedWalkRequest['nested'];
  readonly #requests = new Map<PagingMode, NestedWalkRequest>();
  readonly #log: ModificationBuffer | null;
  readonly #caches: WalkCaches | null;
  readonly #roots: Roots = { guest: 0, pdptes: 0, firstPointer: 0, nested: 0 };
  readonly #trace: WalkEvents;
  /** What the last walk came to. */
  readonly result: WalkResult = newWalkResult();

  /** @param earlyA whether A flags of upper entries are set before a fault below is met */
  constructor(kvm: Kvm, earlyA: boolean) {
    this.#kvm = kvm;
    this.#earlyA = earlyA;
    this.#memory = new HostTables(kvm.m);
    this.#trace = new WalkEvents(kvm.m, false);
    const { tdpLevels: levels, maxphyaddr } = kvm;
    this.#nested = kvm.amd
      ? nptFormat({ levels, maxphyaddr, gigabytePages: true, noExecute: true })
      : eptFormat({ ...eptRules(maxphyaddr, kvm.format.accessed !== 0), levels });
    this.#log = kvm.parameters.pml ? modificationBuffer(kvm) : null;
    this.#caches = walkCaches(kvm.m, vcpuPlace(kvm.m.words, 0), () => this.#trace.emit());
  }

  /** Walks for a linear address (plain pair); `result` has what it came to. Emits the walk. @param access PF bits @param ac RFLAGS.AC */
  walk(vcpu: Vcpu, hi: number, lo: number, access: number, ac: boolean): WalkResult {
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
      if (mode.levels > 0) rememberWalk(m, vcpu.regs, request, hi, lo, access, result);
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

  /** Reads a guest-physical address (plain pair) that no linear one led to: the page-directory pointers of a new CR3. */
  read(vcpu: Vcpu, hi: number, lo: number): WalkResult {
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
