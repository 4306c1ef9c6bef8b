import { describe, expect, it } from 'vitest';
import { isMalformed, KIND } from './entry-format.ts';
import { brokenEptRule, EPT, type EptRules, eptFormat } from './ept.ts';
import { flagsWord, frameWord } from './word64.ts';

const RULES: EptRules = {
  levels: 4,
  maxphyaddr: 40,
  accessedDirty: true,
  modeBasedExecute: false,
  executeOnly: true,
  gigabytePages: true,
  exitInformation: true,
};
const { read: R, write: W, execute: X, pageSize: PS } = EPT;
const type = (value: number): number => value << 3;

const broken = (rules: EptRules, level: number, hi: number, lo: number) =>
  brokenEptRule(rules, level, frameWord(hi, lo), flagsWord(hi, lo));

describe('the rule that an EPT entry breaks', () => {
  it.each([
    ['writable, not readable', 1, 0, W | X, 'write-only'],
    ['write-combining memory is a type', 1, 0, R | type(1), null],
    ['there is no type 2', 1, 0, R | type(2), 'memory-type'],
    ['nor 7, in a large page', 2, 0, R | PS | type(7), 'memory-type'],
    ['a table has no type', 2, 0, R | type(2), 'reserved'],
    ['an address beyond the processor’s', 1, 1 << 8, R, 'reserved'],
    ['an address within a large page', 2, 0, R | PS | 0x1000, 'reserved'],
    ['executable only, where that is allowed', 1, 0, X, null],
    ['absent, whatever else it says', 1, 1 << 8, type(7), null],
  ] as const)('%s', (_, level, hi, lo, rule) => {
    expect(broken(RULES, level, hi, lo)).toBe(rule);
  });

  it('is that it can be executed only, on processors that do not have that', () => {
    expect(broken({ ...RULES, executeOnly: false }, 1, 0, X)).toBe('execute-only');
  });

  it('is one exactly where a walk finds the entry misconfigured', () => {
    const format = eptFormat(RULES);
    const differing: string[] = [];
    for (let level = 1; level <= 4; level++) {
      for (let flags = 0; flags < 4096; flags++) {
        const kind = format.kinds[(level << 12) | flags] as number;
        const isBad = kind !== KIND.absent && isMalformed(format, level, kind, 0, flags);
        if ((brokenEptRule(RULES, level, 0, flags) !== null) !== isBad) differing.push(`${level} ${flags}`);
      }
    }
    expect(differing).toEqual([]);
  });
});
