/** What walks are given, and what they find: in one dimension (linear-walk.ts) and in two (nested-walk.ts). */

import { PTE } from './entry.ts';
import type { NestedFormat, PagingFormat } from './entry-format.ts';
import { PF } from './fault.ts';
import { levelShift, type PagingMode } from './paging-mode.ts';
import type { Refusal } from './permission.ts';
import type { NestedCaches } from './walk-caches.ts';
import type { WalkTrace } from './walk-trace.ts';

/** Memory that tables lie in. Entries are swizzled pairs (word64.ts). */
export interface TableMemory {
  readonly words: Int32Array;
  /** Stores a word. */
  set(place: number, value: number): void;
  /**
   * Place of the words of a frame that holds a table of the first dimension, or of a frame of zeros if none were ever stored;
   * negative if there is no memory at all: nothing is present then, and nothing is read.
   */
  place(frame: number): number;
}

/** Page-modification logging. Intel SDM vol. 3 section 29.3.6. */
export interface ModificationLog {
  /** Whether there is no room. A walk that must set a flag of EPT then stops. */
  full(): boolean;
  /** The D flag of the leaf that maps guest frame `gfn` has been set. */
  append(gfn: number): void;
}

/** What stays the same from walk to walk. */
export interface WalkRequest {
  readonly memory: TableMemory;
  /** The paging of linear addresses; with it off (no levels) they are guest-physical. */
  readonly mode: PagingMode;
  readonly guest: PagingFormat;
  /** Null in one dimension: the tables lie in `memory` themselves. */
  readonly nested: NestedFormat | null;
  readonly earlyA: boolean;
  /** Where references are recorded; null for a silent walk. */
  readonly trace: WalkTrace | null;
  /** A processor's paging-structure caches; null for one that has none. */
  readonly caches: Pick<NestedCaches, 'guest'> | null;
}

/** The same in two dimensions. */
export interface NestedWalkRequest extends WalkRequest {
  /** The nested tables. They lie where their frames' numbers say: frame f at place f << 10. */
  readonly nested: NestedFormat;
  readonly log: ModificationLog | null;
  readonly caches: NestedCaches | null;
}

/** Where walks begin. One object is enough for a vCPU. */
export interface Roots {
  /** Guest frame of the guest's top table. */
  guest: number;
  /** PAE: place of the four page-directory pointers that the processor holds (Intel), or 0: they are read as memory (AMD). */
  pdptes: number;
  /** PAE, read as memory: index of the first pointer in the frame (CR3 bits 11..5, times 4). */
  firstPointer: number;
  /** Host frame of the nested top table. */
  nested: number;
}

/** What a walk found. One object is reused for all walks of a caller. */
export interface WalkResult {
  kind: 'ok' | 'page-fault' | 'nested-fault' | 'misconfiguration' | 'log-full';
  /** Host frame of the 4 KiB page (ok). */
  frame: number;
  /** Two dimensions: guest-physical address of the data, or of the guest's entry that was looked for (plain pair). */
  gpaHi: number;
  gpaLo: number;
  /** Level of the guest's entry that was looked for; 0: the data. */
  row: number;
  /** Level of the nested entry that decided; 0: the guest's entry did. */
  nestedLevel: number;
  /** Place of the entry that decided (walk-trace.ts). */
  place: number;
  /** #PF error code (page-fault). */
  error: number;
  /** Which rule of the guest's tables refused (page-fault). */
  refused: Refusal | 'not-present' | 'reserved' | null;
  /** #NPF code, or the exit qualification (nested-fault; plain pair). */
  codeHi: number;
  codeLo: number;
  /** Level of the guest's leaf; 0 with paging off. */
  guestLevel: number;
  /** Flags word of the guest's leaf as it was read; with paging off, D alone. */
  guestFlags: number;
  /** Rights that the guest's tables grant (ACC). */
  rights: number;
  /** Two dimensions: the rights that the nested tables grant (ACC; a right to read counts as ACC.user). */
  nestedRights: number;
  /** Two dimensions: flags word of the nested leaf as it was read. */
  nestedFlags: number;
}

/** A result to hand to walks: one serves any number of them. */
export const newWalkResult = (): WalkResult => ({
  kind: 'ok',
  frame: 0,
  gpaHi: 0,
  gpaLo: 0,
  row: 0,
  nestedLevel: 0,
  place: 0,
  error: 0,
  refused: null,
  codeHi: 0,
  codeLo: 0,
  guestLevel: 0,
  guestFlags: 0,
  rights: 0,
  nestedRights: 0,
  nestedFlags: 0,
});

/** Notes what is looked for: the guest's entry of a level, or the data (row 0). @param gfn @param offset its address */
export function lookFor(result: WalkResult, row: number, gfn: number, offset: number): void {
  result.row = row;
  result.gpaHi = gfn >>> 20;
  result.gpaLo = (gfn << 12) | offset;
}

/** log2 of the frames that paging off maps as one. */
const ALL_FRAMES = 20;

/** log2 of the 4 KiB frames of the page that a walk's dimensions map as one. */
export function pageShift({ mode, nested }: WalkRequest, result: WalkResult): number {
  const guest = mode.levels > 0 ? levelShift(mode, result.guestLevel) : ALL_FRAMES;
  return nested === null ? guest : Math.min(guest, (result.nestedLevel - 1) * 9);
}

/** Whether a write needs no further walk: every leaf has D set by now, or keeps none. @param access that was walked for */
export function isDirty({ nested }: WalkRequest, access: number, result: WalkResult): boolean {
  if (access & PF.write) return true;
  return (
    (result.guestFlags & PTE.dirty) !== 0 && (nested === null || (nested.dirty & ~result.nestedFlags) === 0)
  );
}
