import { describe, expect, it } from 'vitest';
import { gridGeometry } from './grid-geometry.ts';

const extent = { columns: 4, rows: 5, digits: 8 };

describe('the parts of a grid', () => {
  it.each([
    ['the walk’s pane on a laptop', 640, 199, extent],
    ['the same for five levels of the guest', 640, 199, { ...extent, rows: 6 }],
    ['in a lecture hall', 970, 247, extent],
    ['in a maximised pane', 1256, 560, extent],
  ] as const)('fit %s', (_, width, height, of) => {
    const at = gridGeometry(width, height, of);
    expect(at.height).toBeLessThanOrEqual(height);
    expect(at.sliceX).toBeLessThan(width - 20);
    expect(at.cellWidth).toBeGreaterThan(60);
  });

  it('have as many lines as there is room for', () => {
    expect([199, 260, 420].map((height) => gridGeometry(900, height, extent).lines)).toEqual([1, 2, 3]);
    expect(gridGeometry(900, Number.POSITIVE_INFINITY, extent).lines).toBe(3);
  });

  it('stand below a row’s address on a phone', () => {
    const at = gridGeometry(366, Number.POSITIVE_INFINITY, extent);
    expect(at.isNarrow).toBe(true);
    expect(at.columnX(0)).toBeLessThan(4);
    expect(at.rowY(0)).toBeGreaterThan(25);
  });

  it('fit a narrow column beside others too', () => {
    const at = gridGeometry(296, 190, extent);
    expect(at.lines).toBe(1);
    expect(at.height).toBeLessThanOrEqual(190);
  });

  it('do not overlap', () => {
    const at = gridGeometry(800, 420, extent);
    expect(at.rowY(1)).toBeCloseTo(at.rowY(0) + at.cellHeight + at.gap);
    expect(at.columnX(1)).toBeGreaterThan(at.columnX(0) + at.cellWidth);
  });
});
