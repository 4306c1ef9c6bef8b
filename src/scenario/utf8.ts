/** UTF-8 (RFC 3629) by hand, since the engine runs where no TextEncoder may be assumed. */

const REPLACEMENT = 0xfffd;

/** A string's bytes. Halves of a surrogate pair that stand alone become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0)!;
    const code = point >= 0xd800 && point <= 0xdfff ? REPLACEMENT : point;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else {
      bytes.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      );
    }
  }
  return Uint8Array.from(bytes);
}

/** Least code point of a sequence of so many bytes: shorter ones must not be written longer. */
const LEAST = [0, 0, 0x80, 0x800, 0x10000];

/** Bytes of the sequence that a first byte begins; 0 if none begins so. */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc0) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf8 ? 4 : 0;
}

/** The string that these bytes encode, or null if they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i]!;
    const length = sequenceLength(first);
    if (length === 0 || i + length > bytes.length) return null;
    let code = length === 1 ? first : first & (0x7f >> length);
    for (let k = 1; k < length; k++) {
      const next = bytes[i + k]!;
      if (next >> 6 !== 2) return null;
      code = (code << 6) | (next & 63);
    }
    if (code < LEAST[length]! || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return null;
    text += String.fromCodePoint(code);
    i += length;
  }
  return text;
}
