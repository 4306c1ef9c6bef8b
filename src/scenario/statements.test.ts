import { describe, expect, test } from 'vitest';
import { ACTIONS } from './check-steps.ts';
import { isEntryBit } from './expression.ts';
import { findStatement, STATEMENTS, statementName } from './statements.ts';
import { UNSUPPORTED } from './unsupported.ts';

describe.each(STATEMENTS.map((spec) => [statementName(spec.verb, spec.where === 'host'), spec] as const))(
  '%s',
  (name, spec) => {
    test('is found by its name', () => {
      expect(findStatement(spec.verb, spec.where === 'host')).toBe(spec);
    });

    test('has a sentence, and words for each of its places', () => {
      expect(spec.help).toMatch(/^[A-Z].*\.$/);
      for (const place of [...spec.arguments, ...spec.keys, ...spec.flags]) expect(place.help).not.toBe('');
    });

    test('names its keys and flags once, and lists the choices of a choice', () => {
      const names = [...spec.keys, ...spec.flags].map((place) => place.name);
      expect(new Set(names).size).toBe(names.length);
      for (const place of [...spec.arguments, ...spec.keys]) {
        expect(place.choices !== undefined).toBe(place.kind === 'choice');
      }
      for (const flag of spec.flags) expect(isEntryBit(flag.name)).toBe(false);
    });

    test('repeats or leaves out its last argument only', () => {
      for (const argument of spec.arguments.slice(0, -1)) {
        expect(argument.repeated ?? argument.optional).toBeUndefined();
      }
    });

    test('does something, or is refused by name', () => {
      if (spec.where !== 'setup') expect(name in ACTIONS).not.toBe(name in UNSUPPORTED);
    });
  },
);
