import { describe, expect, it } from 'vitest';
import {
  anotherMachine,
  type Counterpart,
  counterpartsText,
  counterpartText,
  parseCounterparts,
} from './counterpart.ts';

const TEXT = 'scenario 1\nmachine kvm tlb=off\nread 0\n';
const TDP: Counterpart = { kind: 'machine', words: 'mmu=tdp vendor=intel' };

describe('counterparts in a link', () => {
  it.each([
    ['none', []],
    ['machines', [TDP, { kind: 'machine', words: 'bare' }]],
    ['a text', [{ kind: 'text', text: `${TEXT}# 100 %! done!\n%21\n` }]],
    ['both', [TDP, { kind: 'text', text: TEXT }, TDP]],
  ] as const)('come back: %s', (_, counterparts) => {
    const form = `c24.52.24-k${counterpartsText(counterparts)}`;
    expect(parseCounterparts(form)).toEqual({ rest: 'c24.52.24-k', counterparts });
  });

  it('are three at most, and senseless ones are none', () => {
    const { counterparts } = parseCounterparts('!mbare!x!!mbare!qrs!mbare!mbare');
    expect(counterparts).toEqual(Array(3).fill({ kind: 'machine', words: 'bare' }));
  });
});

it('a counterpart is the text on its machine, or a text of its own', () => {
  expect(counterpartText(TEXT, TDP)).toBe(TEXT.replace('tlb=off', 'tlb=off mmu=tdp vendor=intel'));
  expect(counterpartText(TEXT, { kind: 'text', text: 'scenario 1\n' })).toBe('scenario 1\n');
});

it('the machine that is offered next is one that is not there yet', () => {
  const shadow = { kind: 'kvm', mmu: 'shadow' } as const;
  const first = anotherMachine([shadow]);
  expect(first).toMatchObject({ kind: 'kvm', mmu: 'tdp' });
  expect(anotherMachine([shadow, first])).not.toEqual(first);
  expect(anotherMachine([{ kind: 'bare', mmu: 'none' }])).toEqual(shadow);
});
