const NUMBER = /^(0x[0-9a-fA-F]{1,16}|\d{1,20})$/;

/** A whole number of at most 64 bits, in decimal or hexadecimal; null for anything else. */
export function parseNumber(text: string): bigint | null {
  if (!NUMBER.test(text)) return null;
  const value = BigInt(text);
  return value < 1n << 64n ? value : null;
}
