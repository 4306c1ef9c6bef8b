import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ArgumentSpec, ENTRY_BITS, type KeySpec, type StatementSpec } from '#scenario/language/spec.ts';
import { parse, type Statement } from './parse.ts';
import { print } from './print.ts';
import { STATEMENTS } from './statements.ts';

const name = fc
  .stringMatching(/^[a-z_][a-zA-Z0-9_-]{0,6}$/)
  .filter((text) => !Object.hasOwn(ENTRY_BITS, text));

const number = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map((value) => `0x${value.toString(16)}`),
  fc.nat().map(String),
  fc
    .tuple(fc.integer({ min: 1, max: 512 }), fc.constantFrom('K', 'M', 'G', 'T'))
    .map((parts) => parts.join('')),
  fc.constantFrom('0x1_0000', '1_000_000'),
);

const value = fc
  .tuple(
    fc.oneof(number, name, fc.constantFrom(...Object.keys(ENTRY_BITS))),
    fc.array(fc.tuple(fc.constantFrom('+', '|'), fc.oneof(number, name, fc.constantFrom('p', 'nx'))), {
      maxLength: 4,
    }),
  )
  .map(([first, rest]) => first + rest.map((pair) => pair.join('')).join(''));

/** What may stand in a place, as text. */
function textFor(place: ArgumentSpec | KeySpec): fc.Arbitrary<string> {
  switch (place.kind) {
    case 'number':
      return number;
    case 'value':
      return value;
    case 'operand':
      return fc.oneof(
        value,
        value.map((text) => `raw:${text}`),
        fc.constant(','),
      );
    case 'name':
      return name;
    case 'choice':
      return fc.constantFrom(...place.choices!);
    case 'word':
      return fc.stringMatching(/^[a-zA-Z0-9_-]{1,8}$/);
    case 'text':
      return fc.stringMatching(/^[^\s#][^#\r\n\t\uFEFF]{0,20}[^\s#]$/);
  }
}

function argumentsOf(spec: StatementSpec): fc.Arbitrary<string[]> {
  const words = spec.arguments.map((argument) => {
    const one = textFor(argument);
    if (argument.repeated) return fc.array(one, { minLength: 1, maxLength: 3 });
    return argument.optional ? fc.array(one, { maxLength: 1 }) : one.map((text) => [text]);
  });
  return fc.tuple(...words).map((lists) => lists.flat());
}

function optionsOf(spec: StatementSpec): fc.Arbitrary<string[]> {
  const keys = spec.keys.map((key) => {
    const one = textFor(key).map((text) => `${key.name}=${text}`);
    return fc.array(one, { minLength: key.required ? 1 : 0, maxLength: 1 });
  });
  return fc
    .tuple(fc.tuple(...keys), fc.subarray(spec.flags.map((flag) => flag.name)))
    .chain(([lists, flags]) => {
      const words = [...lists.flat(), ...flags];
      return fc.shuffledSubarray(words, { minLength: words.length });
    });
}

/** Any statement that the table allows, as text. */
function statementText(spec: StatementSpec): fc.Arbitrary<string> {
  const cpu = spec.where === 'guest' ? fc.constantFrom('', 'cpu0', 'cpu1', 'cpu15') : fc.constant('');
  const host = spec.where === 'host' ? 'host' : '';
  return fc
    .tuple(cpu, argumentsOf(spec), optionsOf(spec))
    .map(([prefix, words, options]) =>
      [prefix, host, spec.verb, ...words, ...options].filter((word) => word !== '').join(' '),
    );
}

const scenarioText = fc.array(fc.oneof(...STATEMENTS.map(statementText)), { maxLength: 12 });

/** Statements without places. */
function withoutSpans(statements: readonly Statement[]): unknown {
  return JSON.parse(
    JSON.stringify(statements, (key, part) =>
      key === 'span' ? undefined : typeof part === 'bigint' ? `${part}n` : part,
    ),
  );
}

test('every statement that the table allows is read, printed as it was, and read again', () => {
  fc.assert(
    fc.property(scenarioText, (lines) => {
      const { statements, problems } = parse(lines.join('\n'));
      expect(problems).toEqual([]);
      expect(statements.map(({ text }) => text)).toEqual(lines);
      const printed = print(statements);
      expect(withoutSpans(parse(printed).statements)).toEqual(withoutSpans(statements));
      expect(printed.split('\n').filter((line) => line !== '')).toEqual(lines);
    }),
    { numRuns: 300 },
  );
});

test('one blank between words, an empty line before the first step, no comments', () => {
  const text =
    '# a\nscenario   1\ntitle two  blanks\n\tmap s 0x1000\t4K p|w  # leaf\nhost slot 1   delete\ncpu1 read 4K width=4 user\n';
  expect(print(parse(text).statements)).toBe(
    'scenario 1\ntitle two  blanks\nmap s 0x1000 4K p|w\n\nhost slot 1 delete\ncpu1 read 4K width=4 user\n',
  );
});
