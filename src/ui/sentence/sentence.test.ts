import { describe, expect, it } from 'vitest';
import { EVENT } from '#machine/events.ts';
import { momentAt } from '#ui/moment.ts';
import { BARE, FIRST_TOUCH, momentOf, runText } from '#ui/run.fixture.ts';
import { en } from '#ui/words/en.ts';
import { plainText } from '#ui/words/text.ts';
import { sentence } from './sentence.ts';

const say = (text: string, kind: number, nth = 1): string =>
  plainText(sentence(en, momentOf(runText(text), kind, nth)));

const PREFETCH = `scenario 1
machine kvm mmu=shadow tlb=off
guest paging=4
slot 0 gpa=0 size=4M
space s pool=0x100000
map s 0x10000 0x10000 p|w|u|a|d
map s 0x11000 0x11000 p|w|u|a|d
map s 0x12000 0x12000 p|u|a
map s 0x13000 0x13000 p|w|u

read 0x10000
write 0x10000 1
host drop 0x10000 4K
read 0x10000
write 0x10000 1
`;

/** The last-level table and the one above it are mapped for the guest to write. */
const TABLES_MAPPED = `scenario 1
machine kvm mmu=shadow tlb=off
guest paging=4
slot 0 gpa=0 size=4M
space s pool=0x100000
map s 0x10000 0x10000 p|w|u
map s 0x40000000 0x103000 p|w|u|a|d
map s 0x40010000 0x102000 p|w|u|a|d

read 0x10000
write 0x40000000 0
read 0x40010000
`;

const LARGE = `scenario 1
machine kvm mmu=shadow tlb=off
guest paging=4
slot 0 gpa=0 size=4M
slot 1 gpa=0x40000000 size=4M huge
slot 2 gpa=0x50000000 size=4M huge log
slot 3 gpa=0x60000000 size=4M ro
space s pool=0x100000
map s 0x200000 0x200000 p|w|u|a|d size=2M
map s 0x400000 0x40000000 p|w|u|a|d size=2M
map s 0x600000 0x50000000 p|w|u|a|d size=2M
map s 0x800000 0 p|w|u|a|d size=2M
map s 0xa00000 0x60000000 p|w|u|a|d
map s 0xa01000 0x90000000 p|w|u|a|d

read 0xa00000
read 0x200000
read 0x400000
read 0x600000
read 0x800000
read 0xa01000
`;

describe('sentences name what decided', () => {
  const rows: readonly (readonly [string, string, number, number, RegExp])[] = [
    ['an empty shadow', FIRST_TOUCH, EVENT.fault, 1, /stops at level 4: P = 0/],
    ['a read-only leaf', FIRST_TOUCH, EVENT.fault, 2, /stops at level 1: W = 0.*write of 0x10000 faults/],
    [
      'a clear D',
      FIRST_TOUCH,
      EVENT.kvm_mmu_set_spte,
      1,
      /t3\[010\], read-only although the guest allows writing: the guest’s D = 0/,
    ],
    ['a writable spte', FIRST_TOUCH, EVENT.kvm_mmu_set_spte, 2, /t3\[010\], writable/],
    ['a fault of the guest’s', FIRST_TOUCH, EVENT.kvm_mmu_walker_error, 1, /P = 0/],
    [
      'a new shadow page',
      FIRST_TOUCH,
      EVENT.kvm_mmu_get_page,
      2,
      /new, empty shadow page t1 that shadows .* 0x101/,
    ],
    [
      'a bit set by KVM',
      FIRST_TOUCH,
      EVENT.kvm_mmu_set_dirty_bit,
      1,
      /sets D in the guest’s entry 103\[010\]/,
    ],
    ['an injected fault', FIRST_TOUCH, EVENT.kvm_inj_exception, 1, /#PF to the guest with error code 0x0/],
    ['the end of a read', FIRST_TOUCH, EVENT.outcome, 1, /the guest reads 0x0/],
    ['no short way', FIRST_TOUCH, EVENT.kvm_page_fault, 2, /without the lock .* is not for shadow paging/],
    [
      'a prefetch and its end',
      PREFETCH,
      EVENT.kvm_mmu_set_spte,
      1,
      /2 neighbours are mapped ahead, up to 103\[013\], which has A = 0/,
    ],
    ['a neighbour', PREFETCH, EVENT.kvm_mmu_set_spte, 2, /t3\[011\], writable\. Nobody has asked for it/],
    ['a neighbour’s W', PREFETCH, EVENT.kvm_mmu_set_spte, 3, /level-1 entry is \(W = 0\)/],
    ['the shared page of zeros', PREFETCH, EVENT.kvm_mmu_set_spte, 4, /read-only, because the host has only/],
    ['a table out of sync', TABLES_MAPPED, EVENT.kvm_mmu_set_spte, 2, /its shadow t3 may be out of sync/],
    [
      'a protected table',
      TABLES_MAPPED,
      EVENT.kvm_mmu_set_spte,
      3,
      /read-only, because guest frame 0x102 holds a page table that t2 shadows/,
    ],
    ['a host with small pages', LARGE, EVENT.kvm_mmu_spte_requested, 2, /the host backs it with 4 KiB pages/],
    ['a large page', LARGE, EVENT.kvm_mmu_spte_requested, 3, /at level 2\.$/],
    ['a slot that logs writes', LARGE, EVENT.kvm_mmu_spte_requested, 4, /not possible: slot 2 logs writes/],
    ['a page with its own tables', LARGE, EVENT.kvm_mmu_spte_requested, 5, /holds a table that maps it/],
    ['a read-only slot', LARGE, EVENT.kvm_mmu_set_spte, 1, /read-only, as memory slot 3 is/],
    ['no memory', LARGE, EVENT.mark_mmio_spte, 1, /No memory slot holds guest frame 0x90000/],
    ['no hypervisor', BARE, EVENT.reference, 4, /103\[010\] maps frame 0x10/],
  ];
  it.each(rows)('%s', (_, text, kind, nth, expected) => {
    expect(say(text, kind, nth)).toMatch(expected);
  });
});

describe('two dimensions', () => {
  const nested = FIRST_TOUCH.replace('mmu=shadow', 'mmu=tdp vendor=intel');
  const amd = FIRST_TOUCH.replace('mmu=shadow', 'mmu=tdp vendor=amd');
  const rows: readonly (readonly [string, string, number, number, RegExp])[] = [
    ['which tables are walked', nested, EVENT.access, 1, /own tables, and for each step of that the nested/],
    ['an empty nested entry', nested, EVENT.reference, 1, /nested level-4 entry t0\[000\] is not present/],
    [
      'a table out of reach',
      nested,
      EVENT.fault,
      2,
      /for the guest’s level-3 entry stops at nested level 1: RWX = 0/,
    ],
    [
      'the same with NPT',
      amd,
      EVENT.fault,
      2,
      /for the guest’s level-3 entry stops at nested level 1: P = 0/,
    ],
    ['a page out of reach', nested, EVENT.fault, 5, /for the page itself stops at nested level 1/],
    ['a fault of the guest’s', nested, EVENT.fault, 6, /^The walk stops at level 3: P = 0/],
    [
      'an exit',
      nested,
      EVENT.exit,
      1,
      /nested tables do not allow what the guest needs of guest-physical 0x100000/,
    ],
    ['whose fault it is', nested, EVENT.kvm_page_fault, 1, /KVM’s for certain/],
  ];
  it.each(rows)('%s', (_, text, kind, nth, expected) => {
    expect(say(text, kind, nth)).toMatch(expected);
  });
});

it('has a sentence without gaps for every event of a run', () => {
  const run = runText(FIRST_TOUCH);
  for (let index = 0; index < run.reader.length; index++) {
    const text = plainText(sentence(en, momentAt(run, index)));
    expect(text).toMatch(/[.]$/);
    expect(text).not.toMatch(/undefined|NaN|\{/);
  }
});
