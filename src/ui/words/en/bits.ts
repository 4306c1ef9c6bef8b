/** What bits mean: of entries, and of error codes and exit qualifications (from the tables of src/arch). */
import { EPT_QUALIFICATION_BITS } from '#arch/ept.ts';
import { type BitMeaning, PF_BITS } from '#arch/fault.ts';
import { NPF_BITS } from '#arch/npt.ts';

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
  present: { name: 'present', set: 'present', clear: 'not present: any access faults' },
  writable: { name: 'writable', set: 'may be written', clear: 'may not be written' },
  user: { name: 'user', set: 'user code may access it', clear: 'the kernel only' },
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
};
