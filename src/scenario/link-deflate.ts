/** The body of a link, deflated (RFC 1951): as short as can be, or, where the scenario is long, at little cost each time. */
import { deflateSync } from 'fflate';
import { encodeUtf8 } from './utf8.ts';

const OPTIONS = { level: 9, mem: 6 } as const;
/** Scenarios of more characters than this are deflated once, and not anew with each move of the cursor. */
const LONG_TEXT = 0x4000;
/** The most bytes that a stored block holds. */
const MAX_STORED = 0xffff;

/** Bytes one after the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    bytes.set(part, place);
    place += part.length;
  }
  return bytes;
}

interface LongText {
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly deflated: Uint8Array;
}

/** The long scenario that was deflated last. */
let last: LongText | null = null;

function longText(text: string): LongText {
  if (last?.text === text) return last;
  const bytes = encodeUtf8(text);
  // Without a dictionary: what is stored before it would lie between the two.
  last = { text, bytes, deflated: deflateSync(bytes, OPTIONS) };
  return last;
}

/** Bytes as a block of a stream that goes on (RFC 1951 section 3.2.4). */
const storedBlock = (bytes: Uint8Array): Uint8Array => {
  const [low, high] = [bytes.length & 0xff, bytes.length >> 8];
  return joined(Uint8Array.of(0, low, high, low ^ 0xff, high ^ 0xff), bytes);
};

/**
 * A body of a head and a scenario, and a stream that inflates to it with a dictionary: all in one, or, where the scenario is long, the
 * head as it is and the scenario by itself.
 */
export function deflateBody(
  head: Uint8Array,
  text: string,
  dictionary: Uint8Array,
): { body: Uint8Array; deflated: Uint8Array } {
  if (text.length > LONG_TEXT && head.length <= MAX_STORED) {
    const { bytes, deflated } = longText(text);
    return { body: joined(head, bytes), deflated: joined(storedBlock(head), deflated) };
  }
  const body = joined(head, encodeUtf8(text));
  return { body, deflated: deflateSync(body, { ...OPTIONS, dictionary }) };
}
