/**
 * What a walker must know of one kind of page tables (a paging mode's, NPT's, EPT's), made into look-ups: what an entry's low bits
 * make it, and which bits must be clear. Built once for a mode, so that walks ask no question twice.
 */
import { isLeaf, PTE, type ReservedMask, type ReservedRules, reservedMasks } from './entry.ts';
import type { PagingMode } from './paging-mode.ts';

/** What an entry is, as far as its low 12 bits tell. */
export const KIND = { table: 0, leaf: 1, absent: 2, malformed: 3 } as const;

export type Kind = (typeof KIND)[keyof typeof KIND];

export interface EntryFormat {
  readonly levels: number;
  readonly entryBytes: 4 | 8;
  /** KIND of an entry, at `level << 12 | low 12 bits`. */
  readonly kinds: Uint8Array;
  /** Bits that must be clear, two words (frame, flags) at `level << 2 | KIND << 1`, for tables and leaves. */
  readonly reserved: Int32Array;
  /** The A and D flags; 0 where the tables have none. */
  readonly accessed: number;
  readonly dirty: number;
}

/** What differs between formats: the rest of an `EntryFormat` follows from it. */
export interface FormatRules {
  readonly levels: number;
  readonly entryBytes: 4 | 8;
  readonly masks: readonly (readonly [ReservedMask, ReservedMask])[];
  readonly kindOf: (level: number, flags: number) => Kind;
  readonly accessed: number;
  readonly dirty: number;
}

export function entryFormat(rules: FormatRules): EntryFormat {
  const { levels, entryBytes, accessed, dirty } = rules;
  const kinds = new Uint8Array((levels + 1) << 12);
  const reserved = new Int32Array((levels + 1) << 2);
  for (let level = 1; level <= levels; level++) {
    for (let flags = 0; flags < 4096; flags++) kinds[(level << 12) | flags] = rules.kindOf(level, flags);
    const [table, leaf] = rules.masks[level] as readonly [ReservedMask, ReservedMask];
    reserved.set([table.frame, table.flags, leaf.frame, leaf.flags], level << 2);
  }
  return { levels, entryBytes, kinds, reserved, accessed, dirty };
}

/** Whether an entry, not absent, is malformed or has a reserved bit set. @param kind KIND of its low bits */
export function isMalformed(
  format: EntryFormat,
  level: number,
  kind: number,
  frame: number,
  flags: number,
): boolean {
  if (kind === KIND.malformed) return true;
  const at = (level << 2) | (kind << 1);
  const { reserved } = format;
  return (frame & (reserved[at] as number)) !== 0 || (flags & (reserved[at + 1] as number)) !== 0;
}

/** The tables of a paging mode, as the guest has them. */
export function pagingFormat(mode: PagingMode, rules: ReservedRules): EntryFormat {
  return entryFormat({
    levels: mode.levels,
    entryBytes: mode.entryBytes,
    masks: reservedMasks(mode, rules),
    kindOf: (level, flags) => {
      if (!(flags & PTE.present)) return KIND.absent;
      return isLeaf(mode, level, flags) ? KIND.leaf : KIND.table;
    },
    accessed: PTE.accessed,
    dirty: PTE.dirty,
  });
}

/** Second-level tables: EPT or NPT. */
export interface NestedFormat extends EntryFormat {
  /** Whose rules of rights and faults apply: AMD's (NPT) or Intel's (EPT). */
  readonly vendor: 'amd' | 'intel';
  /** NPT: entries have the NX bit. */
  readonly noExecute: boolean;
  /** EPT: execute rights for user and supervisor pages apart. */
  readonly modeBasedExecute: boolean;
  /** EPT: bits 9 to 11 of the exit qualification are reported. */
  readonly exitInformation: boolean;
}
