import { expect, it } from 'vitest';
import { swipeOf } from './use-swipe.ts';

const start = { x: 200, y: 400 };

it.each([
  ['to the left', { x: 120, y: 410 }, 1],
  ['to the right', { x: 300, y: 380 }, -1],
  ['too short', { x: 160, y: 400 }, 0],
  ['aslant', { x: 140, y: 460 }, 0],
  ['up', { x: 200, y: 100 }, 0],
] as const)('a finger %s', (_, end, direction) => {
  expect(swipeOf(start, end)).toBe(direction);
});
