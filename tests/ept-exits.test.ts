// What EPT entries make of an access, as a processor that was entered without KVM showed it: exit reason, qualification bit by
// bit, guest-physical address, and the A and D flags that are left.
import { describe, expect, it } from 'vitest';
import { exitRows, walkRow } from './ept-exits.ts';

const ROWS = exitRows();

describe(`${ROWS.length} recorded accesses through EPT`, () => {
  it('are there, of every kind', () => {
    expect(ROWS.length).toBe(1401);
    expect(new Set(ROWS.map((row) => row.expected.exit)).size).toBe(3);
    expect(new Set(ROWS.map((row) => row.access)).size).toBe(19);
  });

  it('end alike', () => {
    const misses = ROWS.flatMap((row) => {
      const found = walkRow(row);
      return JSON.stringify(found) === JSON.stringify(row.expected)
        ? []
        : [{ row: row.name, expected: row.expected, found }];
    });
    console.log(`${ROWS.length - misses.length} of ${ROWS.length} recorded accesses through EPT match`);
    expect(misses).toEqual([]);
  });
});
