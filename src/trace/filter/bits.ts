/** Single bits of a field, by name or number: `spte.w=1`, `error_code.4=0`. */
import { flagsWord, frameWord, hiOfBig, loOfBig } from '#arch/word64.ts';
import type { FieldType } from '#machine/events.ts';
import type { FieldPasses } from './comparison.ts';

/** Bits of an entry in the x86 format, and KVM's own three in an spte of it, by name. */
const ENTRY_BITS: Readonly<Record<string, number>> = {
  p: 0,
  w: 1,
  u: 2,
  pwt: 3,
  pcd: 4,
  a: 5,
  d: 6,
  ps: 7,
  g: 8,
  hw: 9,
  mw: 10,
  mp: 11,
  nx: 63,
};
const ERROR_BITS: Readonly<Record<string, number>> = { p: 0, w: 1, u: 2, rsvd: 3, f: 4, pk: 5 };

const BIT_NAMES: Partial<Record<FieldType, Readonly<Record<string, number>>>> = {
  entry: ENTRY_BITS,
  spte: ENTRY_BITS,
  either: ENTRY_BITS,
  pferr: ERROR_BITS,
  letters: ERROR_BITS,
  code: ERROR_BITS,
  hex64: ERROR_BITS,
  hex: {},
};
const ENTRY_TYPES = new Set<FieldType>(['entry', 'spte', 'either']);

/** Number of a bit (63..0) in a field of some type; null where it has no such bit. */
export function bitNumber(bit: string, type: FieldType): number | null {
  const names = BIT_NAMES[type];
  if (!names) return null;
  if (Object.hasOwn(names, bit)) return names[bit] as number;
  const number = /^\d{1,2}$/.test(bit) ? Number(bit) : 64;
  return number < (ENTRY_TYPES.has(type) || type === 'hex64' ? 64 : 32) ? number : null;
}

/** Bit `number` of a value in two words, the word that it is in and its place there. */
export function bitTest(number: number, wanted: boolean, type: FieldType): FieldPasses {
  const value = 1n << BigInt(number);
  const [hi, lo] = [hiOfBig(value), loOfBig(value)];
  const [inFirst, inSecond] = ENTRY_TYPES.has(type)
    ? [frameWord(hi, lo), flagsWord(hi, lo)]
    : type === 'hex64'
      ? [hi, lo]
      : [lo, 0];
  return (source, field) => (index) => {
    const isSet =
      (source.reader.field(index, field) & inFirst) !== 0 ||
      (inSecond !== 0 && (source.reader.secondWord(index, field) & inSecond) !== 0);
    return isSet === wanted;
  };
}
