/** VM exits: what a guest does, one thing at a time, on shadow and on nested tables. */
import { type Figure, type LabelName, lastStep } from './figure.ts';

const MACHINES = [
  { label: 'shadow', machine: 'machine kvm mmu=shadow tlb=off' },
  { label: 'npt', machine: 'machine kvm mmu=tdp tlb=off' },
  { label: 'ept', machine: 'machine kvm mmu=tdp vendor=intel tlb=off' },
] as const;

/** Two address spaces; the first sees its own tables of levels 1 and 2 at 0x40000000 and 0x40001000. */
const SETUP = [
  'guest paging=4',
  'slot 0 gpa=0 size=4M',
  'space s pool=0x100000',
  'space t pool=0x180000',
  'map s 0x10000 0x10000 p|w|u|a|d',
  'map s 0x30000 0x30000 p|w|u|a|d',
  'map s 0x38000 0x38000 p|w|u|a',
  'map s 0x3c000 0x80000000 p|w|u|a|d',
  'map s 0x40000000 0x103000 p|w|a',
  'map s 0x40001000 0x102000 p|w|a',
  'map t 0x10000 0x10000 p|w|u|a|d',
];

interface Case {
  readonly label: LabelName;
  readonly steps: readonly string[];
  /** Exits of the last step with shadow, NPT and EPT, as the rules of mmu.rst have it; null: it does not say. */
  readonly rule: readonly [shadow: number | null, npt: number | null, ept: number | null];
}

const CASES: readonly Case[] = [
  { label: 'first-touch', steps: ['read 0x10000', 'read 0x30000'], rule: [1, 1, 1] },
  { label: 'guest-fault', steps: ['read 0x10000', 'read 0x20000'], rule: [1, 0, 0] },
  {
    label: 'first-entry-write',
    steps: ['read 0x10000', 'read 0x40000000', 'write 0x40000100 0x20000|p|w|u'],
    rule: [1, 0, 0],
  },
  {
    label: 'next-entry-write',
    steps: ['read 0x10000', 'write 0x40000100 0x20000|p|w|u', 'write 0x40000108 0x21000|p|w|u'],
    rule: [0, 0, 0],
  },
  {
    label: 'upper-entry-write',
    steps: ['read 0x10000', 'write 0x40001100 0x20000|p|w|u', 'write 0x40001108 0x21000|p|w|u'],
    rule: [1, 0, 0],
  },
  { label: 'first-dirty', steps: ['read 0x38000', 'write 0x38000 1'], rule: [1, 0, 0] },
  { label: 'invlpg', steps: ['read 0x10000', 'invlpg 0x10000'], rule: [1, 0, 0] },
  { label: 'cr3', steps: ['read 0x10000', 'cr3 t'], rule: [1, 0, 0] },
  { label: 'wp', steps: ['read 0x10000', 'cr0 wp=0'], rule: [1, null, null] },
  { label: 'mmio', steps: ['read 0x10000', 'read 0x3c000', 'read 0x3c000'], rule: [1, 1, 1] },
  {
    label: 'logged-write',
    steps: ['write 0x10000 1', 'host dirty-log 0 on', 'write 0x10000 2'],
    // With NPT the processor's reads of the guest's tables count as writes: four tables and the page.
    rule: [1, null, 0],
  },
];

export const exits: Figure = {
  id: 'exits',
  columns: MACHINES.map(({ label }) => ({ label, counted: 'exits' })),
  rows: CASES.map(({ label, steps, rule }) => ({
    label,
    cells: MACHINES.map(({ machine }, column) => {
      const value = rule[column] ?? null;
      return lastStep([machine, ...SETUP], steps, value === null ? null : { value, source: 'mmu' });
    }),
  })),
};
