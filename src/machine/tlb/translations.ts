/**
 * Translations of linear addresses: where a page lies, with the rights of the whole path to it. With nested tables they are what the
 * manuals call combined mappings. Intel SDM vol. 3 sections 4.10.2 and 29.4.1; AMD APM vol. 2 section 5.5.
 *
 * An entry has its key (the page's linear address) and stamps (store.ts), then two words: the page's first frame, and
 *
 *     20…16 log2 of the page's frames | 12…8 the same of the guest's page | 7 global | 6 D was set | 5…3 nested rights | 2…0 rights
 *
 * Rights are ACC bits; nested ones have the right to read as ACC.user. A page that is larger in the guest's tables than in the nested ones
 * is kept in pieces; so is every large page where the scenario gives no entries for those.
 */
import { PF } from '#arch/fault.ts';
import { frameOfAddress, type PagingMode } from '#arch/paging-mode.ts';
import { ACC, refusal } from '#arch/permission.ts';
import { EVENT } from '#machine/events.ts';
import { VCPU } from '#machine/vcpu.ts';
import type { Machine } from '#machine/words.ts';
import { TLB, tlbOf } from './record.ts';
import { ENTRY, emptied, findEntry, heldEntries, type Key, takeEntry } from './store.ts';
import { linearStampInUse, selectPcid } from './tags.ts';

const FRAME = ENTRY.size;
const INFO = FRAME + 1;

const RIGHTS = 7;
const NESTED_SHIFT = 3;
const DIRTY = 1 << 6;
const GLOBAL = 1 << 7;
const GUEST_SIZE_SHIFT = 8;
const SIZE_SHIFT = 16;
const SIZE_MASK = 31;

/** What a walk found, to be remembered. */
export interface Translation {
  /** Frame of the 4 KiB page that the address lies in. */
  readonly frame: number;
  /** What the walked tables grant, and what nested tables do (ACC; all, where there are none). */
  readonly rights: number;
  readonly nestedRights: number;
  /** D is set wherever it is kept, so that a write needs no walk. */
  readonly dirty: boolean;
  readonly global: boolean;
  /** log2 of the 4 KiB frames of the page: in the guest's tables, and as all tables map it in one. */
  readonly guestShift: number;
  readonly shift: number;
}

const key: Key = { hi: 0, lo: 0, linear: 0, orLinear: 0, nested: 0 };

/** The key of the page of so many frames (log2) that an address lies in, under the stamps in use. */
function keyOf(m: Machine, tlb: number, hi: number, lo: number, shift: number): Key {
  key.hi = hi;
  key.lo = lo & (-4096 << shift);
  key.linear = m.get(tlb + TLB.linear);
  key.orLinear = m.get(tlb + TLB.globals);
  key.nested = m.get(tlb + TLB.nested);
  return key;
}

const sizeOf = (info: number): number => (info >>> SIZE_SHIFT) & SIZE_MASK;
const guestSizeOf = (info: number): number => (info >>> GUEST_SIZE_SHIFT) & SIZE_MASK;

/** Whether two addresses lie in the same page of so many frames (log2). */
const isSamePage = (shift: number, hi: number, lo: number, otherHi: number, otherLo: number): boolean =>
  hi === otherHi && ((lo ^ otherLo) & (-4096 << shift)) === 0;

/** Place of the entry for a linear address; 0 if nothing in use has it. */
function find(m: Machine, tlb: number, hi: number, lo: number): number {
  const entry = findEntry(m, m.get(tlb + TLB.small), lo >>> 12, keyOf(m, tlb, hi, lo, 0));
  if (entry !== 0) return entry;
  const { linear, orLinear, nested } = key;
  for (const large of heldEntries(m.words, m.get(tlb + TLB.large))) {
    const stamp = m.get(large + ENTRY.linear);
    if ((stamp !== linear && stamp !== orLinear) || m.get(large + ENTRY.nested) !== nested) continue;
    if (isSamePage(sizeOf(m.get(large + INFO)), m.get(large + ENTRY.hi), m.get(large + ENTRY.lo), hi, lo))
      return large;
  }
  return 0;
}

/** Whether what an entry says of a page allows an access. A write that D is yet to be set for needs a walk. */
function allows(mode: PagingMode, info: number, access: number, ac: boolean): boolean {
  if (access & PF.write && !(info & DIRTY)) return false;
  const nested = access & PF.write ? ACC.write : access & PF.fetch ? ACC.exec : ACC.user;
  return (nested & (info >>> NESTED_SHIFT)) !== 0 && refusal(mode, info & RIGHTS, access, ac) === null;
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
  const tlb = tlbOf(m, vcpu);
  if (tlb === 0) return -1;
  selectPcid(m, vcpu, tlb);
  const entry = find(m, tlb, hi, lo);
  if (entry === 0) return -1;
  const info = m.get(entry + INFO);
  if (!allows(mode, info, access, ac)) return -1;
  const within = (1 << sizeOf(info)) - 1;
  const frame = m.get(entry + FRAME) | (frameOfAddress(hi, lo) & within);
  m.log.emit(EVENT.tlbHit, hi, lo, frame);
  return frame;
}

/** Remembers a translation of a linear address. */
export function tlbFill(m: Machine, vcpu: number, hi: number, lo: number, found: Translation): void {
  const tlb = tlbOf(m, vcpu);
  if (tlb === 0) return;
  selectPcid(m, vcpu, tlb);
  const shift = m.get(tlb + TLB.large) === 0 ? 0 : found.shift;
  const store = m.get(tlb + (shift === 0 ? TLB.small : TLB.large));
  keyOf(m, tlb, hi, lo, shift);
  const entry = takeEntry(m, store, lo >>> 12, key, found.global ? key.orLinear : key.linear);
  m.set(entry + FRAME, found.frame & -(1 << shift));
  m.set(
    entry + INFO,
    found.rights |
      (found.nestedRights << NESTED_SHIFT) |
      (found.dirty ? DIRTY : 0) |
      (found.global ? GLOBAL : 0) |
      (found.guestShift << GUEST_SIZE_SHIFT) |
      (shift << SIZE_SHIFT),
  );
  if (shift === 0 && found.guestShift > 0) m.set(tlb + TLB.pieces, 1);
}

/** Whether an entry, by its stamp of linear addresses, is meant. */
export type Meant = (linear: number) => boolean;

/**
 * Forgets what is known of the page that an address lies in, all its pieces too, in the contexts that are meant. Returns whether there
 * was anything.
 */
export function forgetPage(m: Machine, tlb: number, hi: number, lo: number, isMeant: Meant): boolean {
  const hasPieces = m.get(tlb + TLB.pieces) !== 0;
  let found = false;
  const look = (entries: Iterable<number>): void => {
    for (const entry of entries) {
      const size = guestSizeOf(m.get(entry + INFO));
      if (!isSamePage(size, m.get(entry + ENTRY.hi), m.get(entry + ENTRY.lo), hi, lo)) continue;
      if (!isMeant(m.get(entry + ENTRY.linear))) continue;
      emptied(m, entry);
      found = true;
    }
  };
  look(heldEntries(m.words, m.get(tlb + TLB.small), hasPieces ? undefined : lo >>> 12));
  look(heldEntries(m.words, m.get(tlb + TLB.large)));
  return found;
}

/** A live translation, for who looks at a TLB from outside. */
export interface KnownTranslation extends Translation {
  readonly hi: number;
  readonly lo: number;
}

/** The translations that a vCPU may use with its PCID and nested tables, read from words alone. */
export function knownTranslations(words: Int32Array, vcpu: number): KnownTranslation[] {
  const word = (place: number): number => words[place] as number;
  const tlb = word(vcpu + VCPU.tlb);
  const inUse = [linearStampInUse(words, vcpu), word(tlb + TLB.globals)];
  return [TLB.small, TLB.large]
    .flatMap((field) => [...heldEntries(words, word(tlb + field))])
    .filter((entry) => inUse.includes(word(entry + ENTRY.linear)))
    .filter((entry) => word(entry + ENTRY.nested) === word(tlb + TLB.nested))
    .map((entry) => {
      const info = word(entry + INFO);
      return {
        hi: word(entry + ENTRY.hi),
        lo: word(entry + ENTRY.lo) & ~1,
        frame: word(entry + FRAME),
        rights: info & RIGHTS,
        nestedRights: (info >>> NESTED_SHIFT) & RIGHTS,
        dirty: (info & DIRTY) !== 0,
        global: (info & GLOBAL) !== 0,
        guestShift: guestSizeOf(info),
        shift: sizeOf(info),
      };
    });
}
