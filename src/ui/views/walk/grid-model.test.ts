import { describe, expect, it } from 'vitest';
import { EVENT } from '#machine/events.ts';
import { type Moment, momentAt } from '#ui/moment.ts';
import { FIRST_TOUCH, momentOf, runText } from '#ui/run.fixture.ts';
import type { GridCellText, GridModel } from './grid-model.ts';
import { walkModel } from './model.ts';

const tdp = (words: string): string => FIRST_TOUCH.replace('kvm mmu=shadow', `kvm mmu=tdp ${words}`);
const run = runText(tdp('vendor=intel'));

function gridAt(moment: Moment): GridModel {
  const grid = walkModel(moment)?.grid;
  if (!grid) throw new Error('there is no grid');
  return grid;
}

const short = ({ state, slot, address, fault }: GridCellText): string =>
  `${state} ${slot} ${address}${fault ? ` ✕ ${fault}` : ''}`.trim();

describe('a walk through nested tables', () => {
  it('has all of its cells ahead of it at its beginning', () => {
    const grid = gridAt(momentOf(run, EVENT.access));
    expect([grid.made, grid.all]).toEqual([0, 24]);
    expect(grid.rows.map(({ gpa }) => gpa)).toEqual(['0x100000', null, null, null, null]);
    expect(grid.columns.map(({ level, bits }) => `${level} ${bits}`)).toEqual([
      '4 47:39',
      '3 38:30',
      '2 29:21',
      '1 20:12',
    ]);
  });

  it('stops where an entry grants nothing', () => {
    const grid = gridAt(momentOf(run, EVENT.fault));
    expect(grid.rows[0]?.nested.map(short)).toEqual([
      'read t0[000] 0x0 ✕ RWX = 0',
      'unreached',
      'unreached',
      'unreached',
    ]);
    expect(grid.all).toBe(1);
  });

  it('shows an entry as it has become, once KVM has mended it', () => {
    const fault = momentOf(run, EVENT.fault);
    const mended = momentOf(run, EVENT.kvm_mmu_set_spte);
    const cell = gridAt(mended).rows[0]?.nested[0];
    expect(cell).toMatchObject({ address: 't1', fault: null, changed: 'since' });
    expect(cell?.mended).toBe(fault.index + 1);
  });

  it('makes 24 references, and leads to the page', () => {
    const last = momentAt(run, run.reader.stepEnd(1) - 1);
    const grid = gridAt(last);
    expect([grid.made, grid.all]).toEqual([24, 24]);
    expect(grid.rows.map(({ gpa }) => gpa)).toEqual([
      '0x100000',
      '0x101000',
      '0x102000',
      '0x103080',
      '0x10000',
    ]);
    expect(grid.rows[3]?.nested.map(short)).toEqual([
      'read t0[000] t1',
      'read t1[000] t2',
      'read t2[000] t3',
      'read t3[103] h3',
    ]);
    expect(grid.rows[3]?.guest).toMatchObject({
      number: 20,
      slot: '103[010]',
      address: '0x10',
      place: { kind: 'entry', table: 'g:103', index: 16 },
      rights: 'P W U A D',
    });
    expect(grid.rows[3]?.slice).toEqual({ digits: '010', bits: '20:12' });
    expect(grid.end).toEqual({ frame: 'h4', offset: '000' });
  });
});

it('tells a fault of the guest’s own tables in the guest’s column', () => {
  const grid = gridAt(momentAt(run, run.reader.stepEnd(2) - 1));
  const guests = grid.rows.map(({ guest }) => guest && short(guest));
  expect(guests[0]).toBe('read 100[000] 0x101');
  expect(guests[1]).toBe('read 101[001] 0x0 ✕ P = 0');
  expect(guests[2]).toBe('unreached');
});

it.each([
  ['a page of the host’s that is read-only', 'host protect 0x10000 4K ro', 'vendor=intel', 'W = 0'],
  ['the same with nested paging', 'host protect 0x10000 4K ro', 'vendor=amd', 'W = 0'],
])('tells which bit refuses %s', (_, change, vendor, bit) => {
  const text = tdp(vendor).replace('read 0x40000000', `${change}\nread 0x10000\nwrite 0x10000 2`);
  const protectedRun = runText(text);
  const { reader } = protectedRun;
  const fault = reader.find(reader.length, -1, (index) => reader.kind(index) === EVENT.fault);
  const data = gridAt(momentAt(protectedRun, fault)).rows.at(-1);
  expect(data?.nested.at(-1)?.fault).toBe(bit);
});

it.each([
  ['five levels of the guest', 'paging=5', 29, 6],
  ['32-bit tables', 'paging=32', 14, 3],
  ['page-directory pointers, which Intel’s processors have in registers', 'paging=pae', 14, 3],
  ['no paging', 'paging=off', 4, 1],
] as const)('has a row for each entry of %s', (_, paging, references, rows) => {
  const setup = paging === 'paging=off' ? [] : ['space s pool=0x100000', 'map s 0x10000 0x10000 p|w|u'];
  const head = ['scenario 1', 'machine kvm mmu=tdp vendor=intel tlb=off', `guest ${paging}`];
  const text = [...head, 'slot 0 gpa=0 size=4M', ...setup, 'read 0x10000', 'read 0x10000', ''].join('\n');
  const paged = runText(text);
  const grid = gridAt(momentAt(paged, paged.reader.length - 1));
  expect([grid.made, grid.all, grid.rows.length]).toEqual([references, references, rows]);
});

it('leaves out what a large page of the host makes unnecessary', () => {
  const text = tdp('vendor=intel').replace('size=4M', 'size=4M huge');
  const huge = runText(text);
  const grid = gridAt(momentAt(huge, huge.reader.stepEnd(1) - 1));
  expect(grid.all).toBe(19);
  expect(grid.rows[0]?.nested.map(({ state }) => state)).toEqual(['read', 'read', 'read', 'absent']);
});
