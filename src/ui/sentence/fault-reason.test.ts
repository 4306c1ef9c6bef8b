import { describe, expect, it } from 'vitest';
import { PTE } from '#arch/entry.ts';
import { PF } from '#arch/fault.ts';
import { faultReason } from './fault-reason.ts';

const full = PTE.present | PTE.write | PTE.user;
const path = (...flags: number[]) => flags.map((value, i) => ({ level: flags.length - i, flags: value }));

describe('the bit that decided', () => {
  const rows = [
    { name: 'an absent entry', path: path(full, 0), error: 0, level: 1, bit: 'P = 0' },
    {
      name: 'a reserved bit',
      path: path(full, full),
      error: PF.present | PF.reserved,
      level: 1,
      bit: 'RSVD',
    },
    {
      name: 'a read-only leaf',
      path: path(full, full & ~PTE.write),
      error: PF.present | PF.write,
      level: 1,
      bit: 'W = 0',
    },
    {
      name: 'a read-only upper entry',
      path: path(full & ~PTE.write, full),
      error: PF.present | PF.write,
      level: 2,
      bit: 'W = 0',
    },
    {
      name: 'a supervisor entry above',
      path: path(full & ~PTE.user, full),
      error: PF.present | PF.user,
      level: 2,
      bit: 'U = 0',
    },
    {
      name: 'no-execute',
      path: path(full, full | PTE.nx),
      error: PF.present | PF.fetch,
      level: 1,
      bit: 'NX = 1',
    },
    { name: 'SMEP', path: path(full, full), error: PF.present | PF.fetch, level: 1, bit: 'U = 1' },
    { name: 'SMAP', path: path(full, full), error: PF.present, level: 1, bit: 'U = 1' },
  ];
  it.each(rows)('$name', (row) => {
    expect(faultReason(row.path, row.error)).toMatchObject({ level: row.level, bit: row.bit });
  });

  it('is unknown where nothing was read', () => {
    expect(faultReason([], 0)).toBeNull();
  });
});
