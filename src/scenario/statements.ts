/**
 * The scenario language, version 1, as one table: every statement, its words, keys and flags, what each may be, and a
 * sentence for people. The parser, the printer's tests, the editor's completion and the documentation are made from it.
 * It does not say what a statement does to a machine, nor which are not runnable yet (unsupported.ts).
 */

/**
 * What may stand in a place:
 * number (4096, 0x1000, 4K) · value (numbers, names and entry bits joined by + or |) · name (a new name, or a space's) ·
 * choice (one of `choices`) · word (letters, digits, - and _) · operand (a value, a word or a comma: hypercalls) ·
 * text (the rest of the line).
 */
export type WordKind = 'number' | 'value' | 'name' | 'choice' | 'word' | 'operand' | 'text';

/** A word in its place. */
export interface ArgumentSpec {
  readonly name: string;
  readonly kind: WordKind;
  readonly choices?: readonly string[];
  readonly optional?: true;
  /** One or more words; the last argument only. */
  readonly repeated?: true;
  readonly help: string;
}

/** A `name=…` word. */
export interface KeySpec {
  readonly name: string;
  readonly kind: WordKind;
  readonly choices?: readonly string[];
  readonly required?: true;
  /** What holds without it, for people; check.ts applies it. */
  readonly default?: string;
  /** Handed on as written: a kernel module's parameter, a key of Xen's command line, or a what-if key. */
  readonly parameter?: true;
  /** Of a switch: the value that makes the machine another one than it is by default. */
  readonly unusual?: string;
  readonly needs?: 'xen';
  readonly help: string;
}

/** A word that is there or not. */
export interface FlagSpec {
  readonly name: string;
  readonly needs?: 'xen';
  readonly help: string;
}

export interface StatementSpec {
  readonly verb: string;
  /** Before the first step; a guest's step; a step of the host, written `host VERB`. */
  readonly where: 'setup' | 'guest' | 'host';
  /** At most one in a scenario. */
  readonly once?: true;
  /** Only on a machine of this kind. */
  readonly needs?: 'xen';
  readonly arguments: readonly ArgumentSpec[];
  readonly keys: readonly KeySpec[];
  readonly flags: readonly FlagSpec[];
  readonly help: string;
}

/** Page-table bits by name: values (bit 63 is `nx`). */
export const ENTRY_BITS: Readonly<Record<string, bigint>> = {
  p: 1n << 0n,
  w: 1n << 1n,
  u: 1n << 2n,
  pwt: 1n << 3n,
  pcd: 1n << 4n,
  a: 1n << 5n,
  d: 1n << 6n,
  ps: 1n << 7n,
  g: 1n << 8n,
  nx: 1n << 63n,
};

const PAGING = ['off', '32', 'pae', '4', '5'] as const;

const GVA: ArgumentSpec = { name: 'GVA', kind: 'value', help: 'guest virtual address' };
const GPA: ArgumentSpec = { name: 'GPA', kind: 'value', help: 'guest physical address' };
const SIZE: ArgumentSpec = { name: 'SIZE', kind: 'value', help: 'bytes, whole pages of 4 KiB' };
const SLOT: ArgumentSpec = { name: 'SLOT', kind: 'number', help: 'number of a memory slot' };

const WIDTH: KeySpec = {
  name: 'width',
  kind: 'choice',
  choices: ['1', '2', '4', '8'],
  default: '8 in 64-bit guests, 4 elsewhere',
  help: 'bytes of the access; 8 in 64-bit guests only',
};
const USER: FlagSpec = { name: 'user', help: 'by user code instead of the kernel' };
const AC: FlagSpec = { name: 'ac', help: 'with RFLAGS.AC set, which lifts SMAP' };
const PTE: FlagSpec = { name: 'pte', needs: 'xen', help: 'the value is a page-table entry (PV)' };
const RO: FlagSpec = { name: 'ro', help: 'read-only for the guest' };
const LOG: FlagSpec = { name: 'log', help: 'dirty logging is on' };

/** A control-register bit as a key. */
function bit(name: string, help: string, fallback?: string): KeySpec {
  return { name, kind: 'choice', choices: ['0', '1'], ...(fallback ? { default: fallback } : {}), help };
}

/** A number of entries as a key of `machine`. */
function size(name: string, fallback: string, help: string): KeySpec {
  return { name, kind: 'number', default: fallback, help };
}

/** A module parameter as a key of `machine`. @param unusual the value that changes what this simulator's KVM does */
function parameter(name: string, help: string, unusual?: string): KeySpec {
  return { name, kind: 'word', parameter: true, ...(unusual ? { unusual } : {}), help };
}

/** A key of `machine` for something that no KVM can be told (docs/what-if.md). */
function whatIf(name: string, fallback: 'on' | 'off', help: string): KeySpec {
  const unusual = fallback === 'on' ? 'off' : 'on';
  return { name, kind: 'choice', choices: ['on', 'off'], default: fallback, parameter: true, unusual, help };
}

/** Rows of the table, all of one place; a list that a row leaves out is empty. */
function rows(
  where: StatementSpec['where'],
  specs: readonly (Pick<StatementSpec, 'verb' | 'help'> & Partial<StatementSpec>)[],
): StatementSpec[] {
  return specs.map((spec) => ({ where, arguments: [], keys: [], flags: [], ...spec }));
}

const MACHINE_KEYS: readonly KeySpec[] = [
  {
    name: 'mmu',
    kind: 'choice',
    choices: ['shadow', 'tdp', 'tdp-legacy', 'hap', 'pv', 'shadow-v1'],
    default: 'shadow',
    help: 'how memory is virtualized; kvm: shadow, tdp, tdp-legacy; xen: shadow, hap, pv, shadow-v1',
  },
  { name: 'vendor', kind: 'choice', choices: ['amd', 'intel'], default: 'amd', help: 'the processor' },
  { name: 'vcpus', kind: 'number', default: '1', help: 'how many virtual processors' },
  {
    name: 'tlb',
    kind: 'choice',
    choices: ['on', 'off'],
    default: 'on',
    unusual: 'off',
    help: 'off: the TLB is empty at every guest entry, as in the recorded traces',
  },
  size('tlb-entries', '64', 'translations of 4 KiB pages that a processor remembers: a power of two'),
  size('tlb-ways', '4', 'how many of them, and of the guest-physical ones, make up a set: a power of two'),
  size('tlb-large', '8', 'translations of large pages; 0: these are remembered in pieces of 4 KiB'),
  size('tlb-nested', '32', 'guest-physical translations, with nested tables: a power of two, or 0'),
  {
    name: 'psc',
    kind: 'choice',
    choices: ['on', 'off'],
    default: 'on',
    help: 'off: a processor has no paging-structure caches, so that each walk begins at the root',
  },
  size(
    'psc-pde',
    '16',
    'entries of the cache that spares all but the last level; there is one for nested tables too',
  ),
  size('psc-pdpte', '4', 'entries of the cache that spares all but the last two levels'),
  size('psc-pml4e', '4', 'entries of the caches that spare the upper levels above those'),
  size('asids', '8', 'kvm on amd: the highest address-space identifier'),
  {
    name: 'flushbyasid',
    kind: 'choice',
    choices: ['on', 'off'],
    default: 'on',
    help: 'kvm on amd: off: the processor cannot forget one address space alone, so KVM takes a new identifier',
  },
  { name: 'maxphyaddr', kind: 'number', default: '40', help: 'physical address bits of host and guest' },
  {
    name: 'early-a',
    kind: 'choice',
    choices: ['on', 'off'],
    default: 'on for kvm on amd with tdp or tdp-legacy, off elsewhere',
    help: 'whether the processor sets A in upper entries before it meets a fault below',
  },
  {
    name: 'host-levels',
    kind: 'choice',
    choices: ['4', '5'],
    default: '4',
    parameter: true,
    help: 'kvm: levels of the host’s own tables, which AMD’s nested tables have too',
  },
  {
    name: 'ept-levels',
    kind: 'choice',
    choices: ['4', '5'],
    default: '4',
    parameter: true,
    help: 'kvm, what if: levels of EPT; KVM takes 5 only for more than 48 physical address bits',
  },
  { name: 'memory', kind: 'number', needs: 'xen', help: 'MiB of a pod slot that are backed' },
  parameter('nx_huge_pages', 'kvm: huge pages are never executable (iTLB multihit)', 'force'),
  parameter('nx_huge_pages_recovery_ratio', 'kvm: how many split huge pages are zapped to be tried again'),
  parameter('nx_huge_pages_recovery_period_ms', 'kvm: how often that is done'),
  parameter('eager_page_split', 'kvm: huge pages are split when dirty logging begins', 'off'),
  parameter('mmio_caching', 'kvm: addresses without memory are remembered in entries of their own', 'off'),
  parameter('tdp_mmu', 'kvm: two-dimensional tables by the TDP MMU'),
  parameter('flush_on_reuse', 'kvm: the TLB is flushed when a root is used again'),
  parameter('npt', 'kvm-amd: nested page tables'),
  parameter('nested', 'kvm: guests may run guests'),
  parameter('ept', 'kvm-intel: extended page tables'),
  parameter('eptad', 'kvm-intel: accessed and dirty flags in EPT entries', 'off'),
  parameter('pml', 'kvm-intel: page-modification logging', 'off'),
  parameter('unrestricted_guest', 'kvm-intel: guests run without paging by themselves'),
  parameter(
    'vpid',
    'kvm-intel: what a processor remembers is tagged with the vCPU, and outlives VM exits and entries',
  ),
  whatIf(
    'unsync',
    'on',
    'kvm, what if: off: writes to last-level tables are emulated like those to the others',
  ),
  whatIf('shadow-cache', 'on', 'kvm, what if: off: every load of CR3 begins without shadow pages'),
  whatIf('prefetch', 'on', 'kvm, what if: off: nothing is mapped before it is used'),
  whatIf('private-roots', 'off', 'kvm, what if: on: each vCPU has shadow pages of its own'),
  parameter('pv-l1tf', 'xen: what is done about L1TF for PV guests'),
];

const SETUP = rows('setup', [
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

const GUEST_STEPS = rows('guest', [
  {
    verb: 'read',
    arguments: [GVA],
    keys: [WIDTH],
    flags: [USER, AC, PTE],
    help: 'The guest reads data.',
  },
  {
    verb: 'write',
    arguments: [GVA, { name: 'VALUE', kind: 'value', help: 'what is written' }],
    keys: [WIDTH],
    flags: [USER, AC, PTE],
    help: 'The guest writes data; its own page tables too, wherever it maps them.',
  },
  {
    verb: 'exec',
    arguments: [GVA],
    flags: [USER],
    help: 'The guest jumps there; a hlt (0xf4) must stand at the address.',
  },
  {
    verb: 'invlpg',
    arguments: [GVA],
    help: 'The guest invalidates the TLB entry of an address.',
  },
  {
    verb: 'cr3',
    arguments: [{ name: 'VALUE', kind: 'value', help: 'the new CR3' }],
    flags: [{ name: 'noflush', help: 'with bit 63 set: the TLB keeps what it has of the PCID' }],
    help: 'The guest loads CR3.',
  },
  {
    verb: 'invpcid',
    arguments: [
      {
        name: 'TYPE',
        kind: 'choice',
        choices: ['address', 'context', 'all', 'all-but-globals'],
        help: 'what is invalidated: types 0, 1, 2 and 3 of the instruction',
      },
      { ...GVA, optional: true, help: 'guest virtual address, for `address`' },
    ],
    keys: [
      {
        name: 'pcid',
        kind: 'number',
        default: '0',
        help: 'process-context identifier, for `address` and `context`',
      },
    ],
    help: 'The guest invalidates what the TLB has of a PCID, or of all.',
  },
  {
    verb: 'cr0',
    keys: [bit('wp', 'the kernel respects read-only pages'), bit('pg', 'paging')],
    help: 'The guest changes bits of CR0.',
  },
  {
    verb: 'cr4',
    keys: [
      bit('smep', 'the kernel may not execute user pages'),
      bit('smap', 'the kernel may not touch user pages'),
      bit('pge', 'global pages'),
      bit('pcide', 'process-context identifiers'),
    ],
    help: 'The guest changes bits of CR4.',
  },
  {
    verb: 'efer',
    keys: [{ ...bit('nxe', 'the nx bit is known'), required: true }],
    help: 'The guest changes EFER.NXE.',
  },
  {
    verb: 'vmrun',
    keys: [
      { name: 'ncr3', kind: 'value', help: 'root of the nested table' },
      { name: 'cr3', kind: 'value', help: 'root of the nested guest’s own tables' },
      { name: 'paging', kind: 'choice', choices: PAGING, help: 'paging mode of the nested guest' },
    ],
    help: 'From here the vCPU’s steps run in a nested guest (AMD).',
  },
  {
    verb: 'vmlaunch',
    keys: [
      { name: 'eptp', kind: 'value', required: true, help: 'root of the nested EPT' },
      { name: 'cr3', kind: 'value', help: 'root of the nested guest’s own tables' },
      { name: 'paging', kind: 'choice', choices: PAGING, help: 'paging mode of the nested guest' },
    ],
    help: 'From here the vCPU’s steps run in a nested guest (Intel).',
  },
  {
    verb: 'vmexit',
    help: 'The nested guest leaves to the guest that runs it.',
  },
  {
    verb: 'hypercall',
    needs: 'xen',
    arguments: [
      {
        name: 'NAME',
        kind: 'choice',
        choices: ['mmu_update', 'mmuext_op', 'update_va_mapping', 'vm_assist', 'pagetable_dying'],
        help: 'which hypercall',
      },
      {
        name: 'ARGUMENT',
        kind: 'operand',
        repeated: true,
        help: 'what it is given; a lone comma parts operations',
      },
    ],
    keys: [
      {
        name: 'flags',
        kind: 'choice',
        choices: ['none', 'tlb', 'invlpg', 'tlb-all', 'invlpg-all'],
        default: 'none',
        help: 'what update_va_mapping flushes',
      },
    ],
    help: 'The guest calls the hypervisor.',
  },
]);

const HOST_STEPS = rows('host', [
  {
    verb: 'dirty-log',
    arguments: [SLOT, { name: 'SWITCH', kind: 'choice', choices: ['on', 'off'], help: 'on or off' }],
    help: 'Sets or clears a slot’s dirty logging.',
  },
  {
    verb: 'get-dirty',
    arguments: [SLOT],
    help: 'Reads a slot’s dirty log and clears it.',
  },
  {
    verb: 'peek-dirty',
    needs: 'xen',
    arguments: [SLOT],
    help: 'Reads the dirty log without clearing it.',
  },
  {
    verb: 'drop',
    arguments: [GPA, SIZE],
    help: 'The host takes pages away.',
  },
  {
    verb: 'populate',
    needs: 'xen',
    arguments: [GPA, SIZE],
    help: 'Puts fresh pages there.',
  },
  {
    verb: 'protect',
    arguments: [
      GPA,
      SIZE,
      {
        name: 'ACCESS',
        kind: 'choice',
        choices: ['ro', 'rw', 'mmio'],
        help: 'read-only or writable; xen also mmio',
      },
    ],
    help: 'Changes what the host allows on the memory behind these pages.',
  },
  {
    verb: 'slot',
    arguments: [{ name: 'ID', kind: 'number', help: 'number of the slot' }],
    keys: [
      { name: 'gpa', kind: 'value', help: 'guest physical address of its first page' },
      { name: 'size', kind: 'value', default: 'as it was', help: 'bytes, whole pages of 4 KiB' },
    ],
    flags: [RO, LOG, { name: 'delete', help: 'the slot goes' }],
    help: 'Makes, moves or deletes a slot; flags that are not repeated are lost.',
  },
  {
    verb: 'mmu-pages',
    arguments: [{ name: 'N', kind: 'number', help: 'shadow pages' }],
    help: 'Limits the shadow pages that the machine may use.',
  },
  {
    verb: 'age',
    arguments: [
      GPA,
      SIZE,
      {
        name: 'HOW',
        kind: 'choice',
        choices: ['flush', 'idle', 'test'],
        optional: true,
        help: 'as page reclaim (flush, the default), idle page tracking or a test does',
      },
    ],
    help: 'The host asks whether pages were used, and clears the marks.',
  },
  {
    verb: 'nx-recover',
    arguments: [],
    help: 'Tables that exist only because code may not run from large pages go, so that large pages can come back.',
  },
  {
    verb: 'pod-target',
    needs: 'xen',
    arguments: [{ name: 'N', kind: 'number', help: 'pages' }],
    help: 'Sets how many pages the domain is to have.',
  },
  {
    verb: 'pod-query',
    needs: 'xen',
    help: 'Asks for the state of populate on demand.',
  },
]);

/** All statements: those before the first step, then the guest's steps, then the host's. */
export const STATEMENTS: readonly StatementSpec[] = [...SETUP, ...GUEST_STEPS, ...HOST_STEPS];

const BY_NAME: ReadonlyMap<string, StatementSpec> = new Map(
  STATEMENTS.map((spec) => [statementName(spec.verb, spec.where === 'host'), spec]),
);

/** A statement's verb as people write it: `host slot` for a host step, `slot` for the other. */
export function statementName(verb: string, host: boolean): string {
  return host ? `host ${verb}` : verb;
}

/** The row of a statement, or undefined if the language has none of that name. */
export function findStatement(verb: string, host: boolean): StatementSpec | undefined {
  return BY_NAME.get(statementName(verb, host));
}
