import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listHeight, type RowList, revealed, rowsInSight, rowTop, withinList } from './row-window.ts';

const SHORT: RowList = { count: 3, row: 20, view: 200 };
const LONG: RowList = { count: 1000, row: 20, view: 200 };
const HUGE: RowList = { count: 4_000_000, row: 20, view: 200 };

/** Any list, a place of its scroll bar, and one of its rows. */
const anywhere = fc
  .record({ count: fc.integer({ min: 1, max: 5_000_000 }), row: fc.integer({ min: 10, max: 40 }) })
  .chain(({ count, row }) =>
    fc.record({
      list: fc.record({
        count: fc.constant(count),
        row: fc.constant(row),
        view: fc.integer({ min: 120, max: 2000 }),
      }),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
      index: fc.nat({ max: count - 1 }),
    }),
  )
  .map(({ list, part, index }) => ({ list, top: withinList(list, part * listHeight(list)), index }));

describe('rows in sight', () => {
  test('are those that the scroll bar says, and a few beyond', () => {
    expect(rowsInSight(LONG, 0, 2)).toEqual({ from: 0, to: 12 });
    expect(rowsInSight(LONG, 410, 0)).toEqual({ from: 20, to: 31 });
    expect(rowsInSight(SHORT, 0, 2)).toEqual({ from: 0, to: 3 });
  });

  test('at the end of the scroll bar the last one is in sight, however long the list is', () => {
    for (const list of [LONG, HUGE]) {
      const top = listHeight(list) - list.view;
      expect(rowsInSight(list, top, 0).to).toBe(list.count);
      expect(rowTop(list, list.count - 1, top)).toBe(top + list.view - list.row);
    }
  });

  test('cover the view, wherever it is', () => {
    fc.assert(
      fc.property(anywhere, ({ list, top }) => {
        const { from, to } = rowsInSight(list, top, 0);
        const end = Math.min(top + list.view, listHeight(list));
        expect(rowTop(list, from, top)).toBeLessThanOrEqual(top + 1);
        expect(rowTop(list, to - 1, top) + list.row).toBeGreaterThanOrEqual(end - 1);
      }),
    );
  });
});

describe('a row that is shown', () => {
  test('has another margin at each end', () => {
    expect(revealed(LONG, 10, 410, [0, 2])).toBe(10 * 20);
    expect(revealed(LONG, 50, 410, [0, 2])).toBe(53 * 20 - 200);
  });

  test('moves nothing where it is in sight', () => {
    expect(revealed(LONG, 25, 410, [1, 1])).toBe(410);
  });

  test('comes into sight at the nearer end, with its margin', () => {
    expect(revealed(LONG, 10, 410, [1, 1])).toBe(9 * 20);
    expect(revealed(LONG, 50, 410, [1, 1])).toBe(52 * 20 - 200);
    expect(revealed(LONG, 0, 410, [1, 1])).toBe(0);
    expect(revealed(LONG, 999, 0, [1, 1])).toBe(1000 * 20 - 200);
    expect(revealed(SHORT, 2, 0, [1, 1])).toBe(0);
  });

  test('is in sight, in any list', () => {
    fc.assert(
      fc.property(anywhere, ({ list, top, index }) => {
        const shown = revealed(list, index, top, [1, 1]);
        const at = rowTop(list, index, shown) - shown;
        expect(at).toBeGreaterThanOrEqual(-1);
        expect(at + list.row).toBeLessThanOrEqual(list.view + 1);
      }),
    );
  });
});
