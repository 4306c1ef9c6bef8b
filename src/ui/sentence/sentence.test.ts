import { describe, expect, it } from 'vitest';
import SPLIT from '#content/scenarios/17-nested-dirty-log.scn?raw';
import PML from '#content/scenarios/18-modification-log.scn?raw';
import MMIO from '#content/scenarios/19-misconfigured.scn?raw';
import TRACKED from '#content/scenarios/20-access-tracking.scn?raw';
import CODE from '#content/scenarios/21-no-code-in-large-pages.scn?raw';
import { EVENT } from '#machine/events.ts';
import { VIEWING_LIMITS } from '#machine/words.ts';
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
      /wanted an entry of the guest’s own tables at guest-physical 0x100000, .* have nothing for it/,
    ],
    [
      'whose fault it is',
      nested,
      EVENT.kvm_page_fault,
      1,
      /KVM’s for certain.* there is no entry that could/,
    ],
    [
      'a fault that never leaves',
      nested,
      EVENT.fault,
      6,
      /without leaving the guest, and KVM does not learn/,
    ],
    ['the root', nested, EVENT.kvm_mmu_get_page, 1, /the root of the nested tables: t0/],
    ['its references', nested, EVENT.roots, 1, /The root t0 has 2 references/],
    [
      'a link',
      nested,
      EVENT.kvm_tdp_mmu_spte_changed,
      1,
      /t0\[000\] leads to the nested table t1 from now on/,
    ],
    ['a page', nested, EVENT.kvm_tdp_mmu_spte_changed, 4, /t3\[100\] was empty, and maps guest frame 0x100/],
    ['the page’s rights', nested, EVENT.kvm_mmu_set_spte, 5, /guest frame 0x10 .* in t3\[010\], writable\.$/],
    ['why it is small', nested, EVENT.kvm_mmu_spte_requested, 1, /the host backs it with 4 KiB pages/],

    ['why it is large', SPLIT, EVENT.kvm_mmu_spte_requested, 1, /The host has one page of that size there/],
    ['a table for pieces', SPLIT, EVENT.kvm_mmu_get_page, 4, /t3 at level 1 for the 512 pieces/],
    ['a split', SPLIT, EVENT.kvm_tdp_mmu_spte_changed, 4, /was one level-2 page, and leads to t3 instead/],
    ['a split, told', SPLIT, EVENT.kvm_mmu_split_huge_page, 1, /has split the level-2 page .* 0x10000/],
    [
      'W for the log',
      SPLIT,
      EVENT.kvm_tdp_mmu_spte_changed,
      5,
      /loses W for the dirty log; MMU-writable stays/,
    ],
    ['a write that is logged', SPLIT, EVENT.exit, 2, /to write .* an entry for it that does not allow that/],
    ['W back', SPLIT, EVENT.fast_page_fault, 1, /only logging of writes had taken it/],

    ['D for the log', PML, EVENT.kvm_tdp_mmu_spte_changed, 9, /loses its D: .* the processor notes the page/],
    ['a note', PML, EVENT.translated, 2, /has set D .* notes the guest frames: 0x10\.$/],

    ['no memory', MMIO, EVENT.kvm_tdp_mmu_spte_changed, 4, /that no memory is at guest frame 0x800/],
    ['an entry made wrong', MMIO, EVENT.mark_mmio_spte, 1, /written but not read.* a misconfiguration/],
    [
      'a walk that meets it',
      MMIO,
      EVENT.fault,
      2,
      /R = 0, so it may be written but not read, which no processor accepts/,
    ],
    ['its exit', MMIO, EVENT.exit, 2, /t3\[000\] .* may be written \(W\) but not read \(R\)/],
    ['memory after all', MMIO, EVENT.kvm_tdp_mmu_spte_changed, 6, /said that no memory is there, and maps/],

    [
      'rights kept aside',
      TRACKED,
      EVENT.kvm_tdp_mmu_spte_changed,
      5,
      /loses all rights, and keeps R X aside/,
    ],
    ['a use that is seen', TRACKED, EVENT.fault, 2, /RWX = 0, so KVM has taken all its rights/],
    ['nothing there', TRACKED, EVENT.fast_page_fault, 1, /there is no entry\. It tries each such fault/],
    ['rights back', TRACKED, EVENT.fast_page_fault, 2, /R X\. W stays away until somebody writes/],
    ['a first write', TRACKED, EVENT.exit, 3, /to write .* allow R X only/],
    ['W back as well', TRACKED, EVENT.fast_page_fault, 3, /kept back until somebody writes/],

    ['a large page without code', CODE, EVENT.kvm_mmu_set_spte, 1, /Code may not run from it/],
    ['a fetch from it', CODE, EVENT.exit, 2, /to fetch code from .* allow R W only/],
    ['no short way for it', CODE, EVENT.kvm_page_fault, 2, /to an entry that is there it gives W only/],
    ['small for code', CODE, EVENT.kvm_mmu_spte_requested, 2, /code may not run from large pages/],
    [
      'a page in the way',
      CODE,
      EVENT.kvm_tdp_mmu_spte_changed,
      4,
      /in the way .* marked as removed \(0x5a0\)/,
    ],
    [
      'a table for code',
      CODE,
      EVENT.kvm_tdp_mmu_spte_changed,
      5,
      /only because code may not run from a large page/,
    ],
  ];
  // With calls, which tell who takes an entry away, and what a table is for.
  it.each(rows)('%s', (_, text, kind, nth, expected) => {
    const moment = momentOf(runText(text, VIEWING_LIMITS), kind, nth);
    expect(plainText(sentence(en, moment))).toMatch(expected);
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
