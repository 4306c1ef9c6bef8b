// Where large pages of the host lie otherwise in its address space than in the guest's, KVM maps none.
import { expect, it } from 'vitest';
import { EVENT } from '#machine/events.ts';
import { runText } from './golden-scenarios.ts';

/** Level at which the last spte was set. */
function mappedLevel(slot: string, ...steps: string[]): number {
  const { reader } = runText(
    ['scenario 1', 'machine kvm mmu=tdp', 'guest paging=off', `slot 0 ${slot}`, ...steps].join('\n'),
  );
  for (let index = reader.length - 1; index >= 0; index--)
    if (reader.kind(index) === EVENT.kvm_mmu_spte_requested) return reader.payload(index, 2);
  throw new Error('nothing was mapped');
}

it.each([
  { slot: 'gpa=0 size=4M', steps: ['read 0x201000'], level: 1 },
  { slot: 'gpa=0 size=4M huge', steps: ['read 0x201000'], level: 2 },
  { slot: 'gpa=0 size=1G gigantic', steps: ['read 0x201000'], level: 3 },
  // Moved by a page, and by 2 MiB: the memory stays where it is.
  { slot: 'gpa=0 size=4M huge', steps: ['host slot 0 gpa=0x1000 size=4M', 'read 0x201000'], level: 1 },
  { slot: 'gpa=0 size=4M huge', steps: ['host slot 0 gpa=0x200000 size=4M', 'read 0x201000'], level: 2 },
  { slot: 'gpa=0 size=1G gigantic', steps: ['host slot 0 gpa=0x200000 size=1G', 'read 0x401000'], level: 2 },
  { slot: 'gpa=0 size=1G gigantic', steps: ['host slot 0 gpa=0x1000 size=1G', 'read 0x401000'], level: 1 },
  // madvise refuses a part of a page of hugetlbfs.
  { slot: 'gpa=0 size=1G gigantic', steps: ['host drop 0x200000 2M', 'read 0x201000'], level: 3 },
])('$slot, $steps: level $level', ({ slot, steps, level }) => {
  expect(mappedLevel(slot, ...steps)).toBe(level);
});
