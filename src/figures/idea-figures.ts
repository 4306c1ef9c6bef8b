/** What single ideas of KVM's buy: tables that may go out of sync, and large pages that are split ahead of time. */
import { type Cell, type Column, type Figure, type LabelName, type Row, scenarioText } from './figure.ts';

const TABLE_SETUP = [
  'guest paging=4',
  'slot 0 gpa=0 size=4M',
  'space s pool=0x100000',
  'map s 0x10000 0x10000 p|w|u|a|d',
  'map s 0x40000000 0x103000 p|w|a',
];

/** The guest fills `count` entries of a table that is shadowed, and loads CR3 as after any change. */
function fill(label: LabelName, count: number): Row {
  const writes = Array.from(
    { length: count },
    (_, i) => `write 0x40000400+${i * 8} 0x20000+${i * 4096}|p|w|u`,
  );
  const steps = ['read 0x10000', 'read 0x40000000', ...writes, 'cr3 s'];
  const cell = (machine: string, value: number): Cell => ({
    text: scenarioText([machine, ...TABLE_SETUP], steps),
    from: 2,
    to: steps.length - 1,
    published: { value, source: 'mmu' },
  });
  return {
    label,
    cells: [
      cell('machine kvm mmu=shadow tlb=off', 2),
      cell('machine kvm mmu=shadow tlb=off unsync=off', count + 1),
    ],
  };
}

export const unsync: Figure = {
  id: 'unsync',
  columns: [
    { label: 'unsync-on', counted: 'exits' },
    { label: 'unsync-off', counted: 'exits' },
  ],
  rows: [fill('entries-1', 1), fill('entries-8', 8), fill('entries-64', 64)],
};

/** Logging begins on a page of 2 MiB; the guest then writes `count` of its small pages, and reads as many others. */
function log(label: LabelName, count: number): Row {
  const page = (i: number): string => `0x${(0x200000 + i * 4096).toString(16)}`;
  const writes = Array.from({ length: count }, (_, i) => `write ${page(i)} 1`);
  const reads = Array.from({ length: count }, (_, i) => `read ${page(256 + i)}`);
  const steps = ['write 0x200000 1', 'host dirty-log 0 on', ...writes, ...reads];
  const cells = (parameters: string): Cell[] => {
    const setup = [
      `machine kvm mmu=tdp tlb=off${parameters}`,
      'guest paging=off',
      'slot 0 gpa=0 size=4M huge',
    ];
    const text = scenarioText(setup, steps);
    const over = (from: number, to: number): Cell => ({ text, from, to, published: null });
    return [over(1, 1), over(2, count + 1), over(count + 2, 2 * count + 1)];
  };
  return { label, cells: [...cells(''), ...cells(' eager_page_split=off')] };
}

const splitColumns = (labels: readonly [LabelName, LabelName, LabelName]): Column[] =>
  labels.map((label, i) => ({ label, counted: i === 0 ? 'tables' : 'exits' }));

export const splitting: Figure = {
  id: 'splitting',
  columns: [
    ...splitColumns(['eager-tables', 'eager-writes', 'eager-reads']),
    ...splitColumns(['lazy-tables', 'lazy-writes', 'lazy-reads']),
  ],
  rows: [log('pages-1', 1), log('pages-16', 16), log('pages-128', 128)],
};
