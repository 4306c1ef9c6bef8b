/** Reads a filter. What cannot be read comes back as one problem: where, and what was expected there. */
import { EVENTS } from '#machine/events.ts';
import { parseNumber } from './number.ts';
import { patternTest } from './pattern.ts';
import { type FilterProblem, type FilterReason, Refusal } from './problem.ts';
import {
  COUNTED,
  EVERYTHING,
  FAMILIES,
  type Filter,
  GROUPS,
  KEYS,
  OPERATORS,
  type Range,
  THINGS,
} from './syntax.ts';
import { type Token, tokens } from './tokens.ts';
import { type FieldTest, fieldTest, isOrdered } from './values.ts';

/** Longer filters are refused: nobody types one, and its work is bounded. */
export const MOST_CHARACTERS = 1000;
const MOST_DEPTH = 20;

export type ParsedFilter = { readonly filter: Filter } | { readonly problem: FilterProblem };

/** Names that begin alike, the likeliest first. */
function similar(name: string, known: readonly string[]): string[] {
  const word = name.replaceAll('*', '').toLowerCase();
  const common = (other: string): number => {
    let length = 0;
    while (length < word.length && other[length] === word[length]) length++;
    return other.includes(word) ? word.length : length;
  };
  return known
    .map((other) => ({ other, score: common(other) }))
    .filter(({ score }) => score * 2 >= word.length && score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, 3)
    .map(({ other }) => other);
}

const KIND_NAMES = EVENTS.map(({ name }) => name);
const FIELD_NAMES = [...new Set(EVENTS.flatMap(({ fields }) => fields.map(({ name }) => name)))];

/** `5`, `3..9`. */
function parseRange(text: string): Range | null {
  const [first = '', last = first, ...rest] = text.split('..');
  const [from, to] = [parseNumber(first), parseNumber(last)];
  return from === null || to === null || rest.length > 0 || from > to ? null : { from, to };
}

/** An entry, a table, a frame or a register. */
const ANY_THING =
  /^([a-z][a-z0-9-]*|h\d+\+0x[0-9a-f]+|0x[0-9a-f]{1,8}|[0-9a-f]+|(t\d+|root|[0-9a-f]+)\[[0-9a-f]{1,3}\])$/;

/** Forms of the things that a key may have as its value. */
const THING_FORMS: Readonly<Record<(typeof THINGS)[number], RegExp>> = {
  entry: /^(t\d+|root|[0-9a-f]+)\[[0-9a-f]{1,3}\]$/,
  table: /^(t\d+|(0x)?[0-9a-f]+)$/,
  frame: /^(h\d+(\+0x[0-9a-f]+)?|hz|0x[0-9a-f]{1,8})$/,
  gva: /^(0x[0-9a-f]{1,16}|\d{1,20})(\.\.(0x[0-9a-f]{1,16}|\d{1,20}))?$/,
  gpa: /^(0x[0-9a-f]{1,16}|\d{1,20})(\.\.(0x[0-9a-f]{1,16}|\d{1,20}))?$/,
  reg: /^[a-z][a-z0-9-]*$/,
  writes: ANY_THING,
  reads: ANY_THING,
};

const isOneOf = <Name extends string>(names: readonly Name[], name: string): name is Name =>
  (names as readonly string[]).includes(name);

class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#tokens = tokens(text);
    this.#end = text.length;
  }

  whole(): Filter {
    if (this.#tokens.length === 0) return EVERYTHING;
    const filter = this.#any();
    const rest = this.#tokens[this.#at];
    if (rest) this.#refuse(rest, { why: 'close-bracket' });
    return filter;
  }

  #refuse(token: Pick<Token, 'from' | 'to'>, reason: FilterReason): never {
    throw new Refusal({ ...reason, from: token.from, to: token.to });
  }

  #is(...wanted: readonly ('(' | ')' | '-' | 'or' | '|' | 'and')[]): boolean {
    const token = this.#tokens[this.#at];
    if (token?.is === 'word' && !/^(or|and|\|)$/.test(token.text)) return false;
    const what: string | undefined = token?.is === 'word' ? token.text : token?.is;
    return wanted.some((each) => each === what);
  }

  #any(): Filter {
    const parts = [this.#all()];
    while (this.#is('or', '|')) {
      this.#at++;
      parts.push(this.#all());
    }
    return parts.length === 1 ? (parts[0] as Filter) : { is: 'any', of: parts };
  }

  #all(): Filter {
    const parts: Filter[] = [];
    while (this.#at < this.#tokens.length && !this.#is(')') && !this.#is('or') && !this.#is('|')) {
      if (this.#is('and')) this.#at++;
      parts.push(this.#one());
    }
    const next = this.#tokens[this.#at] ?? { from: this.#end, to: this.#end };
    if (parts.length === 0) this.#refuse(next, { why: 'term-missing' });
    return parts.length === 1 ? (parts[0] as Filter) : { is: 'all', of: parts };
  }

  #one(): Filter {
    const token = this.#tokens[this.#at];
    if (!token || this.#is(')', 'or', '|'))
      return this.#refuse(token ?? { from: this.#end, to: this.#end }, { why: 'term-missing' });
    if (++this.#depth > MOST_DEPTH) this.#refuse(token, { why: 'too-deep' });
    const filter = this.#inner(token);
    this.#depth--;
    return filter;
  }

  #inner(token: Token): Filter {
    if (this.#is('-')) {
      this.#at++;
      return { is: 'not', of: this.#one() };
    }
    if (!this.#is('(')) {
      this.#at++;
      return this.#term(token);
    }
    this.#at++;
    const filter = this.#any();
    if (!this.#is(')')) this.#refuse(token, { why: 'open-bracket' });
    this.#at++;
    return filter;
  }

  #term(token: Token): Filter {
    const { text } = token;
    if (token.is === 'quoted') return { is: 'text', text };
    const [, key, value] = /^([a-z]+):(.*)$/s.exec(text) ?? [];
    if (key !== undefined && value !== undefined) return this.#keyed(token, key, value);
    const [, name, bit = '', operator, compared] =
      /^([a-z_][a-z0-9_]*)(?:\.([a-z0-9-]+))?(=|!=|<=|>=|<|>)(.*)$/s.exec(text) ?? [];
    if (name !== undefined && isOneOf(OPERATORS, operator ?? ''))
      return this.#field(token, {
        is: 'field',
        name,
        bit,
        operator: operator as (typeof OPERATORS)[number],
        value: compared ?? '',
      });
    return { is: 'text', text };
  }

  #keyed(token: Token, key: string, value: string): Filter {
    if (!isOneOf(KEYS, key)) this.#refuse(token, { why: 'no-such-key', key, known: KEYS });
    if (value === '') this.#refuse(token, { why: 'value-missing', before: `${key}:` });
    if (isOneOf(THINGS, key)) {
      const name = value.toLowerCase();
      if (!THING_FORMS[key].test(name)) this.#refuse(token, { why: 'thing', key, found: value });
      return { is: 'thing', key, name };
    }
    if (isOneOf(COUNTED, key)) {
      const range = parseRange(value);
      return range ? { is: 'counted', key, range } : this.#refuse(token, { why: 'range', key, found: value });
    }
    return this.#chosen(token, key, value);
  }

  #chosen(token: Token, key: 'kind' | 'family' | 'is' | 'cpu' | 'fn', value: string): Filter {
    switch (key) {
      case 'kind':
        if (!KIND_NAMES.some(patternTest(value)))
          this.#refuse(token, { why: 'no-such-kind', name: value, near: similar(value, KIND_NAMES) });
        return { is: 'kind', pattern: value };
      case 'fn':
        return { is: 'function', pattern: value };
      case 'family':
        if (!isOneOf(FAMILIES, value)) this.#refuse(token, { why: 'one-of', key, known: FAMILIES });
        return { is: 'family', family: value };
      case 'is':
        if (!isOneOf(GROUPS, value)) this.#refuse(token, { why: 'one-of', key, known: GROUPS });
        return { is: 'group', group: value };
      case 'cpu':
        if (!/^(\d{1,3}|host)$/.test(value)) this.#refuse(token, { why: 'cpu', found: value });
        return { is: 'cpu', cpu: value === 'host' ? null : Number(value) };
    }
  }

  #field(token: Token, test: FieldTest): Filter {
    const { name, bit, operator, value } = test;
    const specs = EVENTS.flatMap(({ fields }) => fields.filter((field) => field.name === name));
    if (specs.length === 0)
      this.#refuse(token, { why: 'no-such-field', name, near: similar(name, FIELD_NAMES) });
    if (value === '') this.#refuse(token, { why: 'value-missing', before: `${name}${operator}` });
    const types = [...new Set(specs.map(({ type }) => type))];
    const isEquality = operator === '=' || operator === '!=';
    if (!isEquality && (bit !== '' || !types.some(isOrdered)))
      this.#refuse(token, { why: 'not-ordered', field: name, operator });
    const results = types.map((type) => fieldTest(test, type));
    if (results.some((result) => typeof result === 'function')) return test;
    if (bit !== '' && results.every((result) => result === 'no-such-bit'))
      this.#refuse(token, { why: 'no-such-bit', field: name, bit });
    if (bit !== '') this.#refuse(token, { why: 'bit-value', found: value });
    return this.#refuse(token, { why: 'field-value', field: name, types, found: value });
  }
}

/** Reads a filter. Never throws. An empty text is the filter that every event passes. */
export function parseFilter(text: string): ParsedFilter {
  if (text.length > MOST_CHARACTERS)
    return { problem: { why: 'too-long', from: MOST_CHARACTERS, to: text.length } };
  try {
    return { filter: new Parser(text).whole() };
  } catch (error) {
    if (error instanceof Refusal) return { problem: error.problem };
    throw error;
  }
}
