/**
 * Words to numbers, while a scenario is being checked: names, ranges, alignment, and the problems found so far.
 * A function that finds a fault reports it and returns a harmless value, so that checking goes on and tells all faults.
 */

import { evaluate } from './expression.ts';
import { MAX_COLLECTED } from './limits.ts';
import { type MessageId, type MessageTexts, problem, type Room, told } from './messages.ts';
import type { Statement, Word } from './parse.ts';
import type { Problem, Span } from './scenario.ts';
import { findStatement, statementName } from './statements.ts';
import { UNSUPPORTED } from './unsupported.ts';

/** Bytes of the smallest page. */
export const PAGE = 0x1000;

/** A name that `let` or `space` made. */
export interface Name {
  readonly value: bigint;
  readonly line: number;
  readonly isSpace: boolean;
}

/** What is known and what is wrong so far. */
export interface Resolution {
  readonly problems: Problem[];
  readonly names: Map<string, Name>;
  /** The machine is a Xen, so that Xen's own words may be used. */
  readonly xen: boolean;
}

/** Bounds of a number, both allowed. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** Notes a problem. Past a number that nobody reads they are dropped, so that hostile texts stay cheap. */
function add(resolution: Resolution, found: Problem): void {
  if (resolution.problems.length < MAX_COLLECTED) resolution.problems.push(found);
}

/** Notes a problem, by the name of its message and what that says. */
export function report<Id extends MessageId>(
  resolution: Resolution,
  span: Span,
  id: Id,
  ...args: Parameters<MessageTexts[Id]>
): void {
  add(resolution, problem(span, id, ...args));
}

/** Refuses what cannot be run yet, the first time it is met. True if it was refused. */
export function refuseUnsupported(resolution: Resolution, what: string, span: Span): boolean {
  const missing = UNSUPPORTED[what];
  if (missing === undefined) return false;
  const { message } = told('unsupported', what, missing);
  if (!resolution.problems.some((older) => older.message === message))
    report(resolution, span, 'unsupported', what, missing);
  return true;
}

/** Refuses a word that only Xen has: on other machines for good, on Xen while it is not supported. */
export function refuseXenWord(resolution: Resolution, word: string, span: Span): boolean {
  if (resolution.xen) return refuseUnsupported(resolution, word, span);
  report(resolution, span, 'needs-xen', word);
  return true;
}

/** The table's rules about Xen for this statement, its keys and its flags. True if the whole statement was refused. */
export function refuseXenWords(resolution: Resolution, statement: Statement): boolean {
  const spec = findStatement(statement.verb, statement.host);
  if (spec?.needs === 'xen') {
    return refuseXenWord(resolution, statementName(statement.verb, statement.host), statement.span);
  }
  for (const word of statement.words) {
    const places = word.role === 'flag' ? spec?.flags : word.role === 'key' ? spec?.keys : undefined;
    const place = places?.find((each) => each.name === word.name);
    if (place?.needs === 'xen') refuseXenWord(resolution, word.name, word.span);
  }
  return false;
}

/** An argument by its name in the table. Parsing has made sure that the ones that are not optional are there. */
export function argument(statement: Statement, name: string): Word {
  const found = optionalArgument(statement, name);
  if (found === undefined) throw new Error(`'${statement.text}' was parsed without ${name}`);
  return found;
}

/** An argument that may be left out. */
export function optionalArgument(statement: Statement, name: string): Word | undefined {
  return statement.words.find((word) => word.role === 'argument' && word.name === name);
}

/** The value of `name=`, where the statement has it. */
export function key(statement: Statement, name: string): Word | undefined {
  return statement.words.find((word) => word.role === 'key' && word.name === name);
}

/** Whether the statement has a flag. */
export function hasFlag(statement: Statement, name: string): boolean {
  return statement.words.some((word) => word.role === 'flag' && word.name === name);
}

/** A bit of a control register, written 0 or 1. */
export function bitOf(word: Word): boolean {
  return word.text === '1';
}

/** A number as messages write it: `0x1f`. */
export function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

/** A word's value, 0 to 2^64 - 1; `fallback` if it has none. */
export function wordValue(resolution: Resolution, word: Word, fallback = 0n): bigint {
  if (word.value === null) return fallback;
  if (word.value.raw && refuseXenWord(resolution, 'raw:', word.span)) return fallback;
  const { names } = resolution;
  const value = evaluate(word.value, (name) => names.get(name)?.value, names.keys());
  if (typeof value === 'bigint') return value;
  add(resolution, value);
  return fallback;
}

/** A word's value below `2 ** bits`. A larger one does not fit in `room`, whose size a message gives in bits or bytes. */
export function valueWithin(
  resolution: Resolution,
  word: Word,
  bits: number,
  room: Room,
  size = bits,
): bigint {
  const value = wordValue(resolution, word);
  if (value < 1n << BigInt(bits)) return value;
  report(resolution, word.span, 'does-not-fit', hex(value), room, size);
  return 0n;
}

/** A count or an id: a plain number within a range. */
export function numberWithin(resolution: Resolution, word: Word, range: Range): number {
  const value = wordValue(resolution, word, BigInt(range.least));
  if (value >= BigInt(range.least) && value <= BigInt(range.most)) return Number(value);
  report(resolution, word.span, 'out-of-range', word.name, range.least, range.most, `${value}`);
  return range.least;
}

/** The physical address of a page: a multiple of 4 KiB with at most `bits` bits. */
export function pageAddress(resolution: Resolution, word: Word, bits: number): number {
  const value = valueWithin(resolution, word, bits, 'physical-address');
  if (isAligned(resolution, word, value, PAGE)) return Number(value);
  return 0;
}

/** A size in bytes: whole pages, at least one, at most what `bits` address bits reach. */
export function pageBytes(resolution: Resolution, word: Word, bits: number): number {
  const value = wordValue(resolution, word, BigInt(PAGE));
  if (value === 0n) {
    report(resolution, word.span, 'no-page', word.name);
  } else if (value > 1n << BigInt(bits)) {
    report(resolution, word.span, 'size-too-large', hex(value), bits);
  } else if (isAligned(resolution, word, value, PAGE)) return Number(value);
  return PAGE;
}

const SIZE_NAMES: ReadonlyMap<number, string> = new Map([
  [PAGE, '4K'],
  [0x200000, '2M'],
  [0x400000, '4M'],
  [0x40000000, '1G'],
]);

/** Whether an address or size is a multiple of a page size; reports it if not. */
export function isAligned(resolution: Resolution, word: Word, value: bigint, size: number): boolean {
  if (value % BigInt(size) === 0n) return true;
  const name = SIZE_NAMES.get(size) ?? hex(size);
  report(resolution, word.span, 'not-aligned', word.name, hex(value), name);
  return false;
}
