/**
 * A 64-bit value as two 32-bit words.
 *
 * Two shapes are in use. A *plain pair* is (hi, lo): bits 63..32 and 31..0; linear addresses, data and error codes have it.
 * A *swizzled pair* is (frame, flags): bits 43..12 in one word, bits 63..44 and 11..0 in the other; memory holds every
 * aligned 8 bytes so, because a page-table entry's frame number is then one word and all its flag bits are the other.
 *
 * BigInt, which is tens of times slower, enters and leaves the engine only through this file.
 */

/** Bits 43..12 of a plain pair: the frame word of the swizzled pair. */
export const frameWord = (hi: number, lo: number): number => (lo >>> 12) | (hi << 20);

/** Bits 63..44 (in place, shifted down by 32) and 11..0 of a plain pair: the flags word of the swizzled pair. */
export const flagsWord = (hi: number, lo: number): number => (lo & 0xfff) | (hi & ~0xfff);

/** Bits 63..32 of a swizzled pair, as a signed 32-bit word. */
export const hiWord = (frame: number, flags: number): number => (frame >>> 20) | (flags & ~0xfff);

/** Bits 31..0 of a swizzled pair, as a signed 32-bit word. */
export const loWord = (frame: number, flags: number): number => (frame << 12) | (flags & 0xfff);

/** Bit 63 (no-execute) as it stands in a flags word. */
export const NX_FLAG = 0x80000000 | 0;

/** A plain pair as an unsigned BigInt. */
export const bigOfPair = (hi: number, lo: number): bigint => (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);

/** A BigInt that is being split, and its two words: a tenth of the time that shifting it takes. */
const whole = new BigInt64Array(1);
const halves = new Int32Array(whole.buffer);

/** Bits 63..32 of a BigInt as a signed word. */
export function hiOfBig(value: bigint): number {
  whole[0] = value;
  return halves[1] as number;
}

/** Bits 31..0 of a BigInt as a signed word. */
export function loOfBig(value: bigint): number {
  whole[0] = value;
  return halves[0] as number;
}

/** A plain pair as hexadecimal digits without prefix and leading zeros. */
export function hexOfPair(hi: number, lo: number): string {
  if (hi === 0) return (lo >>> 0).toString(16);
  return (hi >>> 0).toString(16) + (lo >>> 0).toString(16).padStart(8, '0');
}

/** A swizzled pair as hexadecimal digits without prefix and leading zeros. */
export const hexOfEntry = (frame: number, flags: number): string =>
  hexOfPair(hiWord(frame, flags), loWord(frame, flags));

/** A plain pair as a number; exact below 2^53 (every physical address is). */
export const numberOfPair = (hi: number, lo: number): number => (hi >>> 0) * 0x1_0000_0000 + (lo >>> 0);

/** Bits 63..32 of a number below 2^53, as a signed word. */
export const hiOfNumber = (value: number): number => Math.floor(value / 0x1_0000_0000) | 0;

/** Bits 31..0 of a number below 2^53, as a signed word. */
export const loOfNumber = (value: number): number => value | 0;

/** Whether a linear address is canonical: bits 63..`bits`-1 all equal (48 bits with 4 levels, 57 with 5). */
export const isCanonical = (hi: number, bits: number): boolean => {
  const shift = 64 - bits;
  return (hi << shift) >> shift === hi;
};
