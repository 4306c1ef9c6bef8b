import { describe, expect, it } from 'vitest';
import UNSYNC from '#content/scenarios/04-page-table-write.scn?raw';
import THREE from '#content/scenarios/14-three-mappings.scn?raw';
import { EVENT } from '#machine/events.ts';
import type { Moment } from '#ui/moment.ts';
import type { TablePlace } from '#ui/place.ts';
import { BARE, momentOf, runText } from '#ui/run.fixture.ts';
import { en } from '#ui/words/en.ts';
import { placeLists } from './lists-model.ts';

/** Titles of a place's lists, and the names in them; the one that is shown in brackets. */
const listed = (moment: Moment, place: TablePlace): Record<string, string> =>
  Object.fromEntries(
    placeLists(en, moment, place).map(({ title, rows }) => [
      title,
      rows.map((row) => (row.isHere ? `(${row.name})` : row.name)).join(' '),
    ]),
  );

const entry = (table: string, index: number): TablePlace => ({ kind: 'entry', table, index });
const table = (id: string): TablePlace => ({ kind: 'table', table: id });
const RMAP = 'Reverse map of guest frame 0x30';

describe('a frame that three entries map', () => {
  const run = runText(THREE);
  const mapped = momentOf(run, EVENT.outcome, 3);

  it('has all of them in its reverse map, in KVM’s order, from either end', () => {
    expect(listed(mapped, entry('t3', 0x18))[RMAP]).toBe('t3[010] (t3[018]) t5[000]');
    expect(listed(mapped, entry('g:103', 0x10))[RMAP]).toBe('t3[010] t3[018] t5[000]');
  });

  it('is not in it yet when an entry was just stored', () => {
    expect(listed(momentOf(run, EVENT.kvm_mmu_set_spte, 2), entry('t3', 0x18))).toEqual({});
    expect(listed(momentOf(run, EVENT.rmapAdd, 2), entry('t3', 0x18))[RMAP]).toBe('t3[010] (t3[018])');
  });

  it('has none once the host took the page', () => {
    const dropped = momentOf(run, EVENT.outcome, 4);
    expect(listed(dropped, entry('g:103', 0x10))[RMAP]).toBe('');
    expect(listed(dropped, entry('t3', 0x18))).toEqual({});
  });
});

describe('a shadow page', () => {
  const run = runText(UNSYNC);
  const unsync = momentOf(run, EVENT.outcome, 2);

  it('lists its parents, its bucket, and who maps the table behind it', () => {
    expect(listed(unsync, table('t3'))).toEqual({
      'Parents of t3': 't2[000]',
      'In the same hash bucket': '(t3)',
      'Reverse map of guest frame 0x103': 't5[103]',
    });
  });

  it('leads to what is out of sync below it', () => {
    const below = 'Unsync, or with something unsync below';
    expect(listed(unsync, table('t1'))[below]).toBe('t2');
    expect(listed(unsync, table('t2'))[below]).toBe('t3');
    expect(listed(momentOf(run, EVENT.outcome, 1), table('t2'))[below]).toBeUndefined();
  });
});

it('has no lists where no hypervisor keeps any', () => {
  expect(listed(momentOf(runText(BARE), EVENT.outcome), table('g:100'))).toEqual({});
});
