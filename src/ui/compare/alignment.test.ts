import { describe, expect, it } from 'vitest';
import { alignSteps, rowOf, stepBy } from './alignment.ts';

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
