/**
 * Numbers and values: `4K`, `0x1_0000`, `frame+8|p|w`. Reading them from a word, and working them out.
 * A value is worked out from left to right; + and | bind alike. Values are unsigned and have 64 bits.
 */

import { ENTRY_BITS } from '#scenario/language/spec.ts';
import { shortened } from './lex.ts';
import { problem } from './messages.ts';
import { nearest } from './nearest.ts';
import type { Problem, Span } from './scenario.ts';

/** One part of a value: a number, a page-table bit, or a name (whose value is found later). */
export interface Term {
  /** What joins it to the part before it; null at the first. */
  readonly operator: '+' | '|' | null;
  readonly kind: 'number' | 'bit' | 'name';
  readonly text: string;
  /** 0 for a name. */
  readonly value: bigint;
  readonly span: Span;
}

export interface Expression {
  readonly terms: readonly Term[];
  /** Written with `raw:` before it: taken as it is, without translation (Xen PV). */
  readonly raw: boolean;
}

/** What a name stands for, or undefined if there is no such name. */
export type Lookup = (name: string) => bigint | undefined;

const NUMBER = /^(?:0x[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|[0-9]+(?:_[0-9]+)*[KMGT]?)$/;
const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const RAW = 'raw:';
const LIMIT = 1n << 64n;
/** More digits than any 64-bit number needs; it bounds the work. */
const LONGEST_NUMBER = 100;
const SHIFTS: Readonly<Record<string, bigint>> = { K: 10n, M: 20n, G: 30n, T: 40n };

/** Whether a word may be a name: a letter or `_`, then letters, digits, `_` and `-`. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** Whether a name is taken: page-table bits are named already. */
export function isEntryBit(text: string): boolean {
  return Object.hasOwn(ENTRY_BITS, text);
}

/** A number: decimal, with K, M, G or T for powers of 1024, or 0x hexadecimal. Null if it is none, or has over 64 bits. */
export function parseNumber(text: string): bigint | null {
  if (text.length > LONGEST_NUMBER || !NUMBER.test(text)) return null;
  const digits = text.replaceAll('_', '');
  const shift = SHIFTS[digits.slice(-1)];
  const value = shift === undefined ? BigInt(digits) : BigInt(digits.slice(0, -1)) << shift;
  return value < LIMIT ? value : null;
}

function parseTerm(operator: Term['operator'], text: string, span: Span): Term | Problem {
  if (isEntryBit(text)) return { operator, kind: 'bit', text, value: ENTRY_BITS[text]!, span };
  if (isName(text)) return { operator, kind: 'name', text, value: 0n, span };
  const value = parseNumber(text);
  if (value !== null) return { operator, kind: 'number', text, value, span };
  if (text === '') {
    return problem(span, 'value-missing', operator);
  }
  if (NUMBER.test(text)) return problem(span, 'number-too-large', shortened(text));
  return problem(span, 'no-value', shortened(text));
}

/**
 * Reads a value.
 * @param span Place of `text`, on one line.
 * @returns The parts, or what is wrong and at which of them.
 */
export function parseExpression(text: string, span: Span): Expression | Problem {
  const raw = text.startsWith(RAW);
  const terms: Term[] = [];
  let operator: Term['operator'] = null;
  let start = raw ? RAW.length : 0;
  for (let i = start; i <= text.length; i++) {
    const next = text[i];
    if (next !== undefined && next !== '+' && next !== '|') continue;
    const column = span.column + start;
    // An empty part has no extent of its own: point at the operator, or at the end.
    const term = parseTerm(operator, text.slice(start, i), {
      line: span.line,
      column: i === start && start > 0 ? column - 1 : column,
      length: Math.max(1, i - start),
    });
    if ('id' in term) return term;
    terms.push(term);
    operator = next ?? null;
    start = i + 1;
  }
  return { terms, raw };
}

/** Works a value out. The problem names the part that has no value, or that makes it too large. */
export function evaluate(expression: Expression, lookup: Lookup, names: Iterable<string>): bigint | Problem {
  let sum = 0n;
  for (const term of expression.terms) {
    const value = term.kind === 'name' ? lookup(term.text) : term.value;
    if (value === undefined)
      return problem(term.span, 'no-such-name', shortened(term.text), nearest(term.text, names));
    sum = term.operator === '|' ? sum | value : sum + value;
    if (sum >= LIMIT) return problem(term.span, 'sum-too-large');
  }
  return sum;
}
