import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafFrame } from './entry.ts';
import { CR0, CR4, EFER, indexBits, levelShift, pagingMode, pagingName, tableIndex } from './paging-mode.ts';
import { flagsWord, frameWord, hiOfBig, loOfBig } from './word64.ts';

const PAGED = CR0.PE | CR0.PG;
const MODES = {
  '32': pagingMode(PAGED, CR4.PSE, 0),
  pae: pagingMode(PAGED, CR4.PAE, 0),
  '4': pagingMode(PAGED, CR4.PAE, EFER.LME | EFER.LMA),
  '5': pagingMode(PAGED, CR4.PAE | CR4.LA57, EFER.LME | EFER.LMA),
};

describe('the mode', () => {
  it('follows from the control registers', () => {
    expect(pagingName(CR0.PE, CR4.PAE, EFER.LME)).toBe('off');
    for (const [name, mode] of Object.entries(MODES)) expect(mode.name).toBe(name);
  });

  it('has NX only where entries have the bit, and 4 MiB pages only with PSE', () => {
    expect(pagingMode(PAGED, 0, EFER.NXE)).toMatchObject({ nxe: false, pse: false });
    expect(pagingMode(PAGED, CR4.PAE, EFER.NXE)).toMatchObject({ nxe: true, pse: true });
    expect(pagingMode(PAGED | CR0.WP, CR4.PAE | CR4.SMEP | CR4.SMAP, 0)).toMatchObject({
      wp: true,
      smep: true,
      smap: true,
      nxe: false,
    });
  });
});

describe.each(Object.entries(MODES))('in mode %s a linear address', (_, mode) => {
  it('is cut into one index a level and the offset, which make it up again', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << BigInt(mode.linearBits)) - 1n), (address) => {
        let again = address & 0xfffn;
        for (let level: number = mode.levels; level > 0; level--) {
          const { low, high } = indexBits(mode, level);
          const index = BigInt(tableIndex(mode, level, hiOfBig(address), loOfBig(address)));
          expect(index).toBe((address >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n));
          expect(low).toBe(12 + levelShift(mode, level));
          again |= index << BigInt(low);
        }
        expect(again).toBe(address);
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});

describe('the frame of a large page', () => {
  const frameOf = (value: bigint): number => frameWord(hiOfBig(value), loOfBig(value));

  it('ignores the bits below its size', () => {
    expect(leafFrame(MODES['4'], 2, frameOf(0x12_3456_7000n | 0x80n))).toBe(0x12_3440_0000 / 4096);
    expect(leafFrame(MODES['4'], 3, frameOf(0x12_7456_7000n | 0x80n))).toBe(0x12_4000_0000 / 4096);
  });

  it('of 4 MiB has address bits 32 and up in bits 13 to 20', () => {
    expect(leafFrame(MODES['32'], 2, frameOf(0x0040_0080n | (3n << 13n)))).toBe(0x3_0040_0000 / 4096);
    expect(flagsWord(0, 0x0040_0080) & 0x80).toBe(0x80);
  });
});
