/**
 * The processor's page walk in one dimension: from a root to a frame, or to a fault.
 *
 * The walk reads and updates entries through `Tables`, so it does not know where tables lie; it tells each reference to
 * a listener. A and D are set after all checks have passed, from the top level down; with `earlyA` the A bits of the upper
 * entries are set as they are passed, which the manuals allow too.
 * Intel SDM vol. 3 sections 4.3 to 4.8; AMD APM vol. 2 sections 5.2 to 5.6.
 */
import { hasReservedBits, isLeaf, leafFrame, PTE, type ReservedMask } from './entry.ts';
import { PF } from './fault.ts';
import { frameOfAddress, levelShift, type PagingMode, tableIndex } from './paging-mode.ts';
import { ACC, accessBits, entryRights, type Refusal, refusal } from './permission.ts';
import type { TableCache } from './walk-caches.ts';

/** Where a walk finds its tables. */
export interface Tables {
  /** The entry read last, as a swizzled pair. */
  frame: number;
  flags: number;
  /** Reads entry `index` of the table in `table` (a frame of the walked address space). False if nothing is there. */
  read(table: number, index: number, bytes: 4 | 8): boolean;
  /** Sets `bits` in the flags of that entry. */
  setFlags(table: number, index: number, bytes: 4 | 8, bits: number): void;
}

/** Told of every entry that a walk reads, in order; the entry is in `tables`. */
export type ReferenceListener = (level: number, table: number, index: number) => void;

export interface WalkRequest {
  readonly mode: PagingMode;
  readonly reserved: readonly (readonly [ReservedMask, ReservedMask])[];
  readonly earlyA: boolean;
  readonly tables: Tables;
  readonly listener: ReferenceListener;
  /** PAE only: the four page-directory-pointer entries, loaded when CR3 was written. */
  readonly pdptes: Tables | null;
  readonly cache: TableCache | null;
}

/** What a walk found. One object is reused for all walks of a caller. */
export interface WalkResult {
  /** Whether the access is allowed. */
  ok: boolean;
  /** Frame of the 4 KiB page that the address lies in. */
  frame: number;
  /** Level of the entry that decided: the leaf, or where the fault arose. */
  level: number;
  /** Page-fault error code, where not ok. */
  error: number;
  /** Rights gathered (ACC). */
  rights: number;
  /** Which rule refused, where one did. */
  refused: Refusal | 'not-present' | 'reserved' | null;
}

export const newWalkResult = (): WalkResult => ({
  ok: false,
  frame: 0,
  level: 0,
  error: 0,
  rights: 0,
  refused: null,
});

const pathTables = new Int32Array(6);
const pathFlags = new Int32Array(6);
/** Rights of the entries down to a level. */
const pathRights = new Int32Array(6);

/**
 * Walks the tables for a linear address (plain pair).
 * @param root frame of the top table
 * @param access PF.write, PF.user, PF.fetch
 * @param ac RFLAGS.AC
 */
export function walk(
  request: WalkRequest,
  root: number,
  hi: number,
  lo: number,
  access: number,
  ac: boolean,
  result: WalkResult,
): WalkResult {
  const { mode, tables, cache } = request;
  let table = root;
  let rights: number = ACC.all;
  let level: number = mode.levels;
  if (cache?.find(hi, lo)) {
    table = cache.table;
    rights = cache.rights;
    level = cache.level;
  }
  const top = level;
  for (; ; level--) {
    const source = level === 3 && request.pdptes ? request.pdptes : tables;
    const index = tableIndex(mode, level, hi, lo);
    const there = source.read(table, index, mode.entryBytes);
    if (there) request.listener(level, table, index);
    const frame = source.frame;
    const flags = source.flags;
    if (!there || !(flags & PTE.present)) return fail(result, level, accessBits(mode, access), 'not-present');
    const leaf = isLeaf(mode, level, flags);
    if (source === tables) {
      if (
        hasReservedBits(request.reserved[level] as readonly [ReservedMask, ReservedMask], leaf, frame, flags)
      ) {
        return fail(result, level, PF.present | PF.reserved | accessBits(mode, access), 'reserved');
      }
      rights &= entryRights(flags);
    }
    pathTables[level] = table;
    pathFlags[level] = flags;
    pathRights[level] = rights;
    if (leaf) {
      const refused = refusal(mode, rights, access, ac);
      if (refused) return fail(result, level, PF.present | accessBits(mode, access), refused);
      break;
    }
    if (request.earlyA && source === tables && !(flags & PTE.accessed))
      tables.setFlags(table, index, mode.entryBytes, PTE.accessed);
    table = frame;
  }
  const first = leafFrame(mode, level, tables.frame);
  setAccessedAndDirty(request, top, level, hi, lo, (access & PF.write) !== 0);
  if (cache) keepTables(request, cache, top, level, hi, lo);
  result.ok = true;
  result.level = level;
  result.rights = rights;
  result.refused = null;
  result.error = 0;
  result.frame = first | (frameOfAddress(hi, lo) & ((1 << levelShift(mode, level)) - 1));
  return result;
}

/** Tells the cache of the tables that were passed; pointers in registers need none. */
function keepTables(
  { pdptes }: WalkRequest,
  cache: TableCache,
  top: number,
  leaf: number,
  hi: number,
  lo: number,
): void {
  for (let level = pdptes ? Math.min(top, 2) : top; level > leaf; level--)
    cache.keep(hi, lo, level - 1, pathTables[level - 1] as number, pathRights[level] as number, 0, 0);
}

function setAccessedAndDirty(
  request: WalkRequest,
  first: number,
  leaf: number,
  hi: number,
  lo: number,
  write: boolean,
): void {
  const { mode, tables } = request;
  for (let level = request.pdptes ? Math.min(first, 2) : first; level >= leaf; level--) {
    const wanted = PTE.accessed | (level === leaf && write ? PTE.dirty : 0);
    const missing = wanted & ~(pathFlags[level] as number);
    if (missing)
      tables.setFlags(pathTables[level] as number, tableIndex(mode, level, hi, lo), mode.entryBytes, missing);
  }
}

function fail(result: WalkResult, level: number, error: number, refused: WalkResult['refused']): WalkResult {
  result.ok = false;
  result.level = level;
  result.error = error;
  result.refused = refused;
  return result;
}
