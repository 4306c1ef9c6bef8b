/**
 * A walk in full, in one dimension or in two, from the guest's entry on that the walk in a straight line found not to be plain, or
 * could not ask about: page-directory pointers, large pages, A flags to be set above the leaf, and all that ends in a fault.
 */
import { leafFrame, PTE, type ReadEntry, readEntry } from './entry.ts';
import { entryKind, KIND } from './entry-format.ts';
import { EPT } from './ept.ts';
import { PF } from './fault.ts';
import { finalFault, tableFault } from './nested-fault.ts';
import { finalAccess, nestedRights } from './nested-rights.ts';
import { NOWHERE, translate, translation } from './nested-translation.ts';
import { frameOfAddress, levelShift, tableIndex } from './paging-mode.ts';
import { accessBits, accessIndex, entryRights, refusal, WITH_AC } from './permission.ts';
import type { TableCache } from './walk-caches.ts';
import {
  lookFor,
  type NestedWalkRequest,
  type Roots,
  type WalkRequest,
  type WalkResult,
} from './walk-request.ts';
import { addReference, DIMENSION, reference } from './walk-trace.ts';

/** Where a walk is: at the guest's entry of a level. */
export const position = {
  row: 0,
  /** Guest frame of the table. */
  table: 0,
  /** Host frame of the table; NOWHERE if it has not been looked for. */
  frame: NOWHERE,
  /** Flags that all nested entries on the way there have. */
  nested: 0,
  /** Rights gathered above (ACC). */
  rights: 0,
};

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
const entry: ReadEntry = { frame: 0, flags: 0 };

/** Puts the walk where the cache of the guest's tables lets it begin. */
function begin(cache: TableCache, hi: number, lo: number): void {
  if (!cache.find(hi, lo)) return;
  position.row = cache.level;
  position.table = cache.table;
  position.rights = cache.rights;
  position.frame = cache.host;
  position.nested = cache.hostRights;
}

/** Ends the walk that is at `position`. Parameters and result are those of `nestedWalk`. */
export function walkOn(
  request: WalkRequest,
  roots: Roots,
  hi: number,
  lo: number,
  access: number,
  result: WalkResult,
): boolean {
  const { mode, caches } = request;
  result.kind = 'ok';
  let gfn = position.table;
  if (position.row > 0) {
    if (caches) begin(caches.guest, hi, lo);
    if (!guestWalk(request, roots, hi, lo, access, result)) return false;
    const within = (1 << levelShift(mode, result.guestLevel)) - 1;
    gfn = leafFrame(mode, result.guestLevel, entry.frame) | (frameOfAddress(hi, lo) & within);
  }
  if (isNested(request)) {
    if (!finalTranslation(request, roots, gfn, lo, access, result)) return false;
  } else result.frame = gfn;
  if (caches && position.row > 0) keepTables(caches.guest, roots, result.guestLevel, hi, lo);
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

const isNested = (request: WalkRequest): request is NestedWalkRequest => request.nested !== null;

/** The data themselves, through the nested tables. */
function finalTranslation(
  request: NestedWalkRequest,
  roots: Roots,
  gfn: number,
  lo: number,
  access: number,
  result: WalkResult,
): boolean {
  const { nested } = request;
  lookFor(result, 0, gfn, lo & 0xfff);
  const need = nested.needs[finalAccess(access, result.rights)] as number;
  const frame = translate(request, roots.nested, gfn, 0, need, result);
  if (frame === NOWHERE) {
    if (translation.faulted) finalFault(nested, translation, access, result);
    return false;
  }
  result.frame = frame;
  result.nestedRights = nestedRights(nested, translation.all, result.rights);
  result.nestedFlags = translation.leaf;
  return true;
}

/** The guest's dimension, as far as its leaf, which is then in `entry`. False where it ends before. */
function guestWalk(
  request: WalkRequest,
  roots: Roots,
  hi: number,
  lo: number,
  access: number,
  result: WalkResult,
): boolean {
  const { mode, guest } = request;
  const asked = accessBits(mode, access);
  let { row: level, table, rights } = position;
  path.top = level;
  for (; ; level--) {
    // Page-directory pointers have no rights, and no flags to set; those in registers were checked when they were loaded.
    const pointer = mode.levels === 3 && level === 3;
    const held = pointer && roots.pdptes !== 0;
    const index = tableIndex(mode, level, hi, lo);
    if (held) {
      result.place = roots.pdptes + pairOffset(8, index);
      readEntry(request.memory.words, result.place, 8, 0, entry);
    } else {
      const at = pointer ? roots.firstPointer + index : index;
      if (!readGuestEntry(request, roots, level, table, at, result)) return false;
    }
    const kind =
      held && entry.flags & PTE.present ? KIND.table : entryKind(guest, level, entry.frame, entry.flags);
    if (kind === KIND.absent) return refuse(result, level, asked, 'not-present');
    if (kind === KIND.malformed) return refuse(result, level, PF.present | PF.reserved | asked, 'reserved');
    path.flags[level] = entry.flags;
    if (!pointer) rights &= entryRights(entry.flags);
    path.rights[level] = rights;
    if (kind === KIND.leaf) break;
    table = entry.frame;
    if (request.earlyA && !pointer && !setGuestFlags(request, level, PTE.accessed, result)) return false;
  }
  result.guestLevel = level;
  result.guestFlags = entry.flags;
  result.rights = rights;
  if (guest.allowed[accessIndex(rights, access)] === 0) return refuseAccess(request, level, access, result);
  return setAccessedAndDirty(request, level, (access & PF.write) !== 0, result);
}

/** Sets the guest's A flags, top down, and D of its leaf for a write. False if the nested tables do not allow it. */
function setAccessedAndDirty(
  request: WalkRequest,
  leaf: number,
  write: boolean,
  result: WalkResult,
): boolean {
  for (let level = request.mode.levels === 3 ? Math.min(path.top, 2) : path.top; level >= leaf; level--) {
    const wanted = PTE.accessed | (level === leaf && write ? PTE.dirty : 0);
    if (!setGuestFlags(request, level, wanted, result)) return false;
  }
  return true;
}

/** Finds the guest's entry of a level through the nested tables, and reads it. False if it cannot be reached. */
function readGuestEntry(
  request: WalkRequest,
  roots: Roots,
  level: number,
  table: number,
  index: number,
  result: WalkResult,
): boolean {
  const { memory, trace, guest } = request;
  lookFor(result, level, table, index * guest.entryBytes);
  if (!reachTable(request, roots, level, table, result)) return false;
  path.host[level] = position.frame;
  const start = memory.place(position.frame);
  position.frame = NOWHERE;
  entry.frame = 0;
  entry.flags = 0;
  result.nestedLevel = 0;
  if (start < 0) return true;
  const place = start + pairOffset(guest.entryBytes, index);
  readEntry(memory.words, place, guest.entryBytes, index & 1, entry);
  path.table[level] = table;
  path.index[level] = index;
  path.place[level] = place;
  path.nested[level] = position.nested;
  result.place = place;
  if (trace) {
    const what = reference(DIMENSION.guest, level, level, guest.entryBytes === 4 ? index : 0);
    trace.used = addReference(trace.records, trace.used, what, place, table);
  }
  return true;
}

/** Looks for the host frame of the guest's table, unless that has been done. False if there is none. */
function reachTable(
  request: WalkRequest,
  roots: Roots,
  level: number,
  table: number,
  result: WalkResult,
): boolean {
  if (position.frame !== NOWHERE) return true;
  if (!isNested(request)) {
    position.frame = table;
    return true;
  }
  const { nested } = request;
  position.frame = translate(request, roots.nested, table, level, nested.tableNeed, result);
  position.nested = translation.all;
  if (position.frame !== NOWHERE) return true;
  if (translation.faulted) tableFault(nested, translation, result);
  return false;
}

/** Words from a table's start to the pair that holds an entry. */
const pairOffset = (bytes: number, index: number): number => (bytes === 8 ? index * 2 : index & ~1);

/** Sets flags of the guest's entry of a level where they are missing. False if EPT (without A/D flags) forbids the write. */
function setGuestFlags(request: WalkRequest, level: number, wanted: number, result: WalkResult): boolean {
  const { memory, guest, nested } = request;
  const missing = wanted & ~(path.flags[level] as number);
  if (missing === 0) return true;
  const index = path.index[level] as number;
  const all = path.nested[level] as number;
  if (nested?.vendor === 'intel' && !(all & EPT.write)) {
    lookFor(result, level, path.table[level] as number, index * guest.entryBytes);
    result.nestedLevel = 0;
    tableFault(nested, { need: EPT.write, all, reason: PF.present }, result);
    return false;
  }
  request.trace?.beforeStore();
  path.flags[level] = (path.flags[level] as number) | missing;
  const place = path.place[level] as number;
  // Bits 11..0 of a pair's upper 4 bytes are bits 31..20 of its frame word.
  if (guest.entryBytes === 4 && index & 1)
    memory.set(place, (memory.words[place] as number) | (missing << 20));
  else memory.set(place + 1, (memory.words[place + 1] as number) | missing);
  return true;
}

/** The leaf is there, and the rights in `result` do not allow the access. */
export function refuseAccess(
  { mode }: WalkRequest,
  level: number,
  access: number,
  result: WalkResult,
): false {
  const refused = refusal(mode, result.rights, access, (access & WITH_AC) !== 0);
  return refuse(result, level, PF.present | accessBits(mode, access), refused);
}

function refuse(result: WalkResult, level: number, error: number, refused: WalkResult['refused']): false {
  result.kind = 'page-fault';
  result.row = level;
  result.nestedLevel = 0;
  result.error = error;
  result.refused = refused;
  return false;
}
