// The depths of the guest's tables, of the nested ones and of the host's own differ freely, and each walk costs what their product says.
import { expect, it } from 'vitest';
import { EVENT } from '#machine/events.ts';
import { runText } from './golden-scenarios.ts';

const GUESTS = [
  { paging: 'off', levels: 0 },
  { paging: '32', levels: 2 },
  { paging: '4', levels: 4 },
  { paging: '5', levels: 5 },
] as const;
const MACHINES = [
  { keys: 'vendor=amd host-levels=4', nested: 4 },
  { keys: 'vendor=amd host-levels=5', nested: 5 },
  { keys: 'vendor=intel host-levels=5', nested: 4 },
  { keys: 'vendor=intel ept-levels=5', nested: 5 },
] as const;
const CASES = GUESTS.flatMap((guest) => MACHINES.map((machine) => ({ ...guest, ...machine })));

it.each(CASES)('a guest with paging=$paging on $keys', ({ paging, levels, keys, nested }) => {
  const { reader } = runText(
    [
      'scenario 1',
      `machine kvm mmu=tdp tlb=off ${keys}`,
      `guest paging=${paging}`,
      'slot 0 gpa=0 size=4M',
      ...(paging === 'off' ? [] : ['space s pool=0x100000', 'map s 0x10000 0x10000 p|w|u|a|d']),
      'read 0x10000',
      'read 0x10000',
    ].join('\n'),
  );
  let references = 0;
  for (let index = reader.stepStart(1); index < reader.length; index++)
    if (reader.kind(index) === EVENT.reference) references++;
  expect(references).toBe((levels + 1) * (nested + 1) - 1);
});

it.each([
  { guest: '4K', host: '', references: 24 },
  { guest: '2M', host: '', references: 19 },
  { guest: '1G', host: '', references: 14 },
  { guest: '4K', host: 'huge', references: 19 },
  { guest: '2M', host: 'huge', references: 15 },
  { guest: '1G', host: 'huge', references: 11 },
  { guest: '4K', host: 'gigantic', references: 14 },
  { guest: '2M', host: 'gigantic', references: 11 },
  { guest: '1G', host: 'gigantic', references: 8 },
])('a $guest page of the guest on host pages that are "$host"', ({ guest, host, references }) => {
  const { reader } = runText(
    [
      'scenario 1',
      'machine kvm mmu=tdp tlb=off',
      'guest paging=4',
      `slot 0 gpa=0 size=${host === 'gigantic' ? '1G' : '4M'} ${host}`,
      'space s pool=0x100000',
      `map s 0x40000000 0 p|w|u|a|d size=${guest}`,
      'read 0x40000000',
      'read 0x40000000',
    ].join('\n'),
  );
  let counted = 0;
  for (let index = reader.stepStart(1); index < reader.length; index++)
    if (reader.kind(index) === EVENT.reference) counted++;
  expect(counted).toBe(references);
});
