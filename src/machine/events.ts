/**
 * The event table: every kind of event, its fields, their types and units.
 * The text printer and the page's lists are made from it; what the page says of each kind is in src/ui/words.
 *
 * An event is nine 32-bit words: two of header (see log.ts) and seven of payload. A field says in which payload word it
 * begins, and, where it is less than a word, at which bit and how many bits wide. It knows nothing of how events are
 * stored, coloured or filtered.
 */

export type EventFamily = 'flow' | 'call' | 'walk' | 'change' | 'tracepoint';

/**
 * How a field's words are read:
 * int, hex (1 word, unsigned) · hex64, gva, gpa (plain pair: hi, lo) · entry, spte (swizzled pair: frame, flags) ·
 * from (where an entry was read: a plain pair, the address; names the table where the entry is a hypervisor's), either (a guest's
 * entry, or a hypervisor's where the event has the place of one) ·
 * gfn (guest frame number) · pfn (host frame number; -1: no slot) · table (a table page's serial number) ·
 * at (two words: the table's serial, the entry's place in the machine's words) · bool · not (bool, inverted) ·
 * gpte (0: 8 bytes, 1: 4 bytes) · acc (role access: x 1, w 2, u 4) · rwxu (r 1, w 2, x 4, u 8) · pferr (error code, 1 word) · letters (error code, as P|W|U|RSVD|F) ·
 * vector (exception number) · code (error code of an exception; -1: none) · function (name of a function: index in the log's strings) ·
 * text (index in the log's strings) · place (index in the machine's words) · register (index in REGISTERS) · walker (index in WALKERS)
 */
export type FieldType =
  | 'int'
  | 'hex'
  | 'hex64'
  | 'gva'
  | 'gpa'
  | 'entry'
  | 'spte'
  | 'gfn'
  | 'pfn'
  | 'table'
  | 'at'
  | 'bool'
  | 'not'
  | 'gpte'
  | 'acc'
  | 'rwxu'
  | 'pferr'
  | 'letters'
  | 'vector'
  | 'code'
  | 'function'
  | 'text'
  | 'place'
  | 'register'
  | 'walker'
  | 'from'
  | 'either';

export interface FieldSpec {
  readonly name: string;
  readonly type: FieldType;
  /** First payload word, 0..6. */
  readonly word: number;
  /** First bit within the word (0 where the field has the whole word). */
  readonly shift: number;
  /** Width in bits (32 where the field has the whole word). */
  readonly bits: number;
  /** Kept for readers of the log and not printed in the canonical trace. */
  readonly hidden: boolean;
}

export interface EventSpec {
  readonly kind: number;
  readonly name: string;
  readonly family: EventFamily;
  readonly fields: readonly FieldSpec[];
}

/** Who reads a page-table entry. */
export const WALKERS = [
  'processor, the tables in cr3',
  'processor, the nested tables',
  'KVM, the guest’s tables',
] as const;
export const WALKER_CPU = 0;
export const WALKER_NESTED = 1;

export const REGISTERS = [
  'cr0',
  'cr2',
  'cr3',
  'cr4',
  'efer',
  'hardware cr3',
  'pdpte0',
  'pdpte1',
  'pdpte2',
  'pdpte3',
] as const;
export type RegisterName = (typeof REGISTERS)[number];

/** Outcomes of a step, as numbered in the `outcome` event. */
export const OUTCOMES = [
  'ok',
  'value',
  'exception',
  'dirty',
  'young',
  'run error',
  'error',
  'shutdown',
  'not run',
  'internal error',
] as const;
export const OUTCOME = {
  ok: 0,
  value: 1,
  exception: 2,
  dirty: 3,
  young: 4,
  runError: 5,
  error: 6,
  shutdown: 7,
  notRun: 8,
  internal: 9,
} as const;

/**
 * The engine's own words in text fields. Others there are statements, and names: of functions, of instructions, of errors.
 * The page has each of these in every language.
 */
export type Note =
  // What a processor forgets (tlb/flush.ts).
  | 'one address'
  | 'one address, and the pointers to tables'
  | 'one address of the PCID, unless it is global'
  | 'all of the PCID'
  | 'all of the PCID but global pages'
  | 'all linear addresses'
  | 'all linear addresses but global pages'
  | 'all that came from these nested tables'
  | 'all that came from any nested tables'
  | 'all of the ASID'
  | 'all of the ASID but global pages'
  | 'all of all ASIDs'
  | 'all: a new ASID knows nothing yet'
  | 'what led to the fault'
  // Why entries and slots changed.
  | 'dropped'
  | 'the frame holds a guest’s table'
  | 'writes are logged'
  | 'the host asked whether it was used'
  | 'synced with the guest’s entry'
  | 'made'
  | 'moved'
  | 'deleted'
  | 'writes are logged from now on'
  | 'writes are logged no longer';

/** Exception names by vector, as traces print them. */
export const VECTORS: Readonly<Record<number, string>> = {
  1: '#DB',
  3: '#BP',
  6: '#UD',
  8: '#DF',
  10: '#TS',
  11: '#NP',
  12: '#SS',
  13: '#GP',
  14: '#PF',
  17: '#AC',
  18: '#MC',
};

type FieldOptions = { shift?: number; bits?: number; hidden?: boolean };
const field = (name: string, type: FieldType, word: number, options: FieldOptions = {}): FieldSpec => ({
  name,
  type,
  word,
  shift: options.shift ?? 0,
  bits: options.bits ?? 32,
  hidden: options.hidden ?? false,
});

/** The fields of a table page, shared by the tracepoints that print one: role word 2, counts and flags in word 3. */
const page = (...more: FieldSpec[]): FieldSpec[] => [
  field('sp', 'table', 0),
  field('gfn', 'gfn', 1),
  field('level', 'int', 2, { bits: 4 }),
  field('gpte', 'gpte', 2, { shift: 4, bits: 1 }),
  field('quadrant', 'int', 2, { shift: 5, bits: 2 }),
  field('direct', 'bool', 2, { shift: 7, bits: 1 }),
  field('access', 'acc', 2, { shift: 8, bits: 3 }),
  field('invalid', 'bool', 2, { shift: 11, bits: 1 }),
  field('nx', 'bool', 2, { shift: 12, bits: 1 }),
  field('ad', 'not', 2, { shift: 16, bits: 1 }),
  field('roots', 'int', 3, { bits: 16 }),
  field('unsync', 'bool', 3, { shift: 16, bits: 1 }),
  ...more,
  field('frame', 'pfn', 4, { hidden: true }),
];

const specs: EventSpec[] = [];
function define(name: string, family: EventFamily, fields: readonly FieldSpec[]): number {
  specs.push({ kind: specs.length, name, family, fields });
  return specs.length - 1;
}

/** Event kinds by name, in the order of the table. */
export const EVENT = {
  step: define('step', 'flow', [field('number', 'int', 0), field('statement', 'text', 1)]),
  outcome: define('outcome', 'flow', [
    field('what', 'int', 0),
    field('value', 'hex64', 1),
    field('vector', 'vector', 3),
    field('error', 'code', 4),
    field('text', 'text', 5),
  ]),
  call: define('call', 'call', [field('function', 'function', 0)]),
  return: define('return', 'call', [field('function', 'function', 0)]),
  exit: define('vm_exit', 'flow', [
    field('reason', 'text', 0),
    field('address', 'gva', 1),
    field('error_code', 'hex64', 3),
  ]),
  entry: define('vm_entry', 'flow', []),
  mmio: define('mmio', 'flow', [
    field('gpa', 'gpa', 0),
    field('width', 'int', 2),
    field('write', 'bool', 3),
    field('value', 'hex64', 4),
  ]),

  access: define('access', 'walk', [field('gva', 'gva', 0), field('access', 'pferr', 2)]),
  reference: define('reference', 'walk', [
    field('walker', 'walker', 0, { bits: 8 }),
    field('level', 'int', 0, { shift: 8, bits: 8 }),
    field('index', 'int', 0, { shift: 16, bits: 12 }),
    field('from', 'from', 1),
    field('entry', 'either', 3),
    field('place', 'place', 5, { hidden: true }),
  ]),
  translated: define('translated', 'walk', [
    field('gva', 'gva', 0),
    field('pfn', 'pfn', 2),
    field('level', 'int', 3),
  ]),
  fault: define('fault', 'walk', [
    field('gva', 'gva', 0),
    field('error_code', 'pferr', 2),
    field('level', 'int', 3),
    field('place', 'place', 4),
  ]),
  tlbHit: define('tlb_hit', 'walk', [field('gva', 'gva', 0), field('pfn', 'pfn', 2)]),
  tableHit: define('table_hit', 'walk', [
    field('walker', 'walker', 0, { bits: 8 }),
    field('level', 'int', 0, { shift: 8, bits: 8 }),
    field('address', 'hex64', 1),
    field('table', 'hex', 3),
  ]),
  frameHit: define('frame_hit', 'walk', [field('gfn', 'gfn', 0), field('pfn', 'pfn', 1)]),
  tlbFlush: define('tlb_flush', 'walk', [
    field('what', 'text', 0),
    field('by', 'text', 1),
    field('address', 'hex64', 2, { hidden: true }),
  ]),

  memory: define('memory_write', 'change', [
    field('gpa', 'gpa', 0),
    field('width', 'int', 2),
    field('value', 'hex64', 3),
  ]),
  link: define('table_link', 'change', [
    field('at', 'at', 0),
    field('sp', 'table', 2),
    field('frame', 'pfn', 3, { hidden: true }),
  ]),
  spte: define('spte_update', 'change', [
    field('at', 'at', 0),
    field('old', 'spte', 2),
    field('new', 'spte', 4),
    field('why', 'text', 6),
  ]),
  rmapAdd: define('rmap_add', 'change', [field('gfn', 'gfn', 0), field('at', 'at', 1)]),
  rmapRemove: define('rmap_remove', 'change', [field('gfn', 'gfn', 0), field('at', 'at', 1)]),
  unlink: define('table_unlink', 'change', [field('sp', 'table', 0), field('at', 'at', 1)]),
  tableFree: define('table_free', 'change', [field('sp', 'table', 0)]),
  roots: define('root_count', 'change', [field('sp', 'table', 0), field('count', 'int', 1)]),
  register: define('register_write', 'change', [
    field('register', 'register', 0),
    field('value', 'hex64', 1),
  ]),
  slot: define('slot_change', 'change', [
    field('slot', 'int', 0),
    field('gfn', 'gfn', 1),
    field('pages', 'int', 2),
    field('what', 'text', 3),
  ]),

  kvm_page_fault: define('kvm_page_fault', 'tracepoint', [
    field('vcpu', 'int', 0),
    field('address', 'gva', 1),
    field('error_code', 'hex64', 3),
  ]),
  kvm_mmu_pagetable_walk: define('kvm_mmu_pagetable_walk', 'tracepoint', [
    field('addr', 'gva', 0),
    field('pferr', 'pferr', 2),
    field('emulator', 'bool', 3, { hidden: true }),
  ]),
  kvm_mmu_paging_element: define('kvm_mmu_paging_element', 'tracepoint', [
    field('pte', 'entry', 0),
    field('level', 'int', 2),
    field('gpa', 'gpa', 3, { hidden: true }),
  ]),
  kvm_mmu_set_accessed_bit: define('kvm_mmu_set_accessed_bit', 'tracepoint', [field('gpa', 'gpa', 0)]),
  kvm_mmu_set_dirty_bit: define('kvm_mmu_set_dirty_bit', 'tracepoint', [field('gpa', 'gpa', 0)]),
  kvm_mmu_walker_error: define('kvm_mmu_walker_error', 'tracepoint', [field('pferr', 'pferr', 0)]),
  kvm_inj_exception: define('kvm_inj_exception', 'tracepoint', [
    field('exception', 'vector', 0),
    field('error_code', 'code', 1),
    field('reinjected', 'bool', 2),
  ]),
  kvm_mmu_get_page: define(
    'kvm_mmu_get_page',
    'tracepoint',
    page(field('role', 'hex', 2), field('created', 'bool', 3, { shift: 17, bits: 1 })),
  ),
  kvm_mmu_sync_page: define('kvm_mmu_sync_page', 'tracepoint', page()),
  kvm_mmu_unsync_page: define('kvm_mmu_unsync_page', 'tracepoint', page()),
  kvm_mmu_prepare_zap_page: define('kvm_mmu_prepare_zap_page', 'tracepoint', page()),
  kvm_mmu_spte_requested: define('kvm_mmu_spte_requested', 'tracepoint', [
    field('gfn', 'gfn', 0),
    field('pfn', 'pfn', 1),
    field('level', 'int', 2),
  ]),
  kvm_mmu_set_spte: define('kvm_mmu_set_spte', 'tracepoint', [
    field('gfn', 'gfn', 0),
    field('spte', 'spte', 1),
    field('access', 'rwxu', 3, { bits: 8 }),
    field('level', 'int', 3, { shift: 8, bits: 8 }),
    field('at', 'at', 4),
  ]),
  kvm_tdp_mmu_spte_changed: define('kvm_tdp_mmu_spte_changed', 'tracepoint', [
    field('as_id', 'int', 0, { bits: 8 }),
    field('gfn', 'gfn', 1),
    field('level', 'int', 0, { shift: 8, bits: 8 }),
    field('old', 'spte', 2),
    field('new', 'spte', 4),
    field('place', 'place', 6, { hidden: true }),
  ]),
  fast_page_fault: define('fast_page_fault', 'tracepoint', [
    field('vcpu', 'int', 2, { shift: 16, bits: 8 }),
    field('addr', 'gva', 0),
    field('error_code', 'letters', 2, { bits: 16 }),
    field('old', 'spte', 3),
    field('new', 'spte', 5),
    field('spurious', 'bool', 2, { shift: 24, bits: 1 }),
    field('fixed', 'bool', 2, { shift: 25, bits: 1 }),
  ]),
  mark_mmio_spte: define('mark_mmio_spte', 'tracepoint', [
    field('gfn', 'gfn', 0),
    field('access', 'hex', 1),
    field('gen', 'hex', 2),
    field('at', 'at', 3, { hidden: true }),
  ]),
  check_mmio_spte: define('check_mmio_spte', 'tracepoint', [
    field('spte', 'hex64', 0),
    field('kvm_gen', 'hex', 2),
    field('spte_gen', 'hex', 3),
    field('valid', 'bool', 4),
  ]),
  handle_mmio_page_fault: define('handle_mmio_page_fault', 'tracepoint', [
    field('addr', 'gva', 0),
    field('gfn', 'gfn', 2),
    field('access', 'hex', 3),
  ]),
  kvm_mmu_zap_all_fast: define('kvm_mmu_zap_all_fast', 'tracepoint', [field('used_pages', 'hex', 0)]),
  kvm_mmu_split_huge_page: define('kvm_mmu_split_huge_page', 'tracepoint', [
    field('gfn', 'gfn', 0),
    field('spte', 'spte', 1),
    field('level', 'int', 3),
    field('errno', 'int', 4),
  ]),
} as const;

/** The table: kind → what it is. */
export const EVENTS: readonly EventSpec[] = specs;

/** Payload word of a `reference` event: the place of an entry in a hypervisor's table; 0 for one in a guest's. */
export const REFERENCE_PLACE = 5;

/** Bit of an spte's flags word, whatever its format: present, as KVM's MMU counts. */
export const MMU_PRESENT = 1 << 11;

/** Bit of word 3 of a `kvm_mmu_get_page` event: the table was made, not found. */
export const TABLE_CREATED = 1 << 17;

/** Whether a kind of event is a call or a return. */
export const isCall = (kind: number): boolean => kind === EVENT.call || kind === EVENT.return;

/** Words of an event record: two of header, seven of payload. */
export const EVENT_WORDS = 9;
export const PAYLOAD = 2;
export const PAYLOAD_WORDS = EVENT_WORDS - PAYLOAD;
