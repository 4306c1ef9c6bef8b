import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bigOfPair,
  flagsWord,
  frameWord,
  hexOfEntry,
  hexOfPair,
  hiOfBig,
  hiOfNumber,
  hiWord,
  isCanonical,
  loOfBig,
  loOfNumber,
  loWord,
  numberOfPair,
} from './word64.ts';

const RUNS = { seed: 64, numRuns: 500 };
const value64 = fc.bigInt(0n, (1n << 64n) - 1n);
const pairOf = (value: bigint): readonly [number, number] => [hiOfBig(value), loOfBig(value)];

describe('a 64-bit value', () => {
  it('is the same after going through a plain pair', () => {
    fc.assert(
      fc.property(value64, (value) => {
        expect(bigOfPair(...pairOf(value))).toBe(value);
      }),
      RUNS,
    );
  });

  it('is the same after going through a swizzled pair', () => {
    fc.assert(
      fc.property(value64, (value) => {
        const [hi, lo] = pairOf(value);
        const frame = frameWord(hi, lo);
        const flags = flagsWord(hi, lo);
        expect(bigOfPair(hiWord(frame, flags), loWord(frame, flags))).toBe(value);
      }),
      RUNS,
    );
  });

  it('has its frame number in the one word and its flags in the other', () => {
    fc.assert(
      fc.property(value64, (value) => {
        const [hi, lo] = pairOf(value);
        expect(BigInt(frameWord(hi, lo) >>> 0)).toBe((value >> 12n) & 0xffff_ffffn);
        const flags = (value & 0xfffn) | ((value >> 32n) & 0xffff_f000n);
        expect(BigInt(flagsWord(hi, lo) >>> 0)).toBe(flags);
        expect(flagsWord(hi, lo) < 0).toBe(value >> 63n === 1n);
      }),
      RUNS,
    );
  });

  it('is printed as BigInt prints it', () => {
    fc.assert(
      fc.property(value64, (value) => {
        const [hi, lo] = pairOf(value);
        expect(hexOfPair(hi, lo)).toBe(value.toString(16));
        expect(hexOfEntry(frameWord(hi, lo), flagsWord(hi, lo))).toBe(value.toString(16));
      }),
      RUNS,
    );
  });
});

describe('a number below 2^53', () => {
  it('is the same after going through a plain pair', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(numberOfPair(hiOfNumber(value), loOfNumber(value))).toBe(value);
      }),
      RUNS,
    );
  });
});

describe('an address is canonical', () => {
  it.each([48, 57])('of %i bits when the bits above repeat the highest', (bits) => {
    fc.assert(
      fc.property(value64, fc.boolean(), (value, extend) => {
        const address = extend ? BigInt.asUintN(64, BigInt.asIntN(bits, value)) : value;
        const canonical = BigInt.asUintN(64, BigInt.asIntN(bits, address)) === address;
        expect(isCanonical(hiOfBig(address), bits)).toBe(canonical);
      }),
      RUNS,
    );
  });
});
