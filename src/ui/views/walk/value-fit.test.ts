import { expect, it } from 'vitest';
import { fittingFlags } from './value-fit.ts';

it('keeps of the bits what fits beside the frame: all, the low ones, none', () => {
  expect(fittingFlags('h1', '06…b77', 9)).toBe('06…b77');
  expect(fittingFlags('10103', '06…b77', 9)).toBe('b77');
  expect(fittingFlags('101030', '027', 9)).toBe('');
});
