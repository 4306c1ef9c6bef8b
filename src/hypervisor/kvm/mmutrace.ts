/**
 * KVM's tracepoints (Linux 6.1: mmu/mmutrace.h, trace.h) as events, one function each, and the silent changes beside them.
 * What a field is, the event table says.
 */
import { hiOfNumber, loOfNumber } from '#arch/word64.ts';
import { is_executable_pte } from '#hypervisor/kvm/mmu/spte.ts';
import { EVENT, type Note, TABLE_CREATED } from '#machine/events.ts';
import type { Machine } from '#machine/words.ts';
import { type Kvm, SP, sptep_to_sp, type Vcpu } from './structs.ts';

function page(m: Machine, kind: number, sp: number, created: boolean): void {
  const counts =
    (m.get(sp + SP.root_count) & 0xffff) | (m.get(sp + SP.unsync) << 16) | (created ? TABLE_CREATED : 0);
  m.log.emit(
    kind,
    m.get(sp + SP.serial),
    m.get(sp + SP.gfn),
    m.get(sp + SP.role),
    counts,
    m.get(sp + SP.spt),
  );
}

/** Serial number of the table that an entry lies in; -1 for a root that is no shadow page. */
function tableOf(m: Machine, sptep: number): number {
  const sp = sptep_to_sp(m, sptep);
  return sp === 0 ? -1 : m.get(sp + SP.serial);
}

export const trace_kvm_mmu_get_page = (kvm: Kvm, sp: number, created: boolean): void =>
  page(kvm.m, EVENT.kvm_mmu_get_page, sp, created);
export const trace_kvm_mmu_sync_page = (kvm: Kvm, sp: number): void =>
  page(kvm.m, EVENT.kvm_mmu_sync_page, sp, false);
export const trace_kvm_mmu_unsync_page = (kvm: Kvm, sp: number): void =>
  page(kvm.m, EVENT.kvm_mmu_unsync_page, sp, false);
export const trace_kvm_mmu_prepare_zap_page = (kvm: Kvm, sp: number): void =>
  page(kvm.m, EVENT.kvm_mmu_prepare_zap_page, sp, false);

/** The code is a plain pair. */
export function trace_kvm_page_fault(
  vcpu: Vcpu,
  addrHi: number,
  addrLo: number,
  codeHi: number,
  codeLo: number,
): void {
  vcpu.log.emit(EVENT.kvm_page_fault, vcpu.id, addrHi, addrLo, codeHi, codeLo);
}

export const trace_kvm_mmu_pagetable_walk = (
  m: Machine,
  addrHi: number,
  addrLo: number,
  pferr: number,
  byEmulator: boolean,
): void => m.log.emit(EVENT.kvm_mmu_pagetable_walk, addrHi, addrLo, pferr, byEmulator ? 1 : 0);

/** @param gfn @param offset where the entry was read; bytes */
export const trace_kvm_mmu_paging_element = (
  m: Machine,
  frame: number,
  flags: number,
  level: number,
  gfn: number,
  offset: number,
): void => m.log.emit(EVENT.kvm_mmu_paging_element, frame, flags, level, gfn >>> 20, (gfn << 12) | offset);

export const trace_kvm_mmu_set_accessed_bit = (m: Machine, gfn: number, offset: number): void =>
  m.log.emit(EVENT.kvm_mmu_set_accessed_bit, gfn >>> 20, (gfn << 12) | offset);

export const trace_kvm_mmu_set_dirty_bit = (m: Machine, gfn: number, offset: number): void =>
  m.log.emit(EVENT.kvm_mmu_set_dirty_bit, gfn >>> 20, (gfn << 12) | offset);

export const trace_kvm_mmu_walker_error = (m: Machine, pferr: number): void =>
  m.log.emit(EVENT.kvm_mmu_walker_error, pferr);

/** @param error -1: the exception has no error code */
export const trace_kvm_inj_exception = (
  m: Machine,
  vector: number,
  error: number,
  reinjected: boolean,
): void => m.log.emit(EVENT.kvm_inj_exception, vector, error, reinjected ? 1 : 0);

export const trace_kvm_mmu_spte_requested = (m: Machine, gfn: number, pfn: number, level: number): void =>
  m.log.emit(EVENT.kvm_mmu_spte_requested, gfn, pfn, level);

export function trace_kvm_mmu_set_spte({ m, format }: Kvm, level: number, gfn: number, sptep: number): void {
  const frame = m.get(sptep);
  const flags = m.get(sptep + 1);
  const rwxu =
    format.present |
    (flags & 1) |
    (flags & 2) |
    (is_executable_pte(format, flags) ? 4 : 0) |
    (flags & format.user ? 8 : 0);
  m.log.emit(EVENT.kvm_mmu_set_spte, gfn, frame, flags, rwxu | (level << 8), tableOf(m, sptep), sptep);
}

export const trace_mark_mmio_spte = (
  m: Machine,
  sptep: number,
  gfn: number,
  access: number,
  gen: number,
): void => m.log.emit(EVENT.mark_mmio_spte, gfn, access, gen, tableOf(m, sptep), sptep);

export const trace_kvm_mmu_zap_all_fast = (m: Machine, usedPages: number): void =>
  m.log.emit(EVENT.kvm_mmu_zap_all_fast, usedPages);

/** @param error error-code bits of the fault */
export function trace_fast_page_fault(
  vcpu: Vcpu,
  addrHi: number,
  addrLo: number,
  error: number,
  old: readonly [number, number],
  now: readonly [number, number],
  spurious: boolean,
  fixed: boolean,
): void {
  const meta = error | (vcpu.id << 16) | (spurious ? 1 << 24 : 0) | (fixed ? 1 << 25 : 0);
  vcpu.kvm.m.log.emit(EVENT.fast_page_fault, addrHi, addrLo, meta, old[0], old[1], now[0], now[1]);
}

/** An entry of the TDP MMU changed: swizzled pairs, old and new. */
export const trace_kvm_tdp_mmu_spte_changed = (
  m: Machine,
  change: {
    readonly sptep: number;
    readonly gfn: number;
    readonly level: number;
    readonly oldFrame: number;
    readonly oldFlags: number;
    readonly frame: number;
    readonly flags: number;
  },
): void =>
  m.log.emit(
    EVENT.kvm_tdp_mmu_spte_changed,
    change.level << 8,
    change.gfn,
    change.oldFrame,
    change.oldFlags,
    change.frame,
    change.flags,
    change.sptep,
  );

/** A large entry was split: what it was, as a swizzled pair. */
export const trace_kvm_mmu_split_huge_page = (
  m: Machine,
  gfn: number,
  frame: number,
  flags: number,
  level: number,
): void => m.log.emit(EVENT.kvm_mmu_split_huge_page, gfn, frame, flags, level, 0);

export const traceMemoryWrite = (m: Machine, gpa: number, width: number, hi: number, lo: number): void =>
  m.log.emit(EVENT.memory, hiOfNumber(gpa), loOfNumber(gpa), width, hi, lo);

export const traceLink = (m: Machine, sptep: number, sp: number): void =>
  m.log.emit(EVENT.link, tableOf(m, sptep), sptep, m.get(sp + SP.serial), m.get(sp + SP.spt));

export const traceUnlink = (m: Machine, sp: number, sptep: number): void =>
  m.log.emit(EVENT.unlink, m.get(sp + SP.serial), tableOf(m, sptep), sptep);

/** A leaf entry changed without a tracepoint of KVM's own. */
export const traceSpteUpdate = (
  m: Machine,
  sptep: number,
  oldFrame: number,
  oldFlags: number,
  why: Note,
): void =>
  m.log.emit(
    EVENT.spte,
    tableOf(m, sptep),
    sptep,
    oldFrame,
    oldFlags,
    m.get(sptep),
    m.get(sptep + 1),
    m.log.note(why),
  );

export const traceRmapAdd = (m: Machine, gfn: number, sptep: number): void =>
  m.log.emit(EVENT.rmapAdd, gfn, tableOf(m, sptep), sptep);
export const traceRmapRemove = (m: Machine, gfn: number, sptep: number): void =>
  m.log.emit(EVENT.rmapRemove, gfn, tableOf(m, sptep), sptep);
export const traceTableFree = (m: Machine, sp: number): void =>
  m.log.emit(EVENT.tableFree, m.get(sp + SP.serial));
/** How often a page is a root now; of the TDP MMU's, how many references it has. */
export const traceRootCount = (m: Machine, sp: number): void =>
  m.log.emit(
    EVENT.roots,
    m.get(sp + SP.serial),
    m.get(sp + (m.get(sp + SP.tdp_mmu_page) ? SP.tdp_mmu_root_count : SP.root_count)),
  );
