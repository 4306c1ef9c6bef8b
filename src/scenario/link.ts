/**
 * A moment of the page as a URL fragment, and back. Nothing here trusts a fragment: it may be cut, mistyped, newer than
 * this program, or made to exhaust memory.
 *
 *     #p1PPPP…   p, the codec's version (one letter or digit), payload in base64url
 *     payload    3 bytes checksum of the body, then the body, deflated against the version's dictionary
 *     body       step, offset (numbers); selection, view, engine, hash (strings); version 2: parts; the rest: the scenario
 *     parts      how many (a number), then of each its sort (a number) and what it says (a string); 1: stops, 2: notes, 3: search
 *     number     zigzag, then 7 bits a byte, the lowest first, bit 7 set in all but the last byte
 *     string     length in bytes (a number), UTF-8
 *
 * A link is written in the oldest version that can carry it, so that as many pages as possible can read it. A part of an unknown
 * sort is passed over. Links written by hand, `#t=` and the percent-encoded scenario, are read too.
 */

import { Inflate } from 'fflate';
import { decodeBase64url, encodeBase64url } from './base64url.ts';
import { deflateBody, joined } from './link-deflate.ts';
import { DICTIONARY_V1, DICTIONARY_V2 } from './link-dictionary.ts';
import { type Told, told } from './messages.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

/** What a link carries: enough to show the same thing again. */
export interface SharedMoment {
  /** The scenario. */
  readonly text: string;
  /** Which step the cursor is in. */
  readonly step: number;
  /** Which event of that step, from its beginning. */
  readonly offset: number;
  readonly selection: string;
  /** The panes. */
  readonly view: string;
  /** Version of the engine that showed the moment. */
  readonly engine: string;
  /** Hash of its log up to the cursor. */
  readonly hash: string;
  /** Where playing stops. */
  readonly stops: string;
  /** What somebody noted beside some moments. */
  readonly notes: string;
  /** What is looked for among the events, as it was typed. */
  readonly search: string;
}

/** A decoded link, or why there is none. */
export type DecodedMoment = { readonly moment: SharedMoment } | { readonly problem: Told };

const PREFIX = 'p';
const HAND_WRITTEN = 't=';

/** Characters of a fragment that are looked at, and bytes of a body: the second also bounds what is inflated. */
const MAX_FRAGMENT = 200_000;
const MAX_BODY = 0x100000;

/** Bytes that are inflated at a time: deflate makes at most 1032 times as much of them. */
const SLICE = 256;

const CHECKSUM_BYTES = 3;

/** The parts of a body of version 2, by their sort. More of them than this is no link of ours. */
const PARTS = { stops: 1, notes: 2, search: 3 } as const;
const PART_NAMES = Object.keys(PARTS) as readonly (keyof typeof PARTS)[];
const MOST_PARTS = 64;

type Version = '1' | '2';
const DICTIONARIES: Readonly<Record<Version, string>> = { 1: DICTIONARY_V1, 2: DICTIONARY_V2 };

const PROBLEMS = {
  foreign: told('link-foreign'),
  broken: told('link-broken'),
  truncated: told('link-truncated'),
  long: told('link-long', MAX_FRAGMENT),
  large: told('link-large', MAX_BODY),
  newer: told('link-newer'),
} as const;

type Reason = keyof typeof PROBLEMS;

const dictionaries = new Map<Version, Uint8Array>();

function dictionaryBytes(version: Version): Uint8Array {
  const known = dictionaries.get(version) ?? encodeUtf8(DICTIONARIES[version]);
  dictionaries.set(version, known);
  return known;
}

/** The oldest version that can carry a moment. */
const versionFor = (moment: SharedMoment): Version =>
  PART_NAMES.every((part) => moment[part] === '') ? '1' : '2';

/** 24 bits of FNV-1a (32 bits, folded): finds slips, not forgeries. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return ((hash >>> 24) ^ hash) & 0xffffff;
}

/** Appends an integer of at most 52 bits. Division instead of shifts: they would cut it to 32 bits. */
function pushNumber(bytes: number[], value: number): void {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  while (rest >= 128) {
    bytes.push(128 + (rest % 128));
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

function pushString(bytes: number[], text: string): void {
  const encoded = encodeUtf8(text);
  pushNumber(bytes, encoded.length);
  for (const byte of encoded) bytes.push(byte);
}

/** All of a body before the scenario. */
function encodeHead(moment: SharedMoment, version: Version): Uint8Array {
  const head: number[] = [];
  pushNumber(head, moment.step);
  pushNumber(head, moment.offset);
  for (const field of [moment.selection, moment.view, moment.engine, moment.hash]) pushString(head, field);
  if (version === '2') {
    const parts = PART_NAMES.filter((part) => moment[part] !== '');
    pushNumber(head, parts.length);
    for (const part of parts) {
      pushNumber(head, PARTS[part]);
      pushString(head, moment[part]);
    }
  }
  return Uint8Array.from(head);
}

/** Reads a body from its beginning; what is not there, or out of range, throws a RangeError. */
class BodyReader {
  private readonly bytes: Uint8Array;
  private place = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.place++];
      if (byte === undefined || scale > Number.MAX_SAFE_INTEGER) throw new RangeError('no number');
      value += (byte & 127) * scale;
      if (byte < 128) break;
    }
    if (!Number.isSafeInteger(value)) throw new RangeError('the number is too large');
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  string(length = this.number()): string {
    const end = this.place + length;
    const text =
      length < 0 || end > this.bytes.length ? null : decodeUtf8(this.bytes.subarray(this.place, end));
    if (text === null) throw new RangeError('no string');
    this.place = end;
    return text;
  }

  rest(): string {
    return this.string(this.bytes.length - this.place);
  }
}

/** The parts of a body by their sort; none in a body of version 1. */
function readParts(reader: BodyReader, version: Version): ReadonlyMap<number, string> {
  const parts = new Map<number, string>();
  if (version === '1') return parts;
  const count = reader.number();
  if (count < 0 || count > MOST_PARTS) throw new RangeError('too many parts');
  for (let i = 0; i < count; i++) {
    const sort = reader.number();
    parts.set(sort, reader.string());
  }
  return parts;
}

function decodeBody(body: Uint8Array, version: Version): SharedMoment | null {
  const reader = new BodyReader(body);
  try {
    const step = reader.number();
    const offset = reader.number();
    const selection = reader.string();
    const view = reader.string();
    const engine = reader.string();
    const hash = reader.string();
    const parts = readParts(reader, version);
    const [stops = '', notes = '', search = ''] = PART_NAMES.map((part) => parts.get(PARTS[part]));
    return { text: reader.rest(), step, offset, selection, view, engine, hash, stops, notes, search };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Whether fflate says that the stream ended too early (its error code 0). */
function isUnexpectedEnd(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 0;
}

/** Inflates in small slices, and stops as soon as more came out than a body may have. */
function inflate(deflated: Uint8Array, version: Version): Uint8Array | Reason {
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Inflate({ dictionary: dictionaryBytes(version) }, (part) => {
    length += part.length;
    if (length <= MAX_BODY) parts.push(part);
  });
  try {
    for (let start = 0; start < deflated.length || start === 0; start += SLICE) {
      stream.push(deflated.subarray(start, start + SLICE), start + SLICE >= deflated.length);
      if (length > MAX_BODY) return 'large';
    }
  } catch (error) {
    // Whatever else fflate stumbles over, it was handed a stream that is none.
    return isUnexpectedEnd(error) ? 'truncated' : 'broken';
  }
  return joined(...parts);
}

function decodePayload(payload: string, version: Version): SharedMoment | Reason {
  const bytes = decodeBase64url(payload);
  if (bytes === null) return 'broken';
  if (bytes.length <= CHECKSUM_BYTES) return 'truncated';
  const body = inflate(bytes.subarray(CHECKSUM_BYTES), version);
  if (typeof body === 'string') return body;
  const expected = (bytes[0]! << 16) | (bytes[1]! << 8) | bytes[2]!;
  if (checksum(body) !== expected) return 'broken';
  return decodeBody(body, version) ?? 'broken';
}

const NOTHING: SharedMoment = {
  text: '',
  step: 0,
  offset: 0,
  selection: '',
  view: '',
  engine: '',
  hash: '',
  stops: '',
  notes: '',
  search: '',
};

/** A link written by hand: the scenario alone, shown from its beginning. */
function decodeHandWritten(encoded: string): SharedMoment | Reason {
  try {
    const text = decodeURIComponent(encoded);
    return { ...NOTHING, text };
  } catch {
    return 'broken';
  }
}

function decodeFragment(fragment: string): SharedMoment | Reason {
  if (fragment.length > MAX_FRAGMENT) return 'long';
  if (fragment.startsWith(HAND_WRITTEN)) return decodeHandWritten(fragment.slice(HAND_WRITTEN.length));
  const version = fragment[1];
  if (fragment[0] !== PREFIX || version === undefined || !/[1-9A-Za-z]/.test(version)) return 'foreign';
  return version === '1' || version === '2' ? decodePayload(fragment.slice(2), version) : 'newer';
}

/**
 * The fragment of a moment, `#` first; else letters, digits, - and _ only. It can be read back if scenario and the rest
 * together have at most 1 MiB. `step` and `offset` must be integers of at most 52 bits, besides the sign.
 */
export function encodeMoment(moment: SharedMoment): string {
  const version = versionFor(moment);
  const { body, deflated } = deflateBody(encodeHead(moment, version), moment.text, dictionaryBytes(version));
  const sum = checksum(body);
  const bytes = joined(Uint8Array.of(sum >> 16, (sum >> 8) & 0xff, sum & 0xff), deflated);
  return `#${PREFIX}${version}${encodeBase64url(bytes)}`;
}

/** Reads a fragment, with or without `#`. Never throws, and never unpacks more than 1 MiB and a slice. */
export function decodeMoment(fragment: string): DecodedMoment {
  const decoded = decodeFragment(fragment.startsWith('#') ? fragment.slice(1) : fragment);
  return typeof decoded === 'string' ? { problem: PROBLEMS[decoded] } : { moment: decoded };
}
