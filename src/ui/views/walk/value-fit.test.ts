import { expect, it } from 'vitest';
import { charactersIn, fittingFlags, fittingRights, fittingSlot } from './value-fit.ts';

it('keeps of the bits what fits beside the frame: all, the low ones, none', () => {
  expect(fittingFlags('h1', '06…b77', 9)).toBe('06…b77');
  expect(fittingFlags('10103', '06…b77', 9)).toBe('b77');
  expect(fittingFlags('101030', '027', 9)).toBe('');
});

it('keeps of an entry’s name the index', () => {
  expect(fittingSlot('103[010]', 8)).toBe('103[010]');
  expect(fittingSlot('1234500[0fe]', 8)).toBe('[0fe]');
});

it('shows an entry’s rights whole or not at all', () => {
  expect(fittingRights('P W U A · NX', 12)).toBe('P W U A · NX');
  expect(fittingRights('P W U A · NX', 7)).toBe('PWUA·NX');
  expect(fittingRights('P W U A · NX', 6)).toBe('');
});

it('counts Chinese letters wider', () => {
  expect(charactersIn('t6 是')).toBeCloseTo(4.6);
});
