/** Text to lines to words with their places. Knows blanks and comments, and nothing of what the words mean. */

import type { Span } from './scenario.ts';

/** A run of characters other than blanks. */
export interface Token {
  readonly text: string;
  readonly span: Span;
}

/** A line that holds a statement: its words, and all of it without comment and outer blanks. */
export interface Line {
  readonly tokens: readonly Token[];
  readonly text: string;
  readonly span: Span;
}

/** Blanks: space, tab, and a byte order mark, which some editors leave at the beginning of a file. */
const TOKEN = /[^ \t\uFEFF]+/g;

/**
 * The words of one line (without its line end). `#` begins a comment, anywhere.
 * @param number The line's number, from 1.
 * @returns Null if nothing but blanks and comment is there.
 */
function lexLine(line: string, number: number): Line | null {
  const comment = line.indexOf('#');
  const code = comment < 0 ? line : line.slice(0, comment);
  const tokens = Array.from(code.matchAll(TOKEN), (match) => ({
    text: match[0],
    span: { line: number, column: match.index + 1, length: match[0].length },
  }));
  const first = tokens[0];
  const last = tokens[tokens.length - 1];
  if (first === undefined || last === undefined) return null;
  const start = first.span.column - 1;
  const length = last.span.column - 1 + last.span.length - start;
  return {
    tokens,
    text: code.slice(start, start + length),
    span: { line: number, column: start + 1, length },
  };
}

/** All lines that hold a statement. Lines end with LF or CRLF. */
export function lex(text: string): Line[] {
  const lines: Line[] = [];
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    const found = lexLine(line.endsWith('\r') ? line.slice(0, -1) : line, number);
    if (found !== null) lines.push(found);
  }
  return lines;
}

/** What was written, in a form fit for a message: no line is made longer than it must be. */
export function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}
