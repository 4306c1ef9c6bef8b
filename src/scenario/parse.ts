/**
 * Text to statements, by the table in statements.ts. It knows what a word looks like and where it may stand; whether the
 * statements make sense together (names, ranges, order) is for check.ts.
 */

import type { ArgumentSpec, KeySpec, StatementSpec } from '#scenario/language/spec.ts';
import { type Expression, isEntryBit, isName, parseExpression, parseNumber } from './expression.ts';
import { type Line, lex, shortened, type Token } from './lex.ts';
import { MAX_PROBLEMS, MAX_STATEMENTS, MAX_TEXT } from './limits.ts';
import { problem } from './messages.ts';
import { nearest } from './nearest.ts';
import type { Problem, Span } from './scenario.ts';
import { findStatement, STATEMENTS, statementName } from './statements.ts';

/** A word of a statement and what it is there. */
export interface Word {
  readonly role: 'argument' | 'key' | 'flag';
  /** Its name in the table: GVA, width, user. */
  readonly name: string;
  /** As written; of a key, what follows `=`. */
  readonly text: string;
  /** Where the word is a number or a value. */
  readonly value: Expression | null;
  /** The whole word, a key's name included. */
  readonly span: Span;
}

/** A statement that is well formed by itself. */
export interface Statement {
  /** As in the table, without `host`. */
  readonly verb: string;
  readonly host: boolean;
  /** The vCPU that was named, or null. */
  readonly cpu: number | null;
  /** In the order written. */
  readonly words: readonly Word[];
  readonly span: Span;
  /** As written, without comment and outer blanks. */
  readonly text: string;
}

/** What parse found: the statements that are well formed, and what is wrong with the others. */
export interface Parsed {
  readonly statements: Statement[];
  readonly problems: Problem[];
}

const CPU = /^cpu(0|[1-9][0-9]{0,3})$/;
const KEY = /^([A-Za-z][A-Za-z0-9_-]*)=(.*)$/s;
const FREE_WORD = /^[A-Za-z0-9_-]+$/;

/** Reads one word of the kind that its place asks for: its value (null where it has none), or what is wrong. */
function parseWord(place: ArgumentSpec | KeySpec, text: string, span: Span): Expression | null | Problem {
  const { name, kind, choices = [] } = place;
  const wrong = (): Problem =>
    problem(span, 'word-expected', name, kind, choices, shortened(text), nearest(text, choices));
  switch (kind) {
    case 'number':
      return parseNumber(text) === null ? wrong() : parseExpression(text, span);
    case 'value':
      return text === '' ? wrong() : parseExpression(text, span);
    case 'operand':
      return text === ',' ? null : parseExpression(text, span);
    case 'name':
      if (isEntryBit(text)) return problem(span, 'bit-as-name', text);
      return isName(text) ? null : wrong();
    case 'choice':
      return choices.includes(text) ? null : wrong();
    case 'word':
      return FREE_WORD.test(text) ? null : wrong();
    case 'text':
      return null;
  }
}

/** One statement's words being put in their places. */
interface Placing {
  readonly spec: StatementSpec;
  readonly name: string;
  readonly words: Word[];
  readonly problems: Problem[];
  /** How many arguments have been placed. */
  placed: number;
}

function place(placing: Placing, word: Omit<Word, 'value'>, value: Expression | null | Problem): void {
  if (value !== null && 'id' in value) placing.problems.push(value);
  else placing.words.push({ ...word, value });
}

/** What a message lists of the words that are known: all, or none where they are too many to read. */
const listed = (words: readonly string[]): readonly string[] => (words.length < 9 ? words : []);

function placeKey(placing: Placing, token: Token, name: string, text: string): void {
  const { spec, problems } = placing;
  const key = spec.keys.find((each) => each.name === name);
  if (key === undefined) {
    const names = spec.keys.map((each) => each.name);
    const near = nearest(name, names);
    problems.push(problem(token.span, 'no-such-key', placing.name, shortened(name), listed(names), near));
    return;
  }
  if (placing.words.some((word) => word.role === 'key' && word.name === name)) {
    problems.push(problem(token.span, 'word-twice', `${name}=`));
    return;
  }
  const { line, column, length } = token.span;
  const skip = name.length + 1;
  const span = text === '' ? token.span : { line, column: column + skip, length: length - skip };
  place(placing, { role: 'key', name, text, span: token.span }, parseWord(key, text, span));
}

function placeFlag(placing: Placing, token: Token): void {
  const { spec, problems } = placing;
  const { text, span } = token;
  if (!spec.flags.some((flag) => flag.name === text)) {
    const words = [...spec.flags.map((flag) => flag.name), ...spec.keys.map((key) => `${key.name}=`)];
    const near = nearest(text, words);
    problems.push(problem(span, 'no-such-word', placing.name, shortened(text), listed(words), near));
  } else if (placing.words.some((word) => word.role === 'flag' && word.name === text)) {
    problems.push(problem(span, 'word-twice', text));
  } else {
    placing.words.push({ role: 'flag', name: text, text, value: null, span });
  }
}

/** The argument whose turn it is, or undefined when all are placed. The last may repeat. */
function nextArgument(placing: Placing): ArgumentSpec | undefined {
  const { spec, placed } = placing;
  const last = spec.arguments[spec.arguments.length - 1];
  return spec.arguments[placed] ?? (last?.repeated ? last : undefined);
}

function placeToken(placing: Placing, token: Token): void {
  const pair = KEY.exec(token.text);
  if (pair !== null) {
    placeKey(placing, token, pair[1]!, pair[2]!);
    return;
  }
  const argument = nextArgument(placing);
  const last = placing.words[placing.words.length - 1];
  const inOrder = last === undefined || last.role === 'argument';
  if (argument === undefined || !inOrder) {
    placeFlag(placing, token);
    return;
  }
  placing.placed++;
  const { text, span } = token;
  place(placing, { role: 'argument', name: argument.name, text, span }, parseWord(argument, text, span));
}

/** Says which arguments and keys are missing. */
function reportMissing(placing: Placing, span: Span): void {
  const { spec, name, problems } = placing;
  const missing = spec.arguments[placing.placed];
  if (missing !== undefined && !missing.optional) {
    problems.push(problem(span, 'argument-missing', name, missing.name, missing.choices ?? [], missing.help));
  }
  for (const key of spec.keys) {
    if (!key.required || placing.words.some((word) => word.role === 'key' && word.name === key.name))
      continue;
    problems.push(problem(span, 'key-missing', name, key.name, key.help));
  }
}

/** The words after the verb of `title`: one, with the blanks inside as written. */
function restOfLine(line: Line, tokens: readonly Token[]): Token[] {
  const first = tokens[0];
  if (first === undefined) return [];
  const text = line.text.slice(first.span.column - line.span.column);
  return [{ text, span: { ...first.span, length: text.length } }];
}

/** What stands before the words: `cpuN` or `host`, and the verb. */
interface Head {
  readonly cpu: number | null;
  readonly host: boolean;
  readonly verb: Token | undefined;
  readonly rest: readonly Token[];
}

function parseHead(tokens: readonly Token[]): Head {
  const first = tokens[0]!;
  const cpu = CPU.exec(first.text);
  if (cpu !== null) return { cpu: Number(cpu[1]), host: false, verb: tokens[1], rest: tokens.slice(2) };
  if (first.text === 'host') return { cpu: null, host: true, verb: tokens[1], rest: tokens.slice(2) };
  return { cpu: null, host: false, verb: first, rest: tokens.slice(1) };
}

/** Why no statement of that name can stand there. */
function explainUnknown(head: Head, verb: Token): Problem {
  const { text, span } = verb;
  if (findStatement(text, !head.host) !== undefined) {
    const right = statementName(text, !head.host);
    return problem(span, 'not-that-statement', statementName(text, head.host), right);
  }
  const verbs = STATEMENTS.filter((spec) => (spec.where === 'host') === head.host).map((spec) => spec.verb);
  return problem(span, 'no-such-statement', head.host, shortened(text), nearest(text, verbs));
}

/** One line to a statement; its problems are added, and null returned, if it is not well formed. */
function parseLine(line: Line, problems: Problem[]): Statement | null {
  const head = parseHead(line.tokens);
  const first = line.tokens[0]!;
  if (head.verb === undefined) {
    problems.push(problem(first.span, 'step-missing', head.host, first.text));
    return null;
  }
  const verb = head.verb.text;
  const spec = findStatement(verb, head.host);
  if (spec === undefined) {
    problems.push(explainUnknown(head, head.verb));
    return null;
  }
  if (head.cpu !== null && spec.where !== 'guest') {
    problems.push(problem(first.span, 'no-guest-step', verb, first.text));
    return null;
  }
  const placing: Placing = { spec, name: statementName(verb, head.host), words: [], problems: [], placed: 0 };
  const rest = spec.arguments[0]?.kind === 'text' ? restOfLine(line, head.rest) : head.rest;
  for (const token of rest) {
    if (spec.arguments[0]?.kind === 'text') {
      placing.placed++;
      placing.words.push({ role: 'argument', name: spec.arguments[0].name, ...token, value: null });
    } else placeToken(placing, token);
  }
  // A word that is wrong may be the one that is missing: do not say both.
  if (placing.problems.length === 0) reportMissing(placing, line.span);
  problems.push(...placing.problems);
  if (placing.problems.length > 0) return null;
  return { verb, host: head.host, cpu: head.cpu, words: placing.words, span: line.span, text: line.text };
}

/**
 * Reads a scenario. Never throws: what is wrong comes back as problems, in the order of the text, up to twenty of them.
 */
export function parse(text: string): Parsed {
  const start: Span = { line: 1, column: 1, length: 0 };
  if (text.length > MAX_TEXT) {
    return {
      statements: [],
      problems: [problem(start, 'text-too-long', MAX_TEXT, text.length)],
    };
  }
  const statements: Statement[] = [];
  const problems: Problem[] = [];
  for (const line of lex(text)) {
    if (statements.length === MAX_STATEMENTS) {
      problems.push(problem(line.span, 'too-many-statements', MAX_STATEMENTS));
      break;
    }
    const statement = parseLine(line, problems);
    if (statement !== null) statements.push(statement);
    if (problems.length >= MAX_PROBLEMS) break;
  }
  return { statements, problems: problems.slice(0, MAX_PROBLEMS) };
}
