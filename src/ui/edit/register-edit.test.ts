import { describe, expect, it } from 'vitest';
import { inserted } from '#scenario/insert.ts';
import { stepOutcome } from '#trace/difference.ts';
import { momentAt, type Run } from '#ui/moment.ts';
import { FIRST_TOUCH, runText } from '#ui/run.fixture.ts';
import { type BitRegister, registerBits } from './register-bits.ts';
import { registerFlips } from './register-edit.ts';

/** Bits that a guest cannot flip, by paging mode: it gets a #GP (Intel SDM vol. 3 section 2.5: PCIDE without long mode, no PG in it). */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  off: ['PCIDE'],
  '32': ['PCIDE'],
  pae: ['PCIDE'],
  '4': ['PG'],
  '5': ['PG'],
};
const textOf = (paging: string): string => {
  const text = FIRST_TOUCH.replace('paging=4', `paging=${paging}`);
  return paging === 'off' ? text.replace(/^(space|map) .*\n/gm, '').replace('read 0x40000000\n', '') : text;
};
const momentIn = (run: Run, step: number) => momentAt(run, run.reader.stepStart(step));
const flips = (run: Run, step: number, register: BitRegister) => {
  const found = registerFlips(momentIn(run, step), 0, register);
  if (typeof found === 'string') throw new Error(found);
  return found;
};

describe('bits of control registers', () => {
  it('are those that paging looks at, the highest first', () => {
    expect(registerBits('cr0').map(({ name }) => name)).toEqual(['PG', 'WP', 'PE']);
    expect(registerBits('efer').map(({ name }) => name)).toEqual(['NXE', 'LMA', 'LME']);
  });

  it.each(Object.keys(REFUSED))(
    'are flipped by their statement, or the guest faults for it: paging %s',
    (paging) => {
      const text = textOf(paging);
      const run = runText(text);
      const refused: string[] = [];
      for (const register of ['cr0', 'cr4', 'efer'] as const) {
        for (const { name, mask, value, insertion } of flips(run, 1, register)) {
          const next = runText(inserted(text, insertion, 1));
          const done = momentAt(next, next.reader.stepEnd(2) - 1);
          const is = ((done.atlas.registers[0]?.[register] ?? 0) & mask) !== 0;
          const outcome = stepOutcome(next.reader, 2) ?? '';
          if (!outcome.startsWith('#GP')) expect([name, is]).toEqual([name, value === 1]);
          else refused.push(name);
        }
      }
      expect(refused).toEqual(REFUSED[paging]);
    },
  );

  it('are flipped from what they are after the step, by the vCPU that is meant', () => {
    const text = FIRST_TOUCH.replace('tlb=off', 'tlb=off vcpus=2').replace('read 0x10000', 'cpu1 cr0 wp=0');
    const found = registerFlips(momentIn(runText(text), 0), 1, 'cr0');
    expect(found).toContainEqual(
      expect.objectContaining({
        name: 'WP',
        value: 1,
        insertion: { setup: [], steps: ['cpu1 cr0 wp=1'] },
      }),
    );
  });

  it('cannot be flipped on a machine that has shut down', () => {
    const run = runText(FIRST_TOUCH.replace('read 0x10000', 'cr3 0x80000000'));
    expect(registerFlips(momentIn(run, 0), 0, 'cr0')).toBe('dead');
  });
});
