import { expect, it } from 'vitest';
import { PTE } from '#arch/entry.ts';
import { PF } from '#arch/fault.ts';
import { nestedFaultReason } from './nested-fault-reason.ts';

const AMD = { vendor: 'amd', accessedDirty: true } as const;
const INTEL = { vendor: 'intel', accessedDirty: true } as const;
const WITHOUT_AD = { vendor: 'intel', accessedDirty: false } as const;
const ALL = PTE.present | PTE.write | PTE.user;

/** The entries of a path, the top level first. */
const path = (...flags: number[]) => flags.map((each, i) => ({ level: 4 - i, flags: each }));

it.each([
  ['an empty entry', AMD, path(ALL, 0), 0, true, 3, 'P = 0'],
  ['an empty entry', INTEL, path(7, 7, 7, 0), PF.write, true, 1, 'RWX = 0'],
  [
    'a read-only page that is written',
    AMD,
    path(ALL, ALL, ALL, ALL & ~PTE.write),
    PF.write,
    true,
    1,
    'W = 0',
  ],
  ['a read-only page that is written', INTEL, path(7, 7, 7, 5), PF.write, true, 1, 'W = 0'],
  ['a read-only entry above', INTEL, path(7, 5, 7, 7), PF.write, true, 3, 'W = 0'],
  ['a page of no code that is executed', AMD, path(ALL, ALL, ALL, ALL | PTE.nx), PF.fetch, true, 1, 'NX = 1'],
  ['a page of no code that is executed', INTEL, path(7, 7, 7, 3), PF.fetch, true, 1, 'X = 0'],
  ['a read-only page with a guest’s table that is read', AMD, path(ALL, 5, 5, 5), 0, false, 3, 'W = 0'],
  ['a read-only page with a guest’s table that is read', INTEL, path(7, 7, 7, 5), 0, false, 1, 'W = 0'],
  ['an execute-only page with a guest’s table', WITHOUT_AD, path(7, 7, 7, 4), 0, false, 1, 'R = 0'],
  ['an entry that may be written only', INTEL, path(7, 7, 7, 6), 0, true, 1, 'R = 0'],
  ['nothing that rights explain', AMD, path(ALL, ALL, ALL, ALL), 0, true, 1, 'RSVD'],
] as const)('%s (%o)', (_, rules, entries, access, isFinal, level, bit) => {
  expect(nestedFaultReason(entries, access, isFinal, rules)).toMatchObject({ level, bit });
});

it('has no answer without an entry', () => {
  expect(nestedFaultReason([], 0, true, AMD)).toBeNull();
});
