/** Page-table entries as values of the language: `0x10000|p|w|u`. */
import { ENTRY_BITS } from '#scenario/language/spec.ts';

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** Bits 51..12: where an entry points. */
const ADDRESS = 0xf_ffff_ffff_f000n;

/** An entry as a value: its address, the bits that have no name as a number, then those that have one. `0` for zero. */
export function entryValueText(value: bigint): string {
  const named = Object.entries(ENTRY_BITS).filter(([, bit]) => (value & bit) !== 0n);
  const address = value & ADDRESS;
  const rest = named.reduce((left, [, bit]) => left & ~bit, value & ~ADDRESS);
  const numbers = [address, rest].filter((part) => part !== 0n).map(hex);
  return [...numbers, ...named.map(([name]) => name)].join('|') || '0';
}
