/**
 * Which bits an entry has: the guest's (Intel SDM vol. 3 section 4.5; AMD APM vol. 2 section 5.3), and those of KVM's sptes in
 * the x86 format (Linux 6.1 arch/x86/kvm/mmu/spte.h), which carry three bits of KVM's own.
 */
import type { AtlasEntry, AtlasTable } from '#hypervisor/atlas.ts';
import type { Words } from '#ui/words/en.ts';

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
  readonly means: keyof Words['entryBits'];
}

const spec = (bit: number, label: string, means: BitSpec['means']): BitSpec => ({ bit, label, means });

const COMMON: readonly BitSpec[] = [
  spec(0, 'P', 'present'),
  spec(1, 'W', 'writable'),
  spec(2, 'U', 'user'),
  spec(3, 'PWT', 'writeThrough'),
  spec(4, 'PCD', 'cacheDisable'),
  spec(5, 'A', 'accessed'),
];
const LEAF: readonly BitSpec[] = [spec(6, 'D', 'dirty'), spec(8, 'G', 'global')];
const PAT = spec(7, 'PAT', 'pat');
const PAGE_SIZE = spec(7, 'PS', 'pageSize');
const NX = spec(63, 'NX', 'noExecute');
const GUEST_OWN: readonly BitSpec[] = [9, 10, 11].map((bit) => spec(bit, 'avl', 'available'));
const KVM_PRESENT = spec(11, 'MP', 'mmuPresent');
const KVM_LEAF: readonly BitSpec[] = [
  spec(9, 'HW', 'hostWritable'),
  spec(10, 'MW', 'mmuWritable'),
  KVM_PRESENT,
];

function specs(table: AtlasTable, isLeaf: boolean): readonly BitSpec[] {
  const own = table.side === 'guest' ? GUEST_OWN : isLeaf ? KVM_LEAF : [KVM_PRESENT];
  const upper = table.entryBytes === 8 ? [NX] : [];
  const seventh = table.level === 1 ? PAT : PAGE_SIZE;
  return [...COMMON, ...(isLeaf ? LEAF : []), seventh, ...own, ...upper].sort((a, b) => b.bit - a.bit);
}

/** Bit `bit` (0..11 or 44..63) of a flags word. */
export const flagBit = (flags: number, bit: number): boolean =>
  ((flags >>> (bit < 12 ? bit : bit - 32)) & 1) === 1;

/**
 * The bits of an entry that mean something, the highest first.
 * @param changed flags bits that the last event changed
 */
export function bitRows(
  words: Words,
  table: AtlasTable,
  entry: Pick<AtlasEntry, 'flags' | 'kind'>,
  changed: number,
): BitRow[] {
  const isLeaf = table.level === 1 || entry.kind === 'leaf';
  return specs(table, isLeaf).map(({ bit, label, means }) => {
    const { name, set, clear } = words.entryBits[means];
    const isSet = flagBit(entry.flags, bit);
    return { bit, label, name, isSet, meaning: isSet ? set : clear, isChanged: flagBit(changed, bit) };
  });
}
