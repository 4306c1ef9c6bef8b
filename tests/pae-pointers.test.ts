// The page-directory pointers of a PAE guest with nested tables, as KVM sees them. It walks the guest's tables where a table lies in no
// memory, which makes it emulate the access.
import { expect, it } from 'vitest';
import { runText } from './golden-scenarios.ts';

/** An address whose table is in no memory; KVM cannot take the table's address for that of the data, which has another offset. */
const WITHOUT_TABLE = '0x600008';

/** What KVM reads at level 3 in each step that walks, in steps after one that does. */
function pointersRead(vendor: 'amd' | 'intel', steps: readonly string[]): string[] {
  const { trace } = runText(
    [
      'scenario 1',
      `machine kvm mmu=tdp vendor=${vendor} tlb=off`,
      'guest paging=pae',
      'slot 0 gpa=0 size=4M',
      'space one pool=0x100000',
      'space two pool=0x200000',
      ...['one', 'two'].flatMap((space) => [
        `map ${space} 0x400000 0x10000 p|w|u|a|d`,
        `map ${space} 0x40000000 0x100000 p|w|u|a|d`,
      ]),
      'poke 0x101018 0x30000067 width=8',
      'poke 0x201018 0x30000067 width=8',
      `read ${WITHOUT_TABLE}`,
      ...steps,
    ].join('\n'),
  );
  return [...trace.matchAll(/kvm_mmu_paging_element: pte=(\S+) level=3/g)].map(([, pte]) => pte as string);
}

it.each(['amd', 'intel'] as const)('follow CR3, of which KVM learns nothing (%s)', (vendor) => {
  const [first, second] = pointersRead(vendor, ['cr3 two', `read ${WITHOUT_TABLE}`]);
  expect(first).not.toBe(second);
  expect(Number(second)).toBeGreaterThan(0x200000);
});

it('are read anew after each exit on AMD, whose processors hold none', () => {
  // The second pointer has room for a flag that software may use.
  const pointers = pointersRead('amd', ['write 0x40000000 0x101e01 width=4', `read ${WITHOUT_TABLE}`]);
  expect(pointers.at(-1)).toBe('0x101e01');
});

it('stay on Intel what they were when CR3 was written', () => {
  const pointers = pointersRead('intel', ['write 0x40000000 0x101e01 width=4', `read ${WITHOUT_TABLE}`]);
  expect(pointers.at(-1)).toBe('0x101001');
});

it('stay what they were where one of them is not valid', () => {
  const pointers = pointersRead('amd', ['write 0x40000008 0x102003 width=4', `read ${WITHOUT_TABLE}`]);
  expect(pointers.at(-1)).toBe('0x101001');
});
