/**
 * What every bit of an entry means: of the guest's (Intel SDM vol. 3 section 4.5; AMD APM vol. 2 section 5.3), and of KVM's
 * sptes in the x86 format (Linux 6.1 arch/x86/kvm/mmu/spte.h), which carry three bits of KVM's own.
 */
import type { AtlasEntry, AtlasTable } from '#hypervisor/atlas.ts';

export interface BitRow {
  readonly bit: number;
  /** Short, for the strip: `W`. */
  readonly label: string;
  readonly name: string;
  readonly isSet: boolean;
  readonly meaning: string;
  /** Whether the last event changed it. */
  readonly isChanged: boolean;
}

interface BitSpec {
  readonly bit: number;
  readonly label: string;
  readonly name: string;
  readonly set: string;
  readonly clear: string;
}

/** Label of a bit that means nothing here. */
export const UNUSED = '–';

const spec = (bit: number, label: string, name: string, set: string, clear: string): BitSpec => ({
  bit,
  label,
  name,
  set,
  clear,
});

const PRESENT = spec(0, 'P', 'present', 'present', 'not present: any access faults');
const COMMON: readonly BitSpec[] = [
  PRESENT,
  spec(1, 'W', 'writable', 'may be written', 'may not be written'),
  spec(2, 'U', 'user', 'user code may access it', 'the kernel only'),
  spec(3, 'PWT', 'write-through', 'write-through', 'write-back'),
  spec(4, 'PCD', 'cache disable', 'not cached', 'cached'),
  spec(5, 'A', 'accessed', 'has been used', 'not used yet'),
];
const NX = spec(63, 'NX', 'no-execute', 'no instruction fetches', 'executable');

const LEAF: readonly BitSpec[] = [
  spec(6, 'D', 'dirty', 'has been written', 'not written yet'),
  spec(8, 'G', 'global', 'stays in the TLB when CR3 changes', 'not global'),
];
const UPPER: readonly BitSpec[] = [
  spec(6, UNUSED, 'ignored', 'ignored', 'ignored'),
  spec(8, UNUSED, 'ignored', 'ignored', 'ignored'),
];

const OS_BITS: readonly BitSpec[] = [9, 10, 11].map((bit) =>
  spec(bit, 'avl', 'available', 'for the guest’s own use', 'for the guest’s own use'),
);

const KVM_LEAF: readonly BitSpec[] = [
  spec(9, 'HW', 'host-writable', 'the host’s own mapping is writable', 'the host maps it read-only'),
  spec(10, 'MW', 'MMU-writable', 'KVM does not forbid writing', 'KVM keeps it read-only'),
  spec(11, 'MP', 'MMU-present', 'a real spte, neither MMIO nor removed', 'not an spte that maps'),
];
const KVM_UPPER: readonly BitSpec[] = [
  spec(9, UNUSED, 'unused', 'unused', 'unused'),
  spec(10, UNUSED, 'unused', 'unused', 'unused'),
  spec(11, 'MP', 'MMU-present', 'a real spte, neither MMIO nor removed', 'not an spte that maps'),
];

function pageSize(table: AtlasTable, isLeaf: boolean): BitSpec {
  if (table.level === 1)
    return spec(
      7,
      'PAT',
      'PAT',
      'memory type from the table’s upper half',
      'memory type from the table’s lower half',
    );
  return spec(7, 'PS', 'page size', 'maps a large page', isLeaf ? 'maps a page' : 'points to a table');
}

function specs(table: AtlasTable, isLeaf: boolean): readonly BitSpec[] {
  const own = table.side === 'guest' ? OS_BITS : isLeaf ? KVM_LEAF : KVM_UPPER;
  const upper = table.entryBytes === 8 ? [NX] : [];
  const list = [...COMMON, ...(isLeaf ? LEAF : UPPER), pageSize(table, isLeaf), ...own, ...upper];
  return list.sort((a, b) => b.bit - a.bit);
}

/** Bit `bit` (0..11 or 44..63) of a flags word. */
export const flagBit = (flags: number, bit: number): boolean =>
  ((flags >>> (bit < 12 ? bit : bit - 32)) & 1) === 1;

/**
 * The named bits of an entry, the highest first.
 * @param changed flags bits that the last event changed
 */
export function bitRows(
  table: AtlasTable,
  entry: Pick<AtlasEntry, 'flags' | 'kind'>,
  changed: number,
): BitRow[] {
  const isLeaf = table.level === 1 || entry.kind === 'leaf';
  return specs(table, isLeaf).map(({ bit, label, name, set, clear }) => {
    const isSet = flagBit(entry.flags, bit);
    return { bit, label, name, isSet, meaning: isSet ? set : clear, isChanged: flagBit(changed, bit) };
  });
}
