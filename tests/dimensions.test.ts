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
