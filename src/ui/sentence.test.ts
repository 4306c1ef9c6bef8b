import { describe, expect, it } from 'vitest';
import { EVENT } from '#machine/events.ts';
import { momentAt } from './moment.ts';
import { BARE, FIRST_TOUCH, momentOf, runText } from './run.fixture.ts';
import { sentence } from './sentence.ts';

const say = (text: string, kind: number, nth = 1): string => {
  const { reader, names, index, atlas } = momentOf(runText(text), kind, nth);
  return sentence(reader, names, index, atlas);
};

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
    ['no hypervisor', BARE, EVENT.reference, 4, /103\[010\] maps frame 0x10/],
  ];
  it.each(rows)('%s', (_, text, kind, nth, expected) => {
    expect(say(text, kind, nth)).toMatch(expected);
  });
});

it('has a sentence without gaps for every event of a run', () => {
  const run = runText(FIRST_TOUCH);
  for (let index = 0; index < run.reader.length; index++) {
    const { atlas } = momentAt(run, index);
    const text = sentence(run.reader, run.names, index, atlas);
    expect(text).toMatch(/[.]$/);
    expect(text).not.toMatch(/undefined|NaN|\{/);
  }
});
