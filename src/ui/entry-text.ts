/** Entries and places as people write them: `t6[010]`, `h1 e67`, `P W U A D`. */
import { PTE } from '#arch/entry.ts';
import { EPT } from '#arch/ept.ts';
import type { Atlas, AtlasEntry, AtlasTable, EntryFormatName } from '#hypervisor/atlas.ts';
import { leafState, savedRights } from '#hypervisor/entry-bits.ts';
import type { Names } from '#trace/names.ts';
import type { Place } from './place.ts';

/** An entry split as it is read: where it points, in which space, and its other bits. */
export interface EntryText {
  readonly address: string;
  readonly space: 'gpa' | 'hpa' | 'table' | 'none';
  /** Bits 11..0 in three digits; with bits 63..44 in front where one of them is set. */
  readonly flags: string;
}

export const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** How much memory a table of 8-byte entries covers, by its level. */
export const coverage = (level: number): string =>
  ['2 MiB', '1 GiB', '512 GiB', '256 TiB', '128 PiB'][level - 1] ?? '';

/** An index as it stands in brackets: three hexadecimal digits. */
export const indexText = (index: number): string => index.toString(16).padStart(3, '0');

/** `t6[010]` for an entry of the hypervisor's, `106[010]` for one of the guest's, `root[001]` in a root that is no shadow page. */
export const slotText = (table: AtlasTable, index: number): string =>
  `${table.side === 'guest' ? table.frame.toString(16) : table.role ? table.name : 'root'}[${indexText(index)}]`;

/** Bits 11..0, and bits 63..44 before them where one is set. */
export function flagsText(flags: number): string {
  const low = (flags & 0xfff).toString(16).padStart(3, '0');
  const high = (flags >>> 12).toString(16).padStart(5, '0').replace(/0+$/, '');
  return high === '' ? low : `${high}…${low}`;
}

/** Where an entry points and its bits; `event` is when (a host frame may hold other tables at other times). */
export function entryText(
  names: Names,
  event: number,
  { side }: Pick<AtlasTable, 'side'>,
  entry: Pick<AtlasEntry, 'frame' | 'flags' | 'kind' | 'mmioGfn'>,
): EntryText {
  const flags = flagsText(entry.flags);
  if (side === 'guest') return { address: hex(entry.frame), space: 'gpa', flags };
  if (entry.kind === 'mmio') {
    const gfn = entry.mmioGfn === undefined ? flags : (entry.mmioGfn >>> 0).toString(16);
    return { address: 'mmio', space: 'gpa', flags: gfn };
  }
  if (entry.kind === 'removed') return { address: 'removed', space: 'none', flags };
  if (entry.kind === 'not-present') return { address: hex(entry.frame), space: 'none', flags };
  const target = entry.kind === 'table' ? names.tableInFrame(entry.frame, event) : null;
  return target
    ? { address: target, space: 'table', flags }
    : { address: names.frame(entry.frame), space: 'hpa', flags };
}

/** What an entry leads to, as a place: the table or the frame. Null where it leads nowhere. */
export function entryTarget(
  { side }: Pick<AtlasTable, 'side'>,
  { kind, target, frame }: Pick<AtlasEntry, 'kind' | 'target' | 'frame'>,
): Place | null {
  if (target !== null) return { kind: 'table', table: target };
  if (side === 'guest')
    return kind === 'not-present' ? null : { kind: 'frame', of: 'guest', frame: frame >>> 0 };
  return kind === 'leaf' ? { kind: 'frame', of: 'host', frame: frame >>> 0 } : null;
}

type Letters = readonly (readonly [string, number])[];

const X86_LETTERS: Letters = [
  ['P', PTE.present],
  ['W', PTE.write],
  ['U', PTE.user],
  ['A', PTE.accessed],
  ['D', PTE.dirty],
];
const EPT_RIGHTS: Letters = [
  ['R', EPT.read],
  ['W', EPT.write],
  ['X', EPT.execute],
];
const LETTERS: Readonly<Record<EntryFormatName, Letters>> = {
  x86: X86_LETTERS,
  ept: [...EPT_RIGHTS, ['A', EPT.accessed], ['D', EPT.dirty]],
  'ept-noad': EPT_RIGHTS,
};

const lettersText = (letters: Letters, flags: number): string =>
  letters.map(([letter, bit]) => (flags & bit ? letter : '·')).join(' ');

/**
 * The bits that decide most: a letter where set, a dot where clear; behind them NX where set, or in brackets the rights that an
 * access-tracked entry keeps aside.
 */
export function rightsText(flags: number, format: EntryFormatName): string {
  const letters = lettersText(LETTERS[format], flags);
  if (format === 'x86') return flags & PTE.nx ? `${letters} NX` : letters;
  return leafState(format, flags).isAccessTracked ? `${letters} (${savedRights(flags)})` : letters;
}

/** Entry `index` of a table; null where it is zero. */
export const findEntry = (table: AtlasTable, index: number): AtlasEntry | null =>
  table.entries.find((entry) => entry.index === index) ?? null;

/** The table of a guest frame, if it is one of the listed. */
export const guestTable = (atlas: Atlas, gfn: number): AtlasTable | null =>
  atlas.guestTables.find((table) => table.frame === gfn) ?? null;
