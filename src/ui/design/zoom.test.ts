import { describe, expect, it } from 'vitest';
import { distance, middle, WHOLE, zoomed } from './zoom.ts';

const box = { width: 400, height: 200 };

describe('enlarging a figure', () => {
  it('keeps the point under the fingers where it is', () => {
    const zoom = zoomed(WHOLE, box, 2, { x: 100, y: 50 });
    expect(zoom).toEqual({ scale: 2, x: -100, y: -50 });
    expect(zoomed(zoom, box, 0.5, { x: 100, y: 50 })).toEqual(WHOLE);
  });

  it('moves with the fingers, but never out of its box', () => {
    const zoom = zoomed(WHOLE, box, 2, { x: 200, y: 100 }, { x: 250, y: 100 });
    expect(zoom).toEqual({ scale: 2, x: -150, y: -100 });
    expect(zoomed(zoom, box, 1, { x: 0, y: 0 }, { x: 999, y: 999 })).toEqual({ scale: 2, x: 0, y: 0 });
    expect(zoomed(zoom, box, 1, { x: 999, y: 999 }, { x: 0, y: 0 })).toEqual({ scale: 2, x: -400, y: -200 });
  });

  it('ends at the whole figure and at four times its size', () => {
    expect(zoomed(WHOLE, box, 0.1, { x: 9, y: 9 })).toEqual(WHOLE);
    expect(zoomed(WHOLE, box, 99, { x: 0, y: 0 }).scale).toBe(4);
  });
});

it('measures between two fingers', () => {
  expect(distance({ x: 0, y: 0 }, { x: 3, y: 4 })).toBe(5);
  expect(middle({ x: 0, y: 0 }, { x: 4, y: 2 })).toEqual({ x: 2, y: 1 });
});
