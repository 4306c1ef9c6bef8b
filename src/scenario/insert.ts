/** Statements put into a scenario's text: on lines of their own; everything else stays as it is written. */
import { load } from './check.ts';
import { parse, type Statement } from './parse.ts';
import type { Problem } from './scenario.ts';
import { findStatement } from './statements.ts';

/** What is put in, in order. */
export interface Insertion {
  /** Behind the statements that prepare the machine. */
  readonly setup: readonly string[];
  /** Behind the step at the cursor. */
  readonly steps: readonly string[];
}

const isSetup = ({ verb, host }: Statement): boolean => findStatement(verb, host)?.where === 'setup';

/** A statement as something to put in, where its kind belongs. */
export function insertionOf(statement: string): Insertion {
  const [parsed] = parse(statement).statements;
  return parsed && isSetup(parsed) ? { setup: [statement], steps: [] } : { setup: [], steps: [statement] };
}

/** The line (from 1) that a statement stands on; 0 for none. */
const lineOf = (statement: Statement | undefined): number => statement?.span.line ?? 0;

/** The statements as lines like one that is there: as far to the right, and ending alike. */
function linesLike(line: string, statements: readonly string[]): string[] {
  const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
  const end = line.endsWith('\r') ? '\r' : '';
  return statements.map((statement) => indent + statement + end);
}

/** The lines between which steps are put: behind one, or where there is none, apart from what prepares the machine. */
function stepLines(
  statements: readonly Statement[],
  step: number,
): { readonly after: number; readonly like: number; readonly isFirst: boolean } {
  const steps = statements.filter((statement) => !isSetup(statement));
  const [first] = steps;
  if (!first) {
    const last = lineOf(statements.at(-1));
    return { after: last, like: last, isFirst: true };
  }
  const line = lineOf(steps[Math.min(step, steps.length - 1)] ?? first);
  return { after: step < 0 ? line - 1 : line, like: line, isFirst: false };
}

/**
 * The text with an insertion.
 * @param step the step (from 0) that the steps go behind; -1: before the first. Of a text with errors, what can be read counts
 */
export function inserted(text: string, { setup, steps }: Insertion, step: number): string {
  const { statements } = parse(text);
  const lines = text.split('\n');
  const like = (line: number, added: readonly string[]) => linesLike(lines[line - 1] ?? '', added);
  const setupLine = lineOf(statements.findLast(isSetup));
  const place = stepLines(statements, step);
  const addedSetup = like(setupLine, setup);
  const gap = place.isFirst && steps.length > 0 ? [lines[place.like - 1]?.endsWith('\r') ? '\r' : ''] : [];
  lines.splice(place.after, 0, ...gap, ...like(place.like, steps));
  lines.splice(setupLine, 0, ...addedSetup);
  return lines.join('\n');
}

/** An entry's value as it is written, worked out, or what is wrong with it: names of the scenario count, and it must fit. */
export function readEntryValue(
  text: string,
  value: string,
  bytes: 4 | 8,
): { readonly value: bigint } | { readonly problem: Problem } {
  const memory = load(text).scenario?.slots[0]?.gpa ?? 0;
  const poke = `poke ${memory} ${value} width=${bytes}`;
  const { scenario, problems } = load(inserted(text, { setup: [poke], steps: [] }, -1));
  const poked = scenario?.setup.at(-1);
  if (poked?.kind === 'poke') return { value: poked.value };
  return { problem: problems[0] as Problem };
}
