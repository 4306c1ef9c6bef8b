/**
 * A vCPU's TLB, in the machine's words: 16 sets of 4 ways, replaced in turn, 4 KiB pages (a piece of a larger page takes an
 * entry of its own). Flushing counts a generation up; nothing is swept. Intel SDM vol. 3 section 4.10; AMD APM vol. 2 section 5.5.
 *
 * An entry is four words: linear address (hi; lo with bit 0 for "valid"), frame, and rights:
 *
 *     31…8 generation | 4 global | 3 D was set | 2…0 rights (x 1, w 2, u 4)
 *
 * Not modelled yet: sizes as parameters, paging-structure caches, PCID.
 */
import { PF } from '#arch/fault.ts';
import type { PagingMode } from '#arch/paging-mode.ts';
import { refusal } from '#arch/permission.ts';
import { EVENT } from './events.ts';
import { record } from './record.ts';
import { VCPU } from './vcpu.ts';
import type { Machine } from './words.ts';

const SETS = 16;
const WAYS = 4;
const ENTRY = record(['hi', 'lo', 'frame', 'rights']);
const TLB = record(['generation', 'global_generation', `turns*${SETS}`, `entries*${SETS * WAYS * 4}`]);

const RIGHTS = 7;
const DIRTY = 8;
const GLOBAL = 16;
const GENERATION_SHIFT = 8;

/** Gives a vCPU a TLB. Without one every access walks. */
export function createTlb(m: Machine, vcpu: number): void {
  m.set(vcpu + VCPU.tlb, m.allocateArray(TLB.size));
}

const setOf = (lo: number): number => (lo >>> 12) & (SETS - 1);
const entryPlace = (tlb: number, set: number, way: number): number =>
  tlb + TLB.entries + (set * WAYS + way) * ENTRY.size;

function isLive(m: Machine, tlb: number, rights: number): boolean {
  const generation = m.get(rights & GLOBAL ? tlb + TLB.global_generation : tlb + TLB.generation);
  return rights >>> GENERATION_SHIFT === (generation & 0xffffff);
}

/** Place of the live entry for a linear address (plain pair), or 0. */
function find(m: Machine, tlb: number, hi: number, lo: number): number {
  for (let way = 0; way < WAYS; way++) {
    const entry = entryPlace(tlb, setOf(lo), way);
    const same = m.get(entry + ENTRY.lo) === ((lo & ~0xfff) | 1) && m.get(entry + ENTRY.hi) === hi;
    if (same && isLive(m, tlb, m.get(entry + ENTRY.rights))) return entry;
  }
  return 0;
}

/**
 * The frame that the TLB knows for an access that its rights allow; -1 where a walk is needed. Emits the hit.
 * @param access PF bits @param ac RFLAGS.AC
 */
export function tlbLookup(
  m: Machine,
  vcpu: number,
  mode: PagingMode,
  hi: number,
  lo: number,
  access: number,
  ac: boolean,
): number {
  const tlb = m.get(vcpu + VCPU.tlb);
  if (tlb === 0) return -1;
  const entry = find(m, tlb, hi, lo);
  if (entry === 0) return -1;
  const rights = m.get(entry + ENTRY.rights);
  if (access & PF.write && !(rights & DIRTY)) return -1;
  if (refusal(mode, rights & RIGHTS, access, ac)) return -1;
  const frame = m.get(entry + ENTRY.frame);
  m.log.emit(EVENT.tlbHit, hi, lo, frame);
  return frame;
}

/** What a walk found, to be remembered. */
export interface Translation {
  readonly frame: number;
  /** ACC bits. */
  readonly rights: number;
  readonly dirty: boolean;
  readonly global: boolean;
}

/** Remembers a translation; the entry it had before, or the next in turn, gives way. */
export function tlbFill(m: Machine, vcpu: number, hi: number, lo: number, found: Translation): void {
  const tlb = m.get(vcpu + VCPU.tlb);
  if (tlb === 0) return;
  const set = setOf(lo);
  let entry = find(m, tlb, hi, lo);
  if (entry === 0) {
    const turn = m.get(tlb + TLB.turns + set);
    entry = entryPlace(tlb, set, turn);
    m.set(tlb + TLB.turns + set, (turn + 1) % WAYS);
  }
  const generation = m.get(found.global ? tlb + TLB.global_generation : tlb + TLB.generation);
  const flags = (found.dirty ? DIRTY : 0) | (found.global ? GLOBAL : 0);
  m.set(entry + ENTRY.hi, hi);
  m.set(entry + ENTRY.lo, (lo & ~0xfff) | 1);
  m.set(entry + ENTRY.frame, found.frame);
  m.set(entry + ENTRY.rights, found.rights | flags | (generation << GENERATION_SHIFT));
}

/** Forgets one address, global or not. */
export function tlbFlushAddress(m: Machine, vcpu: number, hi: number, lo: number): void {
  const tlb = m.get(vcpu + VCPU.tlb);
  if (tlb === 0) return;
  for (let entry = find(m, tlb, hi, lo); entry !== 0; entry = find(m, tlb, hi, lo))
    m.set(entry + ENTRY.lo, 0);
  m.log.emit(EVENT.tlbFlush, m.log.note('one address'));
}

/** Forgets everything; without `globals`, everything but global pages. */
export function tlbFlushAll(m: Machine, vcpu: number, globals: boolean): void {
  const tlb = m.get(vcpu + VCPU.tlb);
  if (tlb === 0) return;
  m.set(tlb + TLB.generation, m.get(tlb + TLB.generation) + 1);
  if (globals) m.set(tlb + TLB.global_generation, m.get(tlb + TLB.global_generation) + 1);
  m.log.emit(EVENT.tlbFlush, m.log.note(globals ? 'everything' : 'everything but global pages'));
}
