/**
 * The processor's page walk in one dimension: from a linear address to a frame of the memory that the tables lie in, or to a fault.
 *
 * A and D are set after all checks have passed, from the top level down; with `earlyA` the A flags of upper entries are set as
 * they are passed, which the manuals allow too.
 *
 * Nearly every entry is plain (entry-format.ts). Where nobody asks for references, a walk over plain entries has a straight line
 * for each paging mode; the functions on it are few and short, so that the compiler makes one of them. All else is looked at in
 * full, by `walkOn`.
 * Intel SDM vol. 3 sections 4.3 to 4.8; AMD APM vol. 2 sections 5.2 to 5.6.
 */
import { narrowEntry, PTE } from './entry.ts';
import type { PagingFormat } from './entry-format.ts';
import { PF } from './fault.ts';
import { NOWHERE } from './nested-translation.ts';
import { ACC, accessIndex } from './permission.ts';
import { position, refuseAccess, walkOn } from './walk-on.ts';
import type { Roots, WalkRequest, WalkResult } from './walk-request.ts';
import { addReference, DIMENSION, reference, type WalkTrace } from './walk-trace.ts';

/**
 * Walks for a linear address (plain pair; canonical). True if the access is allowed; `result` says more either way.
 * @param access PF.write, PF.user, PF.fetch, WITH_AC (permission.ts)
 */
export type LinearWalk = (
  request: WalkRequest,
  roots: Roots,
  hi: number,
  lo: number,
  access: number,
  result: WalkResult,
) => boolean;

/**
 * The fastest walk for a request. Paging must be on.
 * @param dense tables lie where their frames' numbers say: frame f at place f << 10
 */
export function linearWalkOf({ mode, trace, caches }: WalkRequest, dense: boolean): LinearWalk {
  if (caches !== null) return walkInFull;
  if (trace !== null || !dense) return mode.entryBytes === 8 ? walkInSight : walkInFull;
  if (mode.levels === 4) return walk4;
  if (mode.levels === 5) return walk5;
  return mode.levels === 3 ? walkPae : walk32;
}

/** The walk from the top, without any haste. */
export const walkInFull: LinearWalk = (request, roots, hi, lo, access, result) => {
  position.row = request.guest.levels;
  position.table = roots.guest;
  position.frame = NOWHERE;
  position.rights = ACC.all;
  return walkOn(request, roots, hi, lo, access, result);
};

/** The walk over plain entries of 8 bytes of which each reference is recorded, wherever tables lie. */
const walkInSight: LinearWalk = (request, roots, hi, lo, access, result) => {
  const { guest, memory, trace } = request;
  const { words } = memory;
  const { mask, flags: plain, frame: clear } = guest.plainTable;
  let level = guest.levels;
  let table = roots.guest;
  let all = -1;
  if (level === 3 && roots.pdptes !== 0) {
    const pointer = roots.pdptes + ((lo >>> 30) << 1);
    if ((words[pointer + 1] as number) & PTE.present) {
      table = words[pointer] as number;
      level = 2;
    }
  }
  while (level !== 3 || guest.levels !== 3) {
    const start = memory.place(table);
    if (start < 0) break;
    const place = start + indexOffset(level, hi, lo);
    const flags = words[place + 1] as number;
    const frame = words[place] as number;
    if (level === 1) {
      if (!isPlainLeaf(guest, frame, flags)) break;
      found(frame, flags, all & flags, result);
      const missing = (PTE.accessed | ((access & PF.write) << 5)) & ~flags;
      if (missing !== 0 || guest.allowed[accessIndex(result.rights, access)] === 0) break;
      if (trace !== null) record(trace, 1, place, table);
      return true;
    }
    if ((flags & mask) !== plain || (frame & clear) !== 0) break;
    if (trace !== null) record(trace, level, place, table);
    all &= flags;
    table = frame;
    level = (level - 1) | 0;
  }
  position.row = level;
  position.table = table;
  position.frame = NOWHERE;
  position.rights = (all & (PTE.write | PTE.user)) | ACC.exec;
  return walkOn(request, roots, hi, lo, access, result);
};

const isPlainLeaf = ({ plainLeaf }: PagingFormat, frame: number, flags: number): boolean =>
  (flags & plainLeaf.mask) === plainLeaf.flags && (frame & plainLeaf.frame) === 0;

/** Words from a table's start to the entry of 8 bytes for an address. */
const indexOffset = (level: number, hi: number, lo: number): number =>
  (level > 2 ? ((hi << 3) | (lo >>> 29)) >>> (level * 9 - 27) : (lo >>> 11) >>> (level * 9 - 9)) & 0x3fe;

function record(trace: WalkTrace, level: number, place: number, table: number): void {
  trace.used = addReference(
    trace.records,
    trace.used,
    reference(DIMENSION.guest, level, level),
    place,
    table,
  );
}

/** Flags that all entries above the leaf have, as the way there found them. */
let above = 0;

const walk4: LinearWalk = (request, roots, hi, lo, access, result) => {
  const leaf = fromFourth(request.guest, request.memory.words, roots.guest, hi, lo);
  if (leaf !== 0) return atLeaf(request, leaf, access, result);
  return walkInFull(request, roots, hi, lo, access, result);
};

const walk5: LinearWalk = (request, roots, hi, lo, access, result) => {
  const { words } = request.memory;
  const { mask, flags: plain, frame: clear } = request.guest.plainTable;
  const place = ((roots.guest << 10) | ((hi >>> 15) & 0x3fe)) >>> 0;
  const flags = words[place | 1] as number;
  const table = words[place] as number;
  if ((flags & mask) === plain && (table & clear) === 0) {
    const leaf = fromFourth(request.guest, words, table, hi, lo);
    above &= flags;
    if (leaf !== 0) return atLeaf(request, leaf, access, result);
  }
  return walkInFull(request, roots, hi, lo, access, result);
};

/** The processor holds the page-directory pointers; where it reads them as memory, that is done in full. */
const walkPae: LinearWalk = (request, roots, hi, lo, access, result) => {
  const { words } = request.memory;
  const pointer = roots.pdptes + ((lo >>> 30) << 1);
  if (roots.pdptes !== 0 && (words[pointer + 1] as number) & PTE.present) {
    const leaf = fromDirectory(request.guest, words, words[pointer] as number, lo);
    if (leaf !== 0) return atLeaf(request, leaf, access, result);
  }
  return walkInFull(request, roots, hi, lo, access, result);
};

/** Place of the leaf, from the table of the fourth level on; 0 if an entry on the way is not plain, or the leaf itself. */
function fromFourth(guest: PagingFormat, words: Int32Array, root: number, hi: number, lo: number): number {
  const { mask, flags: plain, frame: clear } = guest.plainTable;
  const place4 = ((root << 10) | ((hi >>> 6) & 0x3fe)) >>> 0;
  const flags4 = words[place4 | 1] as number;
  const table3 = words[place4] as number;
  if ((((flags4 & mask) ^ plain) | (table3 & clear)) !== 0) return 0;
  const place3 = ((table3 << 10) | (((hi << 3) | (lo >>> 29)) & 0x3fe)) >>> 0;
  const flags3 = words[place3 | 1] as number;
  const table2 = words[place3] as number;
  if ((((flags3 & mask) ^ plain) | (table2 & clear)) !== 0) return 0;
  const leaf = fromDirectory(guest, words, table2, lo);
  above &= flags4 & flags3;
  return leaf;
}

/** The same from the page directory on. */
function fromDirectory(guest: PagingFormat, words: Int32Array, table2: number, lo: number): number {
  const { mask, flags: plain, frame: clear } = guest.plainTable;
  const { mask: leafMask, flags: plainLeaf, frame: leafClear } = guest.plainLeaf;
  const place = ((table2 << 10) | ((lo >>> 20) & 0x3fe)) >>> 0;
  const flags2 = words[place | 1] as number;
  const table1 = words[place] as number;
  above = flags2;
  if ((((flags2 & mask) ^ plain) | (table1 & clear)) !== 0) return 0;
  const leaf = ((table1 << 10) | ((lo >>> 11) & 0x3fe)) >>> 0;
  const odd = (((words[leaf | 1] as number) & leafMask) ^ plainLeaf) | ((words[leaf] as number) & leafClear);
  return odd === 0 ? leaf : 0;
}

/** What the leaf at a place makes of the access. */
function atLeaf(request: WalkRequest, place: number, access: number, result: WalkResult): boolean {
  const { words } = request.memory;
  const flags = words[place | 1] as number;
  found(words[place] as number, flags, above & flags, result);
  if (request.guest.allowed[accessIndex(result.rights, access)] === 0)
    return refusedAt(request, place, access, result);
  const missing = (PTE.accessed | ((access & PF.write) << 5)) & ~flags;
  if (missing !== 0) request.memory.set(place | 1, flags | missing);
  return true;
}

/** What a walk over plain entries has found. @param all flags that all entries have */
function found(frame: number, flags: number, all: number, result: WalkResult): void {
  result.kind = 'ok';
  result.frame = frame;
  result.guestLevel = 1;
  result.guestFlags = flags;
  result.rights = (all & (PTE.write | PTE.user)) | (flags < 0 ? 0 : ACC.exec);
}

function refusedAt(request: WalkRequest, place: number, access: number, result: WalkResult): false {
  result.place = place;
  return refuseAccess(request, 1, access, result);
}

const walk32: LinearWalk = (request, roots, hi, lo, access, result) => {
  const { words } = request.memory;
  const { plainTable, plainLeaf } = request.guest;
  const place = ((roots.guest << 10) | ((lo >>> 22) & 0x3fe)) >>> 0;
  const upper = narrowEntry((lo >>> 22) & 1, words[place] as number, words[place | 1] as number);
  const leaf = (((upper >>> 2) & ~0x3ff) | ((lo >>> 12) & 0x3fe)) >>> 0;
  const entry = narrowEntry((lo >>> 12) & 1, words[leaf] as number, words[leaf | 1] as number);
  if ((upper & plainTable.mask) !== plainTable.flags || (entry & plainLeaf.mask) !== plainLeaf.flags)
    return walkInFull(request, roots, hi, lo, access, result);
  found(entry >>> 12, entry & 0xfff, upper & entry, result);
  if (request.guest.allowed[accessIndex(result.rights, access)] === 0)
    return refusedAt(request, leaf, access, result);
  const missing = (PTE.accessed | ((access & PF.write) << 5)) & ~entry;
  if (missing !== 0) setNarrow(request, leaf, (lo >>> 12) & 1, missing);
  return true;
};

/** Sets flags of an entry of 4 bytes. Bits 11..0 of a pair's upper half are bits 31..20 of its frame word. */
function setNarrow({ memory }: WalkRequest, pair: number, high: number, missing: number): void {
  const place = pair | (high ^ 1);
  memory.set(place, (memory.words[place] as number) | (missing << (high * 20)));
}
