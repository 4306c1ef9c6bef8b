import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryValueText } from './entry-value.ts';
import { readEntryValue } from './insert.ts';

const TEXT = `scenario 1
machine bare
slot 0 gpa=0 size=4M
space s pool=0x100000
let page 0x8000
`;

describe('an entry as a value', () => {
  it.each([
    [0n, '0'],
    [0x105067n, '0x105000|p|w|u|a|d'],
    [0x8000_0000_0001_0000n, '0x10000|nx'],
    [0x0010_0000_0000_0e01n, '0x10000000000e00|p'],
    [7n, 'p|w|u'],
  ])('%s is written %s', (value, text) => {
    expect(entryValueText(value)).toBe(text);
  });

  it('is read as it is written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (value) => {
        expect(readEntryValue(TEXT, entryValueText(value), 8)).toEqual({ value });
      }),
    );
  });

  it('may use the names of the scenario', () => {
    expect(readEntryValue(TEXT, 's+0x2000|p', 8)).toEqual({ value: 0x102001n });
    expect(readEntryValue(TEXT, 'page|nx', 8)).toEqual({ value: 0x8000_0000_0000_8000n });
  });

  it.each([
    ['0x1_0000_0000', 4, 'does-not-fit'],
    ['pgae|p', 8, 'no-such-name'],
    ['0x1000 p', 8, 'no-such-word'],
    ['0xfg', 8, 'no-value'],
    ['', 8, 'argument-missing'],
  ] as const)('%s in %d bytes is refused', (text, bytes, id) => {
    expect(readEntryValue(TEXT, text, bytes)).toMatchObject({ problem: { id } });
  });
});
