/**
 * Comparing a field with what somebody wrote. Every form that a line prints a value in can be written here, so that what is copied
 * from a line finds it again; numbers may be written in decimal or hexadecimal whatever a line prints.
 */
import { type FieldType, REGISTERS, VECTORS, WALKERS } from '#machine/events.ts';
import { bitNumber, bitTest } from './bits.ts';
import { type FieldPasses, HOLDS, letters, pair, textTest, word } from './comparison.ts';
import { atTest, eitherTest, fromTest, hostTest, serialOf } from './entry-values.ts';
import { parseNumber } from './number.ts';
import type { Operator } from './syntax.ts';

export interface FieldTest {
  readonly is: 'field';
  readonly name: string;
  readonly bit: string;
  readonly operator: Operator;
  readonly value: string;
}

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

const TEXTS: Partial<Record<FieldType, Parameters<typeof textTest>[2]>> = {
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

/** The test of a field of some type; what is wrong with it, where there is none. */
export function fieldTest(test: FieldTest, type: FieldType): FieldPasses | 'no-such-bit' | 'bad-value' {
  if (test.bit === '') return wholeTest(test, type) ?? 'bad-value';
  const number = bitNumber(test.bit, type);
  if (number === null) return 'no-such-bit';
  const wanted = boolOf(test.value);
  return wanted === null ? 'bad-value' : bitTest(number, (wanted === 1n) === (test.operator === '='), type);
}
