/** What is wrong with a filter, as data: the page says it in its own language. */
import type { FieldType } from '#machine/events.ts';
import type { Key } from './syntax.ts';

export type FilterReason =
  | {
      readonly why:
        | 'too-long'
        | 'too-deep'
        | 'open-quote'
        | 'open-bracket'
        | 'close-bracket'
        | 'term-missing';
    }
  | { readonly why: 'no-such-key'; readonly key: string; readonly known: readonly string[] }
  | { readonly why: 'value-missing'; readonly before: string }
  | { readonly why: 'no-such-kind'; readonly name: string; readonly near: readonly string[] }
  | { readonly why: 'no-such-field'; readonly name: string; readonly near: readonly string[] }
  | { readonly why: 'one-of'; readonly key: string; readonly known: readonly string[] }
  | { readonly why: 'range'; readonly key: string; readonly found: string }
  | { readonly why: 'cpu'; readonly found: string }
  | { readonly why: 'thing'; readonly key: Key; readonly found: string }
  | { readonly why: 'not-ordered'; readonly field: string; readonly operator: string }
  | { readonly why: 'no-such-bit'; readonly field: string; readonly bit: string }
  | { readonly why: 'bit-value'; readonly found: string }
  | {
      readonly why: 'field-value';
      readonly field: string;
      readonly types: readonly FieldType[];
      readonly found: string;
    };

export type FilterProblem = FilterReason & {
  /** Characters of the text that it is about, from 0; `to` is one past the last. */
  readonly from: number;
  readonly to: number;
};

/** Ends the reading of a filter. Caught where it began: `parseFilter` never throws. */
export class Refusal extends Error {
  readonly problem: FilterProblem;
  constructor(problem: FilterProblem) {
    super(problem.why);
    this.problem = problem;
  }
}
