import { describe, expect, it } from 'vitest';
import type { WalkRow } from './model.ts';
import { rowsPlan } from './rows-geometry.ts';

const row = (kind: WalkRow['kind'], digits: readonly string[]): WalkRow => ({
  kind,
  slices: digits.map((each, column) => ({ column, digits: each, bits: '', level: '' })),
  cells: [],
  end: null,
  references: 0,
});

const SAME = [row('guest', ['000', '010']), row('shadow', ['000', '010'])];
const OTHER = [row('guest', ['000', '010']), row('shadow', ['0', '000', '010'])];

describe('the parts of a walk in rows', () => {
  it.each([
    ['the walk’s pane on a laptop', 640, 168, true],
    ['in a lecture hall', 970, 247, true],
    ['on a phone’s side', 820, 176, true],
    ['in a low pane', 640, 150, false],
    ['beside another machine', 616, 150, false],
  ] as const)('fit %s', (_, width, height, hasRightsLine) => {
    const plan = rowsPlan(SAME, 4, { width, height });
    expect(plan.height).toBeLessThanOrEqual(height);
    expect(plan.at.hasRightsLine).toBe(hasRightsLine);
  });

  it('give up larger type before an entry’s rights', () => {
    const [free, tight] = [Number.POSITIVE_INFINITY, 190].map((height) =>
      rowsPlan(SAME, 4, { width: 970, height }),
    );
    expect(tight?.at.hasRightsLine).toBe(true);
    expect(tight?.at.scale).toBeLessThan(free?.at.scale ?? 0);
    expect(tight?.at.scale).toBeGreaterThanOrEqual(1);
  });

  it('show how the address is cut again where the second row is cut in another way', () => {
    const own = ({ rows }: ReturnType<typeof rowsPlan>) => rows.map(({ hasOwnSlices }) => hasOwnSlices);
    const room = { width: 640, height: Number.POSITIVE_INFINITY };
    expect(own(rowsPlan(SAME, 4, room))).toEqual([true, false]);
    expect(own(rowsPlan(OTHER, 4, room))).toEqual([true, true]);
  });

  it('do not overlap', () => {
    for (const rows of [SAME, OTHER]) {
      const {
        at,
        rows: [first, second],
        height,
      } = rowsPlan(rows, 4, { width: 366, height: 1000 });
      expect(second?.sliceY).toBeGreaterThanOrEqual((first?.top ?? 0) + at.cellHeight);
      expect(second?.top).toBeGreaterThan((first?.top ?? 0) + at.cellHeight + at.titleHeight);
      expect(height).toBeGreaterThan((second?.top ?? 0) + at.cellHeight);
    }
  });
});
