/** A statement that somebody is about to put in, checked as a part of the scenario that it will be in. */
import { load } from '#scenario/check.ts';
import { type Insertion, inserted, insertionOf } from '#scenario/insert.ts';
import type { Problem } from '#scenario/scenario.ts';

export interface CheckedStatement {
  readonly insertion: Insertion;
  /** What is wrong with the text where it is put in; null for nothing. */
  readonly problem: Problem | null;
  /** The characters of the statement that it is about; null where it is about something else. */
  readonly wrong: { readonly from: number; readonly to: number } | null;
}

/** Where in a statement, as it is being written, a problem of the text with it is. */
function wrongPart(text: string, statement: string, { span }: Problem): CheckedStatement['wrong'] {
  const line = text.split('\n')[span.line - 1] ?? '';
  if (line.trim() !== statement.trim()) return null;
  const from = span.column - 1 - line.search(/\S/) + statement.search(/\S/);
  return { from, to: from + span.length };
}

/**
 * Checks a statement after a step of a text without errors. Null while nothing is written.
 * @param step from 0; -1: before the first
 */
export function checkedStatement(text: string, statement: string, step: number): CheckedStatement | null {
  const written = statement.trim();
  if (written === '' || written.startsWith('#')) return null;
  const insertion = insertionOf(written);
  const next = inserted(text, insertion, step);
  const [problem = null] = load(next).problems;
  return { insertion, problem, wrong: problem && wrongPart(next, statement, problem) };
}
