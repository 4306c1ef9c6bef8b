/** What bits mean: of entries, and of error codes and exit qualifications (from the tables of src/arch). */
import { EPT_QUALIFICATION_BITS } from '#arch/ept.ts';
import { type BitMeaning, PF_BITS } from '#arch/fault.ts';
import { NPF_BITS } from '#arch/npt.ts';
import type { EntryBitName, EntryFieldName } from '#hypervisor/entry-bits.ts';

type Meanings<Bits extends readonly BitMeaning[]> = Readonly<
  Record<Bits[number]['name'], Pick<BitMeaning, 'set' | 'clear'>>
>;

const meaningsOf = <Bits extends readonly BitMeaning[]>(bits: Bits): Meanings<Bits> =>
  Object.fromEntries(bits.map(({ name, set, clear }) => [name, { set, clear }])) as Meanings<Bits>;

/** Bits of a page fault's error code, of a nested one's (AMD), of an EPT violation's exit qualification. */
export const errorBits = {
  pf: meaningsOf(PF_BITS),
  npf: meaningsOf(NPF_BITS),
  ept: meaningsOf(EPT_QUALIFICATION_BITS),
};

export const entryBits = {
  readable: { name: 'readable', set: 'may be read', clear: 'may not be read' },
  present: { name: 'present', set: 'present', clear: 'not present: any access faults' },
  writable: { name: 'writable', set: 'may be written', clear: 'may not be written' },
  executable: { name: 'executable', set: 'code may be fetched', clear: 'no instruction fetches' },
  user: { name: 'user', set: 'user code may access it', clear: 'the kernel only' },
  nestedUser: {
    name: 'user',
    set: 'lets the guest in: NPT counts each of its accesses as a user’s',
    clear: 'keeps the guest out: NPT counts each of its accesses as a user’s',
  },
  writeThrough: { name: 'write-through', set: 'write-through', clear: 'write-back' },
  cacheDisable: { name: 'cache disable', set: 'not cached', clear: 'cached' },
  accessed: { name: 'accessed', set: 'has been used', clear: 'not used yet' },
  dirty: { name: 'dirty', set: 'has been written', clear: 'not written yet' },
  pageSize: { name: 'page size', set: 'maps a large page', clear: 'points to a table' },
  pat: {
    name: 'PAT',
    set: 'memory type from the table’s upper half',
    clear: 'memory type from the table’s lower half',
  },
  global: { name: 'global', set: 'stays in the TLB when CR3 changes', clear: 'not global' },
  available: { name: 'available', set: 'for the guest’s own use', clear: 'for the guest’s own use' },
  noExecute: { name: 'no-execute', set: 'no instruction fetches', clear: 'executable' },
  ignorePat: {
    name: 'ignore PAT',
    set: 'the type holds, whatever the guest’s PAT says',
    clear: 'the type is combined with the guest’s PAT',
  },
  hostWritable: {
    name: 'host-writable',
    set: 'the host’s own mapping is writable',
    clear: 'the host maps it read-only',
  },
  mmuWritable: {
    name: 'MMU-writable',
    set: 'KVM does not forbid writing',
    clear: 'KVM keeps it read-only',
  },
  mmuPresent: {
    name: 'MMU-present',
    set: 'a real spte, neither MMIO nor removed',
    clear: 'not an spte that maps',
  },
  adDisabled: {
    name: 'A/D disabled',
    set: 'the processor keeps no A and D here',
    clear: 'the processor keeps A and D',
  },
  savedRead: { name: 'saved R', set: 'R comes back with the next use', clear: 'nothing kept aside' },
  savedExecute: { name: 'saved X', set: 'X comes back with the next use', clear: 'nothing kept aside' },
  mmioMark: { name: 'MMIO mark', set: 'no memory is here', clear: 'no mark' },
} satisfies Record<EntryBitName, { readonly name: string; readonly set: string; readonly clear: string }>;

const MEMORY_TYPES = [
  'uncacheable (UC)',
  'write-combining (WC)',
  'reserved',
  'reserved',
  'write-through (WT)',
  'write-protected (WP)',
  'write-back (WB)',
  'reserved',
];

/** Bits that mean a number together. */
export const entryFields = {
  memoryType: { name: 'memory type', says: (value: number): string => MEMORY_TYPES[value] ?? '' },
  generationLow: { name: 'generation', says: (_: number): string => 'bits 7 to 0 of the slots’ generation' },
  generationHigh: {
    name: 'generation',
    says: (_: number): string => 'bits 18 to 8 of the slots’ generation',
  },
} satisfies Record<EntryFieldName, { readonly name: string; readonly says: (value: number) => string }>;

/** Bits of control registers that paging looks at. */
export const registerBits = {
  PE: { set: 'protected mode', clear: 'real mode' },
  WP: { set: 'the kernel respects read-only pages', clear: 'the kernel may write read-only pages' },
  PG: { set: 'paging is on', clear: 'paging is off' },
  PSE: { set: '4 MiB pages in 32-bit paging', clear: 'no 4 MiB pages in 32-bit paging' },
  PAE: { set: 'entries of 8 bytes', clear: 'entries of 4 bytes' },
  PGE: { set: 'global pages stay in the TLB', clear: 'there are no global pages' },
  LA57: { set: 'five levels', clear: 'four levels' },
  PCIDE: {
    set: 'bits 11 to 0 of CR3 are a process-context identifier',
    clear: 'no process-context identifiers',
  },
  SMEP: { set: 'the kernel may not execute users’ pages', clear: 'the kernel may execute users’ pages' },
  SMAP: { set: 'the kernel may not touch users’ pages', clear: 'the kernel may touch users’ pages' },
  LME: { set: 'long mode, once paging is on', clear: 'no long mode' },
  LMA: { set: 'in long mode', clear: 'not in long mode' },
  NXE: { set: 'bit 63 of an entry forbids execution', clear: 'bit 63 of an entry is reserved' },
};
