import { describe, expect, it } from 'vitest';
import { PTE } from '#arch/entry.ts';
import { EVENT, WALKER_CPU, WALKER_NESTED } from '#machine/events.ts';
import { LogWriter } from '#machine/log.ts';
import { LogReader } from '#machine/log-reader.ts';
import { focusAt } from './focus.ts';
import { type CellState, type ExpectedRow, type Grid, type GridSource, gridOf } from './grid.ts';

const FLAGS = 0x867;
const LARGE = FLAGS | PTE.pageSize;

/** A reference: [nested level or 0 for the guest's entry, guest's level, flags]. */
type Made = readonly [nested: number, guest: number, flags?: number];

/** The references of a whole walk, in the order of the hardware. */
function wholeWalk(guestLevels: number, nestedLevels: number): Made[] {
  const made: Made[] = [];
  for (let level = guestLevels; level >= 0; level--) {
    for (let nested = nestedLevels; nested >= 1; nested--) made.push([nested, level]);
    if (level > 0) made.push([0, level]);
  }
  return made;
}

function logOf(made: readonly Made[]): LogReader {
  const log = new LogWriter(1000);
  log.cpu = 0;
  log.emit(EVENT.access, 0, 0x10000, 0);
  for (const [nested, guest, flags = FLAGS] of made)
    log.emit(
      EVENT.reference,
      (nested > 0 ? WALKER_NESTED : WALKER_CPU) | ((nested || guest) << 8),
      0,
      0,
      0,
      flags,
    );
  return new LogReader(log.finish(new Int32Array(1)));
}

const isGuestLeaf = (level: number, flags: number): boolean =>
  level === 1 || (flags & (PTE.present | PTE.pageSize)) === (PTE.present | PTE.pageSize);

function grid(made: readonly Made[], source: Partial<GridSource> = {}): Grid {
  const reader = logOf(made);
  const references = focusAt(reader, reader.length - 1)?.references ?? [];
  return gridOf({
    guestLevels: 4,
    nestedLevels: 4,
    references,
    end: 'translated',
    expected: [],
    isGuestLeaf,
    ...source,
  });
}

const states = ({ rows }: Grid): CellState[][] =>
  rows.map(({ nested, guest }) => [...nested, ...(guest ? [guest] : [])].map(({ state }) => state));

describe('a whole walk', () => {
  it.each([
    { guestLevels: 4, nestedLevels: 4, references: 24 },
    { guestLevels: 5, nestedLevels: 5, references: 35 },
    { guestLevels: 2, nestedLevels: 4, references: 14 },
    { guestLevels: 0, nestedLevels: 4, references: 4 },
  ])('of $guestLevels × $nestedLevels levels is a grid of $references references', (row) => {
    const { guestLevels, nestedLevels } = row;
    const made = grid(wholeWalk(guestLevels, nestedLevels), { guestLevels, nestedLevels });
    expect([made.made, made.all]).toEqual([row.references, row.references]);
    expect(made.levels).toHaveLength(nestedLevels);
    expect(made.rows.map(({ level }) => level)).toEqual(
      Array.from({ length: guestLevels + 1 }, (_, i) => guestLevels - i),
    );
    expect(made.rows.at(-1)?.guest).toBeNull();
    expect(made.rows.at(-1)?.nested.at(-1)?.number).toBe(row.references);
    expect(new Set(states(made).flat())).toEqual(new Set(['read']));
  });

  it('numbers the first row from 1, its guest entry after the nested ones, and goes on in the next', () => {
    const { rows } = grid(wholeWalk(4, 4));
    expect(rows[0]?.nested.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(rows[0]?.guest?.number).toBe(5);
    expect(rows[1]?.nested[0]?.number).toBe(6);
  });
});

describe('a walk that has not come to its end', () => {
  it('has what comes before it, numbered', () => {
    const open = grid(wholeWalk(4, 4).slice(0, 7), { end: null });
    expect(states(open)[0]).toEqual(['read', 'read', 'read', 'read', 'read']);
    expect(states(open)[1]).toEqual(['read', 'read', 'ahead', 'ahead', 'ahead']);
    expect(open.rows.at(-1)?.nested.at(-1)?.number).toBe(24);
    expect([open.made, open.all]).toEqual([7, 24]);
  });

  it('has nothing but numbers before its first reference', () => {
    const open = grid([], { end: null });
    expect(new Set(states(open).flat())).toEqual(new Set(['ahead']));
    expect(open.all).toBe(24);
  });

  it('goes no further after a fault', () => {
    const faulted = grid(wholeWalk(4, 4).slice(0, 7), { end: 'fault' });
    expect(states(faulted)[1]).toEqual(['read', 'read', 'unreached', 'unreached', 'unreached']);
    expect(faulted.rows[2]?.nested[0]?.number).toBeNull();
    expect(faulted.all).toBe(7);
  });
});

describe('large pages', () => {
  it('of the nested tables end a row early', () => {
    const made: Made[] = [
      [4, 1],
      [3, 1],
      [2, 1, LARGE],
      [0, 1],
      [4, 0],
      [3, 0],
      [2, 0],
      [1, 0],
    ];
    const large = grid(made, { guestLevels: 1 });
    expect(states(large)[0]).toEqual(['read', 'read', 'read', 'absent', 'read']);
    expect(large.rows[0]?.guest?.number).toBe(4);
    expect(large.all).toBe(8);
  });

  it('of the guest leave rows out', () => {
    const made = [...wholeWalk(4, 4).slice(0, 14), [0, 2, LARGE] as const, ...wholeWalk(0, 4)];
    const large = grid(made);
    expect(large.rows.map(({ level }) => level)).toEqual([4, 3, 2, 0]);
    expect(large.all).toBe(19);
  });

  it('are none where an entry is not present, whatever its bit 7 says', () => {
    const made = grid([...wholeWalk(4, 4).slice(0, 14), [0, 2, PTE.pageSize]], { end: 'fault' });
    expect(made.rows.map(({ level }) => level)).toEqual([4, 3, 2, 1, 0]);
  });
});

describe('what a cache knew', () => {
  const entry = (level: number) => ({ level, index: 1, hi: 0, lo: 8, frame: 7, flags: FLAGS });
  const expected: ExpectedRow[] = [4, 3, 2, 1, 0].map((level) => ({
    level,
    nested: [4, 3, 2, 1].map(entry),
    guest: level > 0 ? entry(level) : null,
  }));

  it('is struck out in its row, with what it would have read', () => {
    const walk = wholeWalk(4, 4);
    const spared = grid([...walk.slice(0, 15), ...walk.slice(18)], { expected });
    expect(states(spared)[3]).toEqual(['spared', 'spared', 'spared', 'read', 'read']);
    expect(spared.rows[3]?.nested.map(({ number }) => number)).toEqual([16, 17, 18, 19]);
    expect(spared.rows[3]?.nested[0]?.entry).toEqual(entry(4));
    expect([spared.made, spared.all]).toEqual([21, 24]);
  });

  it('may be whole rows: those above the first that was made', () => {
    const spared = grid(wholeWalk(4, 4).slice(15), { expected });
    expect(states(spared)[0]).toEqual(Array(5).fill('spared'));
    expect(states(spared)[3]).toEqual(Array(5).fill('read'));
    expect([spared.made, spared.all]).toEqual([9, 24]);
  });

  it('is all of it after a TLB hit', () => {
    const spared = grid([], { expected });
    expect([spared.made, spared.all]).toEqual([0, 24]);
    expect(spared.rows[2]?.guest?.entry).toEqual(entry(2));
  });

  it('is not numbered where a large page ends the row', () => {
    const large = expected.map((row) => ({
      ...row,
      nested: [entry(4), entry(3), { ...entry(2), flags: LARGE }],
    }));
    expect(grid([], { expected: large }).all).toBe(19);
  });
});
