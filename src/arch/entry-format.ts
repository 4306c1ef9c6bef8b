/**
 * What a walker must know of one kind of page tables (a paging mode's, NPT's, EPT's), made into look-ups: what an entry's low bits
 * make it, and which bits must be clear. Built once for a mode, so that walks ask no question twice.
 */
import { isLeaf, PTE, type ReservedMask, type ReservedRules, reservedMasks } from './entry.ts';
import type { PagingMode } from './paging-mode.ts';
import { allowedAccesses } from './permission.ts';

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
  /** What most entries are like: a walk asks for that first, and for `entryKind` only where an entry is otherwise. */
  readonly plainTable: PlainEntry;
  readonly plainLeaf: PlainEntry;
}

/** An entry is plain if its flags in a mask are these, and these bits of its frame are clear. */
export interface PlainEntry {
  readonly mask: number;
  readonly flags: number;
  readonly frame: number;
}

/** What differs between formats: the rest of an `EntryFormat` follows from it. */
export interface FormatRules {
  readonly levels: number;
  readonly entryBytes: 4 | 8;
  readonly masks: readonly (readonly [ReservedMask, ReservedMask])[];
  readonly kindOf: (level: number, flags: number) => Kind;
  readonly accessed: number;
  readonly dirty: number;
  /** Flags that plain entries have and have not, beside reserved ones. */
  readonly plainTable: { readonly set: number; readonly clear: number };
  readonly plainLeaf: { readonly set: number; readonly clear: number };
}

/** Makes the look-ups of a format from its rules: once for each, since they take a few thousand steps. */
export function entryFormat(rules: FormatRules): EntryFormat {
  const { levels, entryBytes, accessed, dirty, masks } = rules;
  const kinds = new Uint8Array((levels + 1) << 12);
  const reserved = new Int32Array((levels + 1) << 2);
  for (let level = 1; level <= levels; level++) {
    for (let flags = 0; flags < 4096; flags++) kinds[(level << 12) | flags] = rules.kindOf(level, flags);
    const [table, leaf] = masks[level] as readonly [ReservedMask, ReservedMask];
    reserved.set([table.frame, table.flags, leaf.frame, leaf.flags], level << 2);
  }
  // A PAE guest's page-directory pointers reserve A: its plain tables are those below.
  const top = levels === 3 ? 2 : levels;
  const tables = masks.slice(2, top + 1).map(([table]) => table);
  const leaves = masks.slice(1, 2).map(([, leaf]) => leaf);
  return {
    levels,
    entryBytes,
    kinds,
    reserved,
    accessed,
    dirty,
    plainTable: plainEntry(tables, rules.plainTable),
    plainLeaf: plainEntry(leaves, rules.plainLeaf),
  };
}

function plainEntry(
  reserved: readonly ReservedMask[],
  { set, clear }: { readonly set: number; readonly clear: number },
): PlainEntry {
  const all = reserved.reduce(
    (one, other) => ({
      frame: one.frame | other.frame,
      flags: one.flags | other.flags,
    }),
    { frame: 0, flags: 0 },
  );
  return { mask: set | clear | all.flags, flags: set, frame: all.frame };
}

/** What an entry is, with all of its bits looked at (KIND). */
export function entryKind(format: EntryFormat, level: number, frame: number, flags: number): number {
  const kind = format.kinds[(level << 12) | (flags & 0xfff)] as number;
  if (kind >= KIND.absent) return kind;
  return isMalformed(format, level, kind, frame, flags) ? KIND.malformed : kind;
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

/** The tables of a paging mode. */
export interface PagingFormat extends EntryFormat {
  /** 1 for every access that the mode allows, by `accessIndex` (permission.ts). */
  readonly allowed: Uint8Array;
}

/** The tables of a paging mode, as the guest has them. */
export function pagingFormat(mode: PagingMode, rules: ReservedRules): PagingFormat {
  const format = entryFormat({
    levels: mode.levels,
    entryBytes: mode.entryBytes,
    masks: reservedMasks(mode, rules),
    kindOf: (level, flags) => {
      if (!(flags & PTE.present)) return KIND.absent;
      return isLeaf(mode, level, flags) ? KIND.leaf : KIND.table;
    },
    accessed: PTE.accessed,
    dirty: PTE.dirty,
    // Entries of 4 bytes have no NX.
    plainTable: {
      set: PTE.present | PTE.accessed,
      clear: mode.entryBytes === 4 ? PTE.pageSize : PTE.pageSize | PTE.nx,
    },
    plainLeaf: { set: PTE.present, clear: 0 },
  });
  return { ...format, allowed: allowedAccesses(mode) };
}

/** Second-level tables: EPT or NPT. */
export interface NestedFormat extends EntryFormat {
  /** Whose rules of faults apply: AMD's (NPT) or Intel's (EPT). */
  readonly vendor: 'amd' | 'intel';
  /** Flags that all entries must have for an access to a guest's table. */
  readonly tableNeed: number;
  /** Turned flags that all entries must have for the access itself, by `finalAccess` (nested-rights.ts). */
  readonly needs: Int32Array;
  /** What bits 0 to 2 grant, by their value: ACC.write, and ACC.user for the right to read. */
  readonly granted: Uint8Array;
  /** NPT: the NX flag, which takes a right away; 0 where entries have none. */
  readonly noExecute: number;
  /** EPT: execute rights for user and supervisor pages apart. */
  readonly modeBasedExecute: boolean;
  /** EPT: bits 9 to 11 of the exit qualification are reported. */
  readonly exitInformation: boolean;
}
