/** Memory references of a walk that nothing spares: for each depth of the tables, and for each size of the pages. */
import { type Cell, type Column, type Figure, type LabelName, lastStep } from './figure.ts';
import type { SourceId } from './sources.ts';

interface Guest {
  readonly label: LabelName;
  readonly paging: string;
  /** Entries that a walk of the guest's own tables reads; PAE's four pointers are in registers. */
  readonly levels: number;
}

const GUESTS: readonly Guest[] = [
  { label: 'paging-off', paging: 'off', levels: 0 },
  { label: 'paging-32', paging: '32', levels: 2 },
  { label: 'paging-pae', paging: 'pae', levels: 2 },
  { label: 'paging-4', paging: '4', levels: 4 },
  { label: 'paging-5', paging: '5', levels: 5 },
];

interface Machine {
  readonly label: LabelName;
  readonly machine: string;
  /** What is published for a guest. */
  readonly published: (guest: Guest) => Cell['published'];
}

/** References of a two-dimensional walk, by the formula of the paper: each entry of the guest's, and the page, is looked up in `nested` levels. */
function twoDimensional(levels: number, nested: number): Cell['published'] {
  const source: SourceId = levels === 4 && nested === 4 ? 'gandhi' : 'bhargava';
  return { value: levels * nested + levels + nested, source };
}

const ept = (label: LabelName, nested: number): Machine => ({
  label,
  machine: `machine kvm mmu=tdp vendor=intel ept-levels=${nested} tlb=off`,
  published: ({ levels }) => twoDimensional(levels, nested),
});

/** A processor with NPT keeps no pointers of PAE: each walk reads one, as a third level. */
const npt = (label: LabelName, nested: number): Machine => ({
  label,
  machine: `machine kvm mmu=tdp vendor=amd host-levels=${nested} tlb=off`,
  published: ({ levels, paging }) => twoDimensional(paging === 'pae' ? 3 : levels, nested),
});

const MACHINES: readonly Machine[] = [
  {
    label: 'native',
    machine: 'machine bare vendor=intel tlb=off',
    published: ({ levels }) => ({ value: levels, source: levels === 4 ? 'gandhi' : 'sdm' }),
  },
  {
    label: 'shadow',
    machine: 'machine kvm mmu=shadow vendor=intel tlb=off',
    published: ({ levels }) => (levels === 4 ? { value: 4, source: 'gandhi' } : null),
  },
  ept('ept-4', 4),
  ept('ept-5', 5),
  npt('npt-4', 4),
  npt('npt-5', 5),
];

const references = (label: LabelName): Column => ({ label, counted: 'references' });

/** A read of a page that was read before: the tables are there, and nothing else remembers the way. */
function walk(machine: string, { paging, levels }: Guest, published: Cell['published']): Cell {
  const tables = levels === 0 ? [] : ['space s pool=0x100000', 'map s 0x10000 0x10000 p|w|u|a|d'];
  const setup = [machine, `guest paging=${paging}`, 'slot 0 gpa=0 size=4M', ...tables];
  return lastStep(setup, ['read 0x10000', 'read 0x10000'], published);
}

export const depths: Figure = {
  id: 'depths',
  columns: MACHINES.map(({ label }) => references(label)),
  rows: GUESTS.map((guest) => ({
    label: guest.label,
    cells: MACHINES.map(({ machine, published }) => walk(machine, guest, published(guest))),
  })),
};

/** Levels that a walk has for a page of this size, of four. */
const GUEST_PAGES = [
  { label: 'guest-4K', size: '4K', levels: 4 },
  { label: 'guest-2M', size: '2M', levels: 3 },
  { label: 'guest-1G', size: '1G', levels: 2 },
] as const;

const HOST_PAGES = [
  { label: 'host-4K', slot: 'slot 0 gpa=0 size=4M', levels: 4 },
  { label: 'host-2M', slot: 'slot 0 gpa=0 size=4M huge', levels: 3 },
  { label: 'host-1G', slot: 'slot 0 gpa=0 size=1G gigantic', levels: 2 },
] as const;

export const pages: Figure = {
  id: 'pages',
  columns: HOST_PAGES.map(({ label }) => references(label)),
  rows: GUEST_PAGES.map((guest) => ({
    label: guest.label,
    cells: HOST_PAGES.map((host) =>
      lastStep(
        [
          'machine kvm mmu=tdp tlb=off',
          'guest paging=4',
          host.slot,
          'space s pool=0x100000',
          `map s 0x40000000 0 p|w|u|a|d size=${guest.size}`,
        ],
        ['read 0x40000000', 'read 0x40000000'],
        twoDimensional(guest.levels, host.levels),
      ),
    ),
  })),
};
