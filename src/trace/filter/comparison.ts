/** Comparisons of an event's field with a value, whatever was written for the value. */
import { hiOfBig, hiWord, loOfBig, loWord } from '#arch/word64.ts';
import type { FieldSpec } from '#machine/events.ts';
import type { NamedLog } from '#trace/names.ts';
import { patternTest } from './pattern.ts';
import type { Operator } from './syntax.ts';

/** Whether an event passes. */
export type Passes = (index: number) => boolean;

/** A test of one field of one kind of event. */
export type FieldPasses = (source: NamedLog, field: FieldSpec) => Passes;

/** -1, 0 or 1 for each operator that holds then. */
export const HOLDS: Readonly<Record<Operator, (order: number) => boolean>> = {
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

/** A number of one word, unsigned. */
export function word(value: bigint, holds: (order: number) => boolean): FieldPasses {
  const other = Number(value);
  return ({ reader }, field) =>
    (index) =>
      holds(order(reader.field(index, field) >>> 0, other));
}

/** A number in two words, as a plain pair or as an entry. */
export function pair(value: bigint, holds: (order: number) => boolean, isEntry: boolean): FieldPasses {
  const [hi, lo] = [hiOfBig(value), loOfBig(value)];
  return ({ reader }, field) =>
    (index) => {
      const [first, next] = [reader.field(index, field), reader.secondWord(index, field)];
      return isEntry
        ? holds(pairOrder(hiWord(first, next), loWord(first, next), hi, lo))
        : holds(pairOrder(first, next, hi, lo));
    };
}

/** A value that is printed as letters, one for each bit in turn. */
export function letters(
  value: string,
  names: string,
  order: readonly number[],
  holds: (order: number) => boolean,
) {
  const mask = [...value].reduce((all, letter, i) => (letter === '-' ? all : all | (order[i] ?? 0)), 0);
  const isOne =
    value.length === names.length && [...value].every((letter, i) => letter === '-' || letter === names[i]);
  if (!isOne) return null;
  return word(BigInt(mask), holds);
}

/** A text with `*` for any letters, or one of a list of texts by its number. */
export function textTest(
  value: string,
  isNot: boolean,
  textOf: (source: NamedLog, field: FieldSpec, index: number) => string,
): FieldPasses {
  const test = patternTest(value);
  const known = new Map<string, boolean>();
  const fits = (text: string): boolean => {
    const found = known.get(text) ?? test(text);
    known.set(text, found);
    return found;
  };
  return (source, field) => (index) => fits(textOf(source, field, index)) !== isNot;
}
