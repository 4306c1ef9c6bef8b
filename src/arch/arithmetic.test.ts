import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compute, FLAG, holds } from './arithmetic.ts';
import type { Operation } from './instruction.ts';
import { hiOfBig, loOfBig } from './word64.ts';

const SIZES = [1, 2, 4, 8] as const;
const OPERATIONS: readonly Operation[] = [
  'add',
  'adc',
  'sub',
  'sbb',
  'cmp',
  'and',
  'or',
  'xor',
  'inc',
  'dec',
  'neg',
];

/** What an operation gives, by numbers without bounds. */
function expected(operation: Operation, a: bigint, b: bigint, carry: bigint): bigint {
  switch (operation) {
    case 'add':
      return a + b;
    case 'adc':
      return a + b + carry;
    case 'sub':
    case 'cmp':
      return a - b;
    case 'sbb':
      return a - b - carry;
    case 'and':
      return a & b;
    case 'or':
      return a | b;
    case 'xor':
      return a ^ b;
    case 'inc':
      return a + 1n;
    case 'dec':
      return a - 1n;
    default:
      return -a;
  }
}

const SUMS: readonly Operation[] = ['add', 'adc', 'sub', 'sbb', 'cmp', 'neg'];

describe.each(SIZES)('with %i bytes', (size) => {
  const bits = BigInt(size * 8);
  const mask = (1n << bits) - 1n;
  const signed = (value: bigint): bigint => BigInt.asIntN(Number(bits), value);

  it.each(OPERATIONS)('%s gives the low bytes and the flags of what it should', (operation) => {
    const edges = fc.constantFrom(0n, 1n, mask, mask >> 1n, (mask >> 1n) + 1n);
    const operand = fc.oneof(edges, fc.bigInt(0n, mask));
    fc.assert(
      fc.property(operand, operand, fc.boolean(), (a, b, carried) => {
        const flags = carried ? FLAG.carry : 0;
        const result = compute(operation, size, hiOfBig(a), loOfBig(a), hiOfBig(b), loOfBig(b), flags);
        const exact = expected(operation, a, b, carried ? 1n : 0n);
        const got = ((BigInt(result.hi >>> 0) << 32n) | BigInt(result.lo >>> 0)) & mask;
        expect(got).toBe(exact & mask);
        expect((result.flags & FLAG.zero) !== 0).toBe((exact & mask) === 0n);
        expect((result.flags & FLAG.sign) !== 0).toBe(signed(exact) < 0n);
        if (!SUMS.includes(operation)) return;
        expect((result.flags & FLAG.carry) !== 0).toBe(exact < 0n || exact > mask);
        const exactSigned = expected(operation, signed(a), signed(b), carried ? 1n : 0n);
        expect((result.flags & FLAG.overflow) !== 0).toBe(exactSigned !== signed(exactSigned));
      }),
      { seed: 11, numRuns: 200 },
    );
  });
});

it('inc and dec leave the carry flag alone', () => {
  expect(compute('inc', 4, 0, -1, 0, 0, 0).flags & FLAG.carry).toBe(0);
  expect(compute('dec', 4, 0, 1, 0, 0, FLAG.carry).flags & FLAG.carry).toBe(FLAG.carry);
});

it('a jump looks at the flag that its condition names, or at its opposite', () => {
  const [zero, less] = [4, 12];
  expect(holds(zero, FLAG.zero)).toBe(true);
  expect(holds(zero | 1, FLAG.zero)).toBe(false);
  expect(holds(less, FLAG.sign)).toBe(true);
  expect(holds(less, FLAG.sign | FLAG.overflow)).toBe(false);
});
