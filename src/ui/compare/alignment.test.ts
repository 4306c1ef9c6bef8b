import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignSteps, movedSteps, rowOf, stepBy } from './alignment.ts';

const steps = (letters: string): string[] => [...letters];
const rows = (...texts: (string | null)[]) =>
  alignSteps(texts.map((text) => (text === null ? null : steps(text)))).map((row) => row.join());

describe('steps beside each other', () => {
  it('are the same ones on every machine', () => {
    expect(rows('abc', 'abc', 'abc')).toEqual(['0,0,0', '1,1,1', '2,2,2']);
  });

  it.each([
    ['one was changed', 'abc', 'axc', ['0,0', '1,1', '2,2']],
    ['one was put in', 'abc', 'abxc', ['0,0', '1,1', ',2', '2,3']],
    ['one was put in before all', 'ab', 'xab', [',0', '0,1', '1,2']],
    ['one was added', 'ab', 'abx', ['0,0', '1,1', ',2']],
    ['one was taken out', 'abc', 'ac', ['0,0', '1,', '2,1']],
    ['several were taken out', 'axbxc', 'abc', ['0,0', '1,', '2,1', '3,', '4,2']],
    ['all are others', 'ab', 'xyz', ['0,0', '1,1', ',2']],
    ['one is like its neighbours', 'aaa', 'aaaa', ['0,0', '1,1', '2,2', ',3']],
    ['there were none', '', 'ab', [',0', ',1']],
  ])('where %s', (_, before, after, expected) => {
    expect(rows(before, after)).toEqual(expected);
  });

  it('of several texts each have their place', () => {
    expect(rows('abc', 'abxc', 'ac')).toEqual(['0,0,0', '1,1,', ',2,', '2,3,1']);
  });

  it('leave a run out that there is not', () => {
    expect(rows('ab', null, 'ab')).toEqual(['0,,0', '1,,1']);
  });
});

it('a step is found by its row, and by a row the step that was done last', () => {
  const all = alignSteps([steps('abc'), steps('abxc')]);
  expect(rowOf(all, 1, 2)).toBe(2);
  expect(stepBy(all, 0, 2)).toBe(1);
  expect(stepBy(all, 0, 3)).toBe(2);
  expect(stepBy(alignSteps([steps('a'), steps('xa')]), 0, 0)).toBe(-1);
});

describe('where a step is after an edit', () => {
  const moved = (before: string, after: string): number[] =>
    [...before].map((_, step) => movedSteps(steps(before), steps(after))(step));

  it.each([
    ['one was put in before it', 'abc', 'axbc', [0, 2, 3]],
    ['it was changed', 'abc', 'axc', [0, 1, 2]],
    ['it has gone', 'abc', 'ac', [0, 1, 1]],
    ['the last has gone', 'abc', 'ab', [0, 1, 2]],
    ['several came in its place', 'abc', 'axyc', [0, 1, 3]],
  ])('where %s', (_, before, after, expected) => {
    expect(moved(before, after)).toEqual(expected);
  });

  it('before the first it stays, and behind the last it follows', () => {
    expect(movedSteps(steps('ab'), steps('xab'))(-1)).toBe(-1);
    expect(movedSteps(steps('ab'), steps('xab'))(5)).toBe(6);
  });

  it('is back when the edit is undone, where nothing was taken out', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, fc.nat(8), (before, put, at) => {
        const after = before.slice(0, at) + put + before.slice(at);
        const there = movedSteps(steps(before), steps(after));
        const back = movedSteps(steps(after), steps(before));
        for (let step = 0; step < before.length; step++) {
          expect(after[there(step)]).toBe(before[step]);
          expect(back(there(step))).toBe(step);
        }
      }),
    );
  });
});
