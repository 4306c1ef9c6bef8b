/**
 * The processor's page walk in two dimensions: from a linear address of a guest to a host frame, or to a fault.
 *
 * The guest's tables lie in guest-physical memory, so each of their entries is found by a walk of the nested tables (NPT or EPT),
 * and so is the page in the end. With n guest levels and m nested levels that makes n(m+1)+m references:
 *
 *     row 4   n4 n3 n2 n1 │ g4      nested entries n, then the guest's entry g of that level
 *     row 3   n4 n3 n2 n1 │ g3
 *     row 2   n4 n3 n2 n1 │ g2
 *     row 1   n4 n3 n2 n1 │ g1
 *     row 0   n4 n3 n2 n1 │ the page
 *
 * Each nested translation is checked and its A and D flags are set before what it leads to is used. An access to the guest's
 * tables counts as a write (NPT; EPT with A/D flags), or as a read, where setting a flag in a guest's entry needs the right
 * to write besides (EPT without). The guest's flags are set when all of the guest's checks have passed, from the top level
 * down and before the final translation, which may still fail. With `earlyA` the A flags of upper entries, the guest's and
 * the nested ones, are set as they are passed.
 * Intel SDM vol. 3 sections 4.3 to 4.8 and 29.3; AMD APM vol. 2 sections 5.2 to 5.6 and 15.25.
 */
import { leafFrame, PTE } from './entry.ts';
import { isMalformed, KIND } from './entry-format.ts';
import { EPT } from './ept.ts';
import { PF } from './fault.ts';
import { finalFault, readFault, tableFault } from './nested-fault.ts';
import {
  DIMENSION,
  lookFor,
  type NestedWalkRequest,
  type NestedWalkResult,
  type Roots,
} from './nested-request.ts';
import { finalNeed, nestedRights, tableNeed } from './nested-rights.ts';
import { NOWHERE, translate, translation } from './nested-translation.ts';
import { levelShift, tableIndex } from './paging-mode.ts';
import { ACC, accessBits, refusal } from './permission.ts';
import { entryRights, frameOfAddress } from './walk.ts';
import type { TableCache } from './walk-caches.ts';
import { flagsWord, frameWord, hiWord, loWord } from './word64.ts';

/** log2 of the frames that paging off maps as one. */
const ALL_FRAMES = 20;

/**
 * Walks for a linear address (plain pair; canonical). True if the access is allowed; `result` says more either way.
 * @param access PF.write, PF.user, PF.fetch
 * @param ac RFLAGS.AC
 */
export function nestedWalk(
  request: NestedWalkRequest,
  roots: Roots,
  hi: number,
  lo: number,
  access: number,
  ac: boolean,
  result: NestedWalkResult,
): boolean {
  const { mode, nested } = request;
  result.kind = 'ok';
  result.guestLevel = 0;
  result.guestFlags = 0;
  result.rights = ACC.all;
  let gfn = lo >>> 12;
  if (mode.levels > 0) {
    if (!guestWalk(request, roots, hi, lo, access, ac, result)) return false;
    const within = (1 << levelShift(mode, result.guestLevel)) - 1;
    gfn = leafFrame(mode, result.guestLevel, entryFrame) | (frameOfAddress(hi, lo) & within);
  }
  lookFor(result, 0, gfn, lo & 0xfff);
  const frame = translate(request, roots.nested, gfn, finalNeed(nested, access, result.rights), result);
  if (frame === NOWHERE) {
    if (translation.faulted) finalFault(nested, translation, access, result);
    return false;
  }
  result.frame = frame;
  result.nestedRights = nestedRights(nested, translation.all, result.rights);
  const guestShift = mode.levels > 0 ? levelShift(mode, result.guestLevel) : ALL_FRAMES;
  result.shift = Math.min(guestShift, (result.nestedLevel - 1) * 9);
  const guestDirty = mode.levels === 0 || (result.guestFlags & PTE.dirty) !== 0;
  if (request.caches && mode.levels > 0) keepTables(request.caches.guest, roots, result.guestLevel, hi, lo);
  result.dirty = (access & PF.write) !== 0 || (guestDirty && (nested.dirty & ~translation.leaf) === 0);
  return true;
}

/**
 * Translates one guest-physical address (plain pair) by itself, for a read that no linear address led to: the page-directory
 * pointers that a write of CR3 loads (Intel). True if allowed. A violation's qualification has neither bit 7 nor bit 8.
 */
export function nestedRead(
  request: NestedWalkRequest,
  roots: Roots,
  hi: number,
  lo: number,
  result: NestedWalkResult,
): boolean {
  const { nested } = request;
  const gfn = frameOfAddress(hi, lo);
  result.kind = 'ok';
  lookFor(result, 0, gfn, lo & 0xfff);
  const need = nested.vendor === 'amd' ? PTE.user : EPT.read;
  result.frame = translate(request, roots.nested, gfn, need, result);
  if (translation.faulted) readFault(nested, translation, result);
  return result.frame !== NOWHERE;
}

/** The path of the current walk, by the guest's level: where the entry is, what it says, and the nested flags on the way to it. */
const path = {
  table: new Int32Array(6),
  index: new Int32Array(6),
  place: new Int32Array(6),
  flags: new Int32Array(6),
  nested: new Int32Array(6),
  /** The guest's rights down to it, and the host frame that its table lies in. */
  rights: new Int32Array(6),
  host: new Int32Array(6),
  /** The first level that was read. */
  top: 0,
};

/** The guest's entry read last. */
let entryFrame = 0;
let entryFlags = 0;

/** The guest's dimension, as far as its leaf, which is then in entryFrame and entryFlags. False where it ends before. */
function guestWalk(
  request: NestedWalkRequest,
  roots: Roots,
  hi: number,
  lo: number,
  access: number,
  ac: boolean,
  result: NestedWalkResult,
): boolean {
  const { mode, guest, caches } = request;
  const asked = accessBits(mode, access);
  let rights: number = ACC.all;
  let table = roots.guest;
  let level: number = mode.levels;
  let host = NOWHERE;
  if (caches?.guest.find(hi, lo)) {
    ({ table, rights, level, host } = caches.guest);
    translation.all = caches.guest.hostRights;
  }
  path.top = level;
  for (; ; level--) {
    // Page-directory pointers have no rights, and no flags to set; those in registers were checked when they were loaded.
    const pointer = mode.levels === 3 && level === 3;
    const held = pointer && roots.pdptes !== 0;
    const index = tableIndex(mode, level, hi, lo);
    if (held) readEntry(request.memory.words, roots.pdptes, 8, index);
    else {
      const at = pointer ? roots.firstPointer + index : index;
      if (!readGuestEntry(request, roots, level, table, at, host, result)) return false;
      host = NOWHERE;
    }
    const kind = guest.kinds[(level << 12) | (entryFlags & 0xfff)] as number;
    if (kind === KIND.absent) return refuse(result, level, asked, 'not-present');
    if (!held && isMalformed(guest, level, kind, entryFrame, entryFlags))
      return refuse(result, level, PF.present | PF.reserved | asked, 'reserved');
    path.flags[level] = entryFlags;
    if (!pointer) rights &= entryRights(entryFlags);
    path.rights[level] = rights;
    if (kind === KIND.leaf) break;
    table = entryFrame;
    if (request.earlyA && !pointer && !setGuestFlags(request, level, PTE.accessed, result)) return false;
  }
  result.guestLevel = level;
  result.guestFlags = entryFlags;
  result.rights = rights;
  const refused = refusal(mode, rights, access, ac);
  if (refused) return refuse(result, level, PF.present | asked, refused);
  return setAccessedAndDirty(request, level, (access & PF.write) !== 0, result);
}

/** Sets the guest's A flags, top down, and D of its leaf for a write. False if the nested tables do not allow it. */
function setAccessedAndDirty(
  request: NestedWalkRequest,
  leaf: number,
  write: boolean,
  result: NestedWalkResult,
): boolean {
  const { mode } = request;
  for (let level = mode.levels === 3 ? Math.min(path.top, 2) : path.top; level >= leaf; level--) {
    const wanted = PTE.accessed | (level === leaf && write ? PTE.dirty : 0);
    if (!setGuestFlags(request, level, wanted, result)) return false;
  }
  return true;
}

/** Tells the cache of the guest's tables that were passed; pointers in registers need none. */
function keepTables(cache: TableCache, roots: Roots, leaf: number, hi: number, lo: number): void {
  for (let level = roots.pdptes === 0 ? path.top : Math.min(path.top, 2); level > leaf; level--) {
    const below = level - 1;
    cache.keep(
      hi,
      lo,
      below,
      path.table[below] as number,
      path.rights[level] as number,
      path.host[below] as number,
      path.nested[below] as number,
    );
  }
}

/**
 * Finds the guest's entry of a level through the nested tables, and reads it. False if it cannot be reached.
 * @param known host frame of its table, with its rights in `translation`; NOWHERE where it must be looked for
 */
function readGuestEntry(
  request: NestedWalkRequest,
  roots: Roots,
  level: number,
  table: number,
  index: number,
  known: number,
  result: NestedWalkResult,
): boolean {
  const { memory, nested, listener, guest } = request;
  lookFor(result, level, table, index * guest.entryBytes);
  const frame =
    known === NOWHERE ? translate(request, roots.nested, table, tableNeed(nested), result) : known;
  if (frame === NOWHERE) {
    if (translation.faulted) tableFault(nested, translation, result);
    return false;
  }
  const start = memory.place(frame);
  readEntry(memory.words, start, guest.entryBytes, index);
  const place = start === 0 ? 0 : start + pairOffset(guest.entryBytes, index);
  path.table[level] = table;
  path.index[level] = index;
  path.place[level] = place;
  path.nested[level] = translation.all;
  path.host[level] = frame;
  result.nestedLevel = 0;
  result.place = place;
  if (listener) listener(DIMENSION.guest, level, level, index, place);
  return true;
}

/** Words from a table's start to the pair that holds an entry. */
const pairOffset = (bytes: number, index: number): number => (bytes === 8 ? index * 2 : index & ~1);

/** Reads an entry of the table that starts at a place; where nothing was ever stored (place 0) entries are 0. */
function readEntry(words: Int32Array, start: number, bytes: number, index: number): void {
  const place = start + pairOffset(bytes, index);
  entryFrame = start === 0 ? 0 : (words[place] as number);
  entryFlags = start === 0 ? 0 : (words[place + 1] as number);
  if (bytes === 8) return;
  const value = index & 1 ? hiWord(entryFrame, entryFlags) : loWord(entryFrame, entryFlags);
  entryFrame = frameWord(0, value);
  entryFlags = flagsWord(0, value);
}

/** Sets flags of the guest's entry of a level where they are missing. False if EPT (without A/D flags) forbids the write. */
function setGuestFlags(
  request: NestedWalkRequest,
  level: number,
  wanted: number,
  result: NestedWalkResult,
): boolean {
  const { memory, guest, nested } = request;
  const missing = wanted & ~(path.flags[level] as number);
  if (missing === 0) return true;
  const index = path.index[level] as number;
  const all = path.nested[level] as number;
  if (nested.vendor === 'intel' && !(all & EPT.write)) {
    lookFor(result, level, path.table[level] as number, index * guest.entryBytes);
    tableFault(nested, { need: EPT.write, all, reason: PF.present }, result);
    return false;
  }
  path.flags[level] = (path.flags[level] as number) | missing;
  const place = path.place[level] as number;
  // Bits 11..0 of a pair's upper 4 bytes are bits 31..20 of its frame word.
  if (guest.entryBytes === 4 && index & 1)
    memory.set(place, (memory.words[place] as number) | (missing << 20));
  else memory.set(place + 1, (memory.words[place + 1] as number) | missing);
  return true;
}

function refuse(
  result: NestedWalkResult,
  level: number,
  error: number,
  refused: NestedWalkResult['refused'],
): false {
  result.kind = 'page-fault';
  result.row = level;
  result.nestedLevel = 0;
  result.error = error;
  result.refused = refused;
  return false;
}
