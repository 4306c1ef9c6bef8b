import { expect, it } from 'vitest';
import { EVENT, WALKER_CPU, WALKER_NESTED } from '#machine/events.ts';
import { LogWriter } from '#machine/log.ts';
import { LogReader } from '#machine/log-reader.ts';
import { focusAt } from './focus.ts';
import { gridWalk } from './grid.ts';

/** A log of one access with `levels` × `nested` references, as a two-dimensional walk makes them. */
function nestedLog(levels: number, nested: number): LogReader {
  const log = new LogWriter(1000);
  log.cpu = 0;
  log.emit(EVENT.access, 0, 0x10000, 0);
  for (let level = levels; level >= 0; level--) {
    for (let below = nested; below >= 1; below--) log.emit(EVENT.reference, WALKER_NESTED | (below << 8));
    if (level > 0) log.emit(EVENT.reference, WALKER_CPU | (level << 8));
  }
  return new LogReader(log.finish(new Int32Array(1)));
}

const rows = [
  { levels: 4, nested: 4, references: 24 },
  { levels: 5, nested: 5, references: 35 },
  { levels: 2, nested: 4, references: 14 },
];

it.each(rows)(
  'draws $levels × $nested levels as a grid of $references references',
  ({ levels, nested, references }) => {
    const reader = nestedLog(levels, nested);
    const focus = focusAt(reader, reader.length - 1);
    const grid = gridWalk(focus?.references ?? []);
    expect(grid.references).toBe(references);
    expect(grid.levels).toHaveLength(nested);
    expect(grid.rows.map((row) => row.level)).toEqual(
      Array.from({ length: levels + 1 }, (_, i) => levels - i),
    );
    expect(grid.rows.at(-1)).toMatchObject({ level: 0, guest: null });
    expect(grid.rows[1]?.nested[0]?.order).toBe(nested + 2);
  },
);

it('leaves the row open where the nested walk has not come to its end', () => {
  const reader = nestedLog(4, 4);
  const grid = gridWalk(focusAt(reader, 7)?.references ?? []);
  expect(grid.rows).toHaveLength(2);
  expect(grid.rows[1]).toMatchObject({ level: 3, guest: null });
  expect(grid.rows[1]?.nested).toHaveLength(2);
});
