/**
 * Comparing a field with what somebody wrote. Every form that a line prints a value in can be written here, so that what is copied
 * from a line finds it again; numbers may be written in decimal or hexadecimal whatever a line prints.
 */
import { flagsWord, frameWord, hiOfBig, hiWord, loOfBig, loWord } from '#arch/word64.ts';
import {
  type FieldSpec,
  type FieldType,
  REFERENCE_PLACE,
  REGISTERS,
  VECTORS,
  WALKERS,
} from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import type { Names } from '#trace/names.ts';
import { entryText } from '#trace/print.ts';
import type { Operator } from './syntax.ts';

/** A log, and the names of what is in it. */
export interface Source {
  readonly reader: LogReader;
  readonly names: Names;
}

export interface FieldTest {
  readonly is: 'field';
  readonly name: string;
  readonly bit: string;
  readonly operator: Operator;
  readonly value: string;
}

/** Whether an event passes. */
export type Passes = (index: number) => boolean;

/** A test of one field of one kind of event. */
type FieldPasses = (source: Source, field: FieldSpec) => Passes;

const ORDERED = new Set<FieldType>([
  'int',
  'hex',
  'hex64',
  'gva',
  'gpa',
  'gfn',
  'pferr',
  'place',
  'code',
  'vector',
]);

/** Whether values of a type are numbers of which one is larger. */
export const isOrdered = (type: FieldType): boolean => ORDERED.has(type);

const parseNumber = (text: string): bigint | null => {
  if (!/^(0x[0-9a-fA-F]{1,16}|\d{1,20})$/.test(text)) return null;
  const value = BigInt(text);
  return value < 1n << 64n ? value : null;
};

/** -1, 0 or 1 for each operator that holds then. */
const HOLDS: Readonly<Record<Operator, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

const order = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

/** Compares unsigned 64-bit values, as plain pairs. */
export const pairOrder = (hi: number, lo: number, otherHi: number, otherLo: number): number =>
  order(hi >>> 0, otherHi >>> 0) || order(lo >>> 0, otherLo >>> 0);

const second = ({ reader }: Source, index: number, field: FieldSpec): number =>
  reader.payload(index, field.word + 1);

/** A number of one word, unsigned. */
function word(value: bigint, holds: (order: number) => boolean): FieldPasses {
  const other = Number(value);
  return ({ reader }, field) =>
    (index) =>
      holds(order(reader.field(index, field) >>> 0, other));
}

/** A number in two words, as a plain pair or as an entry. */
function pair(value: bigint, holds: (order: number) => boolean, isEntry: boolean): FieldPasses {
  const [hi, lo] = [hiOfBig(value), loOfBig(value)];
  return (source, field) => (index) => {
    const [first, next] = [source.reader.field(index, field), second(source, index, field)];
    return isEntry
      ? holds(pairOrder(hiWord(first, next), loWord(first, next), hi, lo))
      : holds(pairOrder(first, next, hi, lo));
  };
}

/** A value that is printed as letters, one for each bit in turn. */
function letters(value: string, names: string, order: readonly number[], holds: (order: number) => boolean) {
  const mask = [...value].reduce((all, letter, i) => (letter === '-' ? all : all | (order[i] ?? 0)), 0);
  const isOne =
    value.length === names.length && [...value].every((letter, i) => letter === '-' || letter === names[i]);
  if (!isOne) return null;
  return word(BigInt(mask), holds);
}

/** A text with `*` for any letters, or one of a list of texts by its number. */
function textTest(
  value: string,
  isNot: boolean,
  textOf: (source: Source, field: FieldSpec, index: number) => string,
): FieldPasses {
  const pattern = new RegExp(
    `^${value
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    'is',
  );
  const known = new Map<string, boolean>();
  const fits = (text: string): boolean => {
    const found = known.get(text) ?? pattern.test(text);
    known.set(text, found);
    return found;
  };
  return (source, field) => (index) => fits(textOf(source, field, index)) !== isNot;
}

/** `t3` or `root`: a table's serial number. */
function serialOf(text: string): number | null {
  if (text === 'root') return -1;
  return /^t\d{1,9}$/.test(text) ? Number(text.slice(1)) : null;
}

/** A table, or an entry in one as `t3+0x80` or `t3[010]`. */
function entryPlace(text: string): { readonly serial: number; readonly index: number | null } | null {
  const [, owner = '', offset, digits] =
    /^(t\d{1,9}|root)(?:\+0x([0-9a-f]{1,3})|\[([0-9a-f]{1,3})\])?$/.exec(text) ?? [];
  const serial = serialOf(owner);
  if (serial === null) return null;
  if (offset !== undefined) return { serial, index: Number.parseInt(offset, 16) >>> 3 };
  return { serial, index: digits === undefined ? null : Number.parseInt(digits, 16) };
}

function atTest(value: string, isNot: boolean): FieldPasses | null {
  const wanted = entryPlace(value);
  if (!wanted) return null;
  return (source, field) => (index) => {
    const isTable = source.reader.field(index, field) === wanted.serial;
    const entry = (second(source, index, field) & 1023) >>> 1;
    return (isTable && (wanted.index === null || wanted.index === entry)) !== isNot;
  };
}

/** Where an entry was read: an address of the guest's, or an entry of a hypervisor's table. */
function fromTest(value: string, isNot: boolean): FieldPasses | null {
  const number = parseNumber(value);
  const wanted = entryPlace(value);
  if (number === null && !wanted) return null;
  const [hi, lo] = number === null ? [0, 0] : [hiOfBig(number), loOfBig(number)];
  return (source, field) => (index) => {
    const { reader, names } = source;
    const place = reader.payload(index, REFERENCE_PLACE);
    if (place === 0) {
      const isThere =
        number !== null && pairOrder(reader.field(index, field), second(source, index, field), hi, lo) === 0;
      return isThere !== isNot;
    }
    const table = names.tableInFrame(place >>> 10, index) ?? 'root';
    const isTable = wanted !== null && serialOf(table) === wanted.serial;
    return (isTable && (wanted.index === null || wanted.index === (place & 1023) >>> 1)) !== isNot;
  };
}

/** A host frame by its name; of an spte also with its other bits: `h3`, `h3|0xe67`, `t4|0x827`. */
function hostTest(value: string, isNot: boolean, isEntry: boolean): FieldPasses | null {
  const number = parseNumber(value);
  if (number !== null)
    return isEntry
      ? pair(number, isNot ? HOLDS['!='] : HOLDS['='], true)
      : word(number, isNot ? HOLDS['!='] : HOLDS['=']);
  if (!/^(h\d+(\+0x[0-9a-f]{1,3})?|hz|noslot|t\d+|root|#[0-9a-f]+)(\|0x[0-9a-f]{1,16})?$/.test(value))
    return null;
  if (!isEntry)
    return textTest(value, isNot, ({ reader, names }, field, index) =>
      names.frame(reader.field(index, field)),
    );
  const hasFlags = value.includes('|');
  return (source, field) => (index) => {
    const text = entryText(
      source.names,
      index,
      source.reader.field(index, field),
      second(source, index, field),
    );
    return ((hasFlags ? text : text.replace(/\|.*/, '')) === value) !== isNot;
  };
}

const vectorOf = (text: string): bigint | null => {
  const named = Object.entries(VECTORS).find(([, name]) => name.toLowerCase() === text.toLowerCase());
  return named ? BigInt(named[0]) : parseNumber(text);
};

const LETTERS = ['p', 'w', 'u', 'rsvd', 'f', 'pk'];

/** `P|W|U`: an error code in letters. */
function errorLetters(text: string): bigint | null {
  const bits =
    text === ''
      ? []
      : text
          .toLowerCase()
          .split('|')
          .map((letter) => LETTERS.indexOf(letter));
  return bits.includes(-1) ? parseNumber(text) : BigInt(bits.reduce((all, bit) => all | (1 << bit), 0));
}

const boolOf = (text: string): bigint | null => (text === '0' || text === '1' ? BigInt(text) : null);
const gpteOf = (text: string): bigint | null => (text === '8' ? 0n : text === '4' ? 1n : null);

/** How a value of a type is read: as a number of one word. */
const WORDS: Partial<Record<FieldType, (text: string) => bigint | null>> = {
  int: parseNumber,
  hex: parseNumber,
  gfn: parseNumber,
  pferr: (text) => parseNumber(text) ?? errorLetters(text),
  place: parseNumber,
  bool: boolOf,
  not: (text) => {
    const value = boolOf(text);
    return value === null ? null : 1n - value;
  },
  gpte: gpteOf,
  letters: errorLetters,
  vector: vectorOf,
  code: (text) => (text === 'none' ? 0xffff_ffffn : parseNumber(text)),
};

const TEXTS: Partial<Record<FieldType, (source: Source, field: FieldSpec, index: number) => string>> = {
  function: ({ reader }, field, index) => reader.text(reader.field(index, field)),
  text: ({ reader }, field, index) => reader.text(reader.field(index, field)),
  register: ({ reader }, field, index) => REGISTERS[reader.field(index, field)] ?? '',
  walker: ({ reader }, field, index) => WALKERS[reader.field(index, field)] ?? '',
};

/** The test of a whole field; null where the value is none of the type. */
function wholeTest({ operator, value }: FieldTest, type: FieldType): FieldPasses | null {
  const holds = HOLDS[operator];
  const isNot = operator === '!=';
  const readWord = WORDS[type];
  if (readWord) {
    const number = readWord(value);
    return number === null || number > 0xffff_ffffn ? null : word(number, holds);
  }
  const textOf = TEXTS[type];
  if (textOf) return textTest(value, isNot, textOf);
  switch (type) {
    case 'hex64':
    case 'gva':
    case 'gpa':
    case 'entry': {
      const number = parseNumber(value);
      return number === null ? null : pair(number, holds, type === 'entry');
    }
    case 'spte':
      return hostTest(value, isNot, true);
    case 'pfn':
      return hostTest(value, isNot, false);
    case 'either':
      return eitherTest(value, isNot);
    case 'table': {
      const serial = serialOf(value);
      return serial === null ? null : word(BigInt(serial >>> 0), holds);
    }
    case 'at':
      return atTest(value, isNot);
    case 'from':
      return fromTest(value, isNot);
    case 'acc':
      return letters(value, 'wux', [2, 4, 1], holds);
    case 'rwxu':
      return letters(value, 'rwxu', [1, 2, 4, 8], holds);
    default:
      return null;
  }
}

/** An entry of the guest's as a number, of a hypervisor's by name. */
function eitherTest(value: string, isNot: boolean): FieldPasses | null {
  const number = parseNumber(value);
  const guest = number === null ? null : pair(number, isNot ? HOLDS['!='] : HOLDS['='], true);
  const host = hostTest(value, isNot, true);
  if (!guest && !host) return null;
  return (source, field) => {
    const [ofGuest, ofHost] = [guest?.(source, field), host?.(source, field)];
    return (index) =>
      source.reader.payload(index, REFERENCE_PLACE) === 0
        ? (ofGuest?.(index) ?? isNot)
        : (ofHost?.(index) ?? isNot);
  };
}

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

function bitNumber(bit: string, type: FieldType): number | null {
  const names = BIT_NAMES[type];
  if (!names) return null;
  if (Object.hasOwn(names, bit)) return names[bit] as number;
  const number = /^\d{1,2}$/.test(bit) ? Number(bit) : 64;
  return number < (ENTRY_TYPES.has(type) || type === 'hex64' ? 64 : 32) ? number : null;
}

/** Bit `number` of a value in two words, the word that it is in and its place there. */
function bitTest(number: number, wanted: boolean, type: FieldType): FieldPasses {
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
      (inSecond !== 0 && (second(source, index, field) & inSecond) !== 0);
    return isSet === wanted;
  };
}

/** The test of a field of some type; what is wrong with it, where there is none. */
export function fieldTest(test: FieldTest, type: FieldType): FieldPasses | 'no-such-bit' | 'bad-value' {
  if (test.bit === '') return wholeTest(test, type) ?? 'bad-value';
  const number = bitNumber(test.bit, type);
  if (number === null) return 'no-such-bit';
  const wanted = boolOf(test.value);
  return wanted === null ? 'bad-value' : bitTest(number, (wanted === 1n) === (test.operator === '='), type);
}
