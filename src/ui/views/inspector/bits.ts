/** The bits of an entry, each with its meaning in the entry's format. */
import type { AtlasEntry, AtlasTable } from '#hypervisor/atlas.ts';
import { type EntryBits, entryBits } from '#hypervisor/entry-bits.ts';
import type { Words } from '#ui/words/en.ts';

export interface BitRow {
  /** The highest and the lowest bit. */
  readonly high: number;
  readonly low: number;
  /** Short, for the strip: `W`. */
  readonly label: string;
  readonly name: string;
  readonly value: number;
  readonly meaning: string;
  /** Whether the last event changed it. */
  readonly isChanged: boolean;
}

/** Bit `bit` (0..11 or 44..63) of a flags word. */
export const flagBit = (flags: number, bit: number): boolean =>
  ((flags >>> (bit < 12 ? bit : bit - 32)) & 1) === 1;

const lowest = (mask: number): number => 31 - Math.clz32(mask & -mask);
const highest = (mask: number): number => 31 - Math.clz32(mask);
/** The bit of an entry that bit `at` of its flags word is. */
const bitAt = (at: number): number => (at < 12 ? at : at + 32);

function meaningOf({ entryBits: bits, entryFields: fields }: Words, row: EntryBits, value: number) {
  if (row.is === 'field') return { name: fields[row.name].name, meaning: fields[row.name].says(value) };
  const { name, set, clear } = bits[row.name];
  return { name, meaning: value === 1 ? set : clear };
}

/**
 * The bits of an entry that mean something, the highest first.
 * @param changed flags bits that the last event changed
 */
export function bitRows(
  words: Words,
  table: AtlasTable,
  { flags, kind }: Pick<AtlasEntry, 'flags' | 'kind'>,
  changed: number,
): BitRow[] {
  const rows = entryBits(table, kind).map((row): BitRow => {
    const { label, mask } = row;
    const value = (flags & mask) >>> lowest(mask);
    const isChanged = (changed & mask) !== 0;
    return {
      high: bitAt(highest(mask)),
      low: bitAt(lowest(mask)),
      label,
      value,
      isChanged,
      ...meaningOf(words, row, value),
    };
  });
  return rows.sort((a, b) => b.high - a.high);
}
