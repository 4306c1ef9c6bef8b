/** Statements to text: one a line, one blank between words, a blank line before the first step. */

import type { Statement, Word } from './parse.ts';
import { findStatement, statementName } from './statements.ts';

function printWord(word: Word): string {
  return word.role === 'key' ? `${word.name}=${word.text}` : word.text;
}

/** One statement as text. Words keep their order and spelling. */
function printStatement(statement: Statement): string {
  const cpu = statement.cpu === null ? [] : [`cpu${statement.cpu}`];
  const verb = statementName(statement.verb, statement.host);
  return [...cpu, verb, ...statement.words.map(printWord)].join(' ');
}

function isSetup(statement: Statement): boolean {
  return findStatement(statement.verb, statement.host)?.where === 'setup';
}

/**
 * The scenario that these statements make. Parsing it again gives the same statements, but for places in the text and
 * the number of blanks between words.
 */
export function print(statements: readonly Statement[]): string {
  const lines: string[] = [];
  let previous: Statement | null = null;
  for (const statement of statements) {
    if (previous !== null && isSetup(previous) && !isSetup(statement)) lines.push('');
    lines.push(printStatement(statement));
    previous = statement;
  }
  return lines.map((line) => `${line}\n`).join('');
}
