/** Statements before the first step. */
import { MACHINE_KEYS } from './machine-keys.ts';
import { bit, GPA, GVA, LOG, PAGING, PTE, RO, rows, WIDTH } from './words.ts';

export const SETUP = rows('setup', [
  {
    verb: 'scenario',
    once: true,
    arguments: [{ name: 'VERSION', kind: 'number', help: 'version of the language: 1' }],
    help: 'The first statement: the version of the language.',
  },
  {
    verb: 'title',
    once: true,
    arguments: [{ name: 'TEXT', kind: 'text', help: 'a line for people' }],
    help: 'One line that says what the scenario is about.',
  },
  {
    verb: 'machine',
    once: true,
    arguments: [
      {
        name: 'KIND',
        kind: 'choice',
        choices: ['bare', 'kvm', 'xen'],
        optional: true,
        help: 'the hypervisor',
      },
    ],
    keys: MACHINE_KEYS,
    help: 'Who manages memory, and how.',
  },
  {
    verb: 'guest',
    once: true,
    keys: [
      { name: 'paging', kind: 'choice', choices: PAGING, default: '4', help: 'paging mode' },
      {
        name: 'cr3',
        kind: 'value',
        default: 'the first space',
        help: 'root of the tables in use at the start',
      },
      bit('wp', 'CR0.WP: the kernel respects read-only pages', '1'),
      bit('nxe', 'EFER.NXE: the nx bit is known', '1 in pae, 4 and 5, else 0'),
      bit('pse', 'CR4.PSE: 4 MiB pages in 32-bit paging', '1'),
      bit('pge', 'CR4.PGE: global pages', '0'),
      bit('pcide', 'CR4.PCIDE: bits 11 to 0 of CR3 are a process-context identifier (64-bit guests)', '0'),
      bit('smep', 'CR4.SMEP: the kernel may not execute user pages', '0'),
      bit('smap', 'CR4.SMAP: the kernel may not touch user pages', '0'),
    ],
    help: 'The control registers that every vCPU starts with.',
  },
  {
    verb: 'slot',
    arguments: [{ name: 'ID', kind: 'number', help: 'number of the slot' }],
    keys: [
      { name: 'gpa', kind: 'value', required: true, help: 'guest physical address of its first page' },
      { name: 'size', kind: 'value', required: true, help: 'bytes, whole pages of 4 KiB' },
    ],
    flags: [
      RO,
      LOG,
      { name: 'huge', help: 'backed by 2 MiB host pages instead of 4 KiB ones' },
      {
        name: 'gigantic',
        help: 'backed by 1 GiB host pages (hugetlbfs): begins and ends at a multiple of 1 GiB',
      },
      { name: 'pod', needs: 'xen', help: 'populate on demand' },
    ],
    help: 'A memory slot. Its memory is resident and writable at the start.',
  },
  {
    verb: 'stub',
    once: true,
    keys: [
      { name: 'gva', kind: 'value', required: true, help: 'guest virtual address of the page' },
      { name: 'gpa', kind: 'value', required: true, help: 'guest physical address of the page' },
      { name: 'ugva', kind: 'value', help: 'where user code sees the page' },
    ],
    help: 'The page that guest instructions are fetched from; with it every guest step begins with that fetch.',
  },
  {
    verb: 'let',
    arguments: [
      { name: 'NAME', kind: 'name', help: 'a new name' },
      { name: 'VALUE', kind: 'value', help: 'what it stands for' },
    ],
    help: 'A name for a value.',
  },
  {
    verb: 'space',
    arguments: [{ name: 'NAME', kind: 'name', help: 'a new name; its value is the root' }],
    keys: [
      {
        name: 'pool',
        kind: 'value',
        required: true,
        help: 'guest physical address of the root; tables follow upward',
      },
    ],
    help: 'A guest address space, whose tables are taken from a pool one page at a time.',
  },
  {
    verb: 'map',
    arguments: [
      { name: 'SPACE', kind: 'name', help: 'a space made above' },
      { ...GVA, help: 'guest virtual address, a multiple of the page size' },
      { ...GPA, help: 'guest physical address, a multiple of 4K' },
      {
        name: 'BITS',
        kind: 'value',
        repeated: true,
        help: 'the other bits of the leaf entry, such as p|w|u',
      },
    ],
    keys: [
      { name: 'size', kind: 'choice', choices: ['4K', '2M', '4M', '1G'], default: '4K', help: 'page size' },
    ],
    help: 'Maps one page: makes the tables that are missing and writes the leaf entry.',
  },
  {
    verb: 'poke',
    arguments: [GPA, { name: 'VALUE', kind: 'value', help: 'what is stored' }],
    keys: [{ ...WIDTH, default: '8', help: 'bytes that are written' }],
    flags: [PTE],
    help: 'Writes guest memory before the machine starts.',
  },
]);
