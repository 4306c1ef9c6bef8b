import { describe, expect, it } from 'vitest';
import { type Arrangement, DEFAULT_ARRANGEMENT, PANES, PRESETS } from '#ui/arrangement.ts';
import { paneLayout, shareAt } from './layout.ts';

const layout = (change: Partial<Arrangement>) => paneLayout({ ...DEFAULT_ARRANGEMENT, ...change });

describe('the grid of an arrangement', () => {
  it('has every pane and every line at first, with the sentence below the scenario', () => {
    const { panes, splits, hasSentenceRow, viewColumns } = layout({});
    expect(new Set(Object.values(panes))).toEqual(new Set(['open']));
    expect(splits).toEqual({ left: true, right: true, walk: true, events: true });
    expect(hasSentenceRow).toBe(false);
    expect(viewColumns).toBe('max(180px, 24.00%) 1px minmax(0, 1fr) 1px max(180px, 24.00%)');
  });

  it.each(PANES)('gives a maximised %s all the room, and keeps the transport', (pane) => {
    const { panes, splits } = layout({ maximised: pane });
    expect(panes[pane]).toBe('open');
    expect(Object.values(panes).filter((state) => state === 'open')).toHaveLength(1);
    expect(panes.events).not.toBe('away');
    expect(Object.values(splits)).not.toContain(true);
  });

  it('always shows the sentence: in a row of its own where the scenario is not', () => {
    expect(layout({ folded: ['scenario'] }).hasSentenceRow).toBe(true);
    expect(layout(PRESETS.present).hasSentenceRow).toBe(true);
    expect(layout({ maximised: 'scenario' }).hasSentenceRow).toBe(false);
  });

  it('leaves a folded pane its title, and its room to the middle', () => {
    const { viewColumns, viewRows, rows, splits } = layout({ folded: ['inspector', 'walk', 'events'] });
    expect(viewColumns).toBe('max(180px, 24.00%) 1px minmax(0, 1fr) 1px 30px');
    expect(viewRows).toBe('31px 0 minmax(0, 1fr)');
    expect(rows).toBe('minmax(0, 1fr) auto 1px auto');
    expect(splits).toEqual({ left: true, right: false, walk: false, events: false });
  });
});

it('finds the share that puts a line at a point', () => {
  const box = { left: 100, top: 40, width: 1000, height: 500 };
  const point = { x: 350, y: 140 };
  expect(shareAt('left', box, point)).toBe(25);
  expect(shareAt('right', box, point)).toBe(75);
  expect(shareAt('walk', box, point)).toBe(20);
  expect(shareAt('events', box, point)).toBe(80);
});
