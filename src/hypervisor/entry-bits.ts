/**
 * Which bits of an entry mean something, by format, for those who show entries. Where a bit is, arch/entry.ts, arch/ept.ts and KVM's
 * spte_format.ts say; here are names and short labels.
 */
import { PTE } from '#arch/entry.ts';
import { EPT } from '#arch/ept.ts';
import {
  is_access_track_spte,
  is_executable_pte,
  is_writable_pte,
  MMIO_GENERATION,
  SPTE,
  spteKind,
} from '#hypervisor/kvm/mmu/spte.ts';
import { SPTE_FORMATS, type SpteFormat } from '#hypervisor/kvm/mmu/spte_format.ts';
import type { AtlasTable, EntryFormatName, EntryKind } from './atlas.ts';

/** What one bit can mean. */
export type EntryBitName =
  | 'present'
  | 'readable'
  | 'writable'
  | 'executable'
  | 'user'
  /** NPT counts each access as a user's. */
  | 'nestedUser'
  | 'writeThrough'
  | 'cacheDisable'
  | 'accessed'
  | 'dirty'
  | 'pageSize'
  | 'pat'
  | 'global'
  | 'available'
  | 'noExecute'
  | 'ignorePat'
  | 'hostWritable'
  | 'mmuWritable'
  | 'mmuPresent'
  | 'adDisabled'
  | 'savedRead'
  | 'savedExecute'
  | 'mmioMark';

/** What several bits can mean, as a number. */
export type EntryFieldName = 'memoryType' | 'generationLow' | 'generationHigh';

interface Placed {
  /** Short: `W`. */
  readonly label: string;
  /** Mask of the flags word (arch/word64.ts). */
  readonly mask: number;
}

/** One bit, or several that mean something together. */
export type EntryBits = Placed &
  (
    | { readonly is: 'bit'; readonly name: EntryBitName }
    | { readonly is: 'field'; readonly name: EntryFieldName }
  );

const bit = (name: EntryBitName, label: string, mask: number): EntryBits => ({
  is: 'bit',
  name,
  label,
  mask,
});
const field = (name: EntryFieldName, label: string, mask: number): EntryBits => ({
  is: 'field',
  name,
  label,
  mask,
});

const P = bit('present', 'P', PTE.present);
const W = bit('writable', 'W', PTE.write);
const U = bit('user', 'U', PTE.user);
const NESTED_U = bit('nestedUser', 'U', PTE.user);
const X86 = [
  bit('writeThrough', 'PWT', PTE.pwt),
  bit('cacheDisable', 'PCD', PTE.pcd),
  bit('accessed', 'A', PTE.accessed),
];
const X86_LEAF = [bit('dirty', 'D', PTE.dirty), bit('global', 'G', PTE.global)];
const PAT = bit('pat', 'PAT', PTE.pageSize);
const PAGE_SIZE = bit('pageSize', 'PS', PTE.pageSize);
const NX = bit('noExecute', 'NX', PTE.nx);
const GUEST_OWN = [9, 10, 11].map((at) => bit('available', 'avl', 1 << at));

const EPT_RIGHTS = [bit('readable', 'R', EPT.read), W, bit('executable', 'X', EPT.execute)];
const EPT_LEAF = [field('memoryType', 'MT', EPT.memoryType), bit('ignorePat', 'IPAT', EPT.ignorePat)];

const MMU_PRESENT = bit('mmuPresent', 'MP', SPTE.mmuPresent);
const AD_DISABLED = bit('adDisabled', 'noAD', SPTE.adDisabled);
const SAVED = [bit('savedRead', 'sR', SPTE.savedRead), bit('savedExecute', 'sX', SPTE.savedExecute)];
const GENERATION = [
  field('generationLow', 'gen', MMIO_GENERATION.low),
  field('generationHigh', 'gen', MMIO_GENERATION.high),
];

type ShownTable = Pick<AtlasTable, 'side' | 'level' | 'entryBytes' | 'format' | 'translates'>;

const formatOf = (name: EntryFormatName): SpteFormat =>
  SPTE_FORMATS.find((format) => format.name === name) as SpteFormat;

const kvmLeaf = ({ hostWritable, mmuWritable }: SpteFormat): EntryBits[] => [
  bit('hostWritable', 'HW', hostWritable),
  bit('mmuWritable', 'MW', mmuWritable),
];

/** Bits that tell whether the page was used and written, where the processor keeps any. */
function eptAccess({ accessed, dirty }: SpteFormat, isLeaf: boolean): EntryBits[] {
  if (accessed === 0) return isLeaf ? [AD_DISABLED, ...SAVED] : [AD_DISABLED];
  return [bit('accessed', 'A', accessed), ...(isLeaf ? [bit('dirty', 'D', dirty)] : []), AD_DISABLED];
}

function eptBits({ level, format: name }: ShownTable, isLeaf: boolean): EntryBits[] {
  const format = formatOf(name);
  const access = eptAccess(format, isLeaf);
  if (!isLeaf) return [...EPT_RIGHTS, ...(level > 1 && level < 4 ? [PAGE_SIZE] : []), ...access, MMU_PRESENT];
  const size = level > 1 ? [PAGE_SIZE] : [];
  return [...EPT_RIGHTS, ...EPT_LEAF, ...size, ...access, MMU_PRESENT, ...kvmLeaf(format)];
}

function x86Bits(table: ShownTable, isLeaf: boolean): EntryBits[] {
  const { side, level, entryBytes, translates } = table;
  const own = side === 'guest' ? GUEST_OWN : [...(isLeaf ? kvmLeaf(formatOf('x86')) : []), MMU_PRESENT];
  const user = translates === 'gpa' ? NESTED_U : U;
  const seventh = level === 1 ? PAT : PAGE_SIZE;
  return [
    P,
    W,
    user,
    ...X86,
    ...(isLeaf ? X86_LEAF : []),
    seventh,
    ...own,
    ...(entryBytes === 8 ? [NX] : []),
  ];
}

function mmioBits({ format: name }: ShownTable): EntryBits[] {
  if (name !== 'x86') return [...EPT_RIGHTS, MMU_PRESENT, ...GENERATION];
  const mark = bit('mmioMark', 'MMIO', formatOf(name).mmioMask & ~PTE.present);
  return [P, W, U, MMU_PRESENT, mark, ...GENERATION];
}

/** Of an entry that maps nothing only what makes it so means anything. */
const absentBits = ({ format }: ShownTable): EntryBits[] =>
  format === 'x86' ? [P, MMU_PRESENT] : [...EPT_RIGHTS, MMU_PRESENT];

/** The bits of an entry of a table that mean something. */
export function entryBits(table: ShownTable, kind: EntryKind): EntryBits[] {
  if (kind === 'mmio') return mmioBits(table);
  if (kind === 'removed') return [MMU_PRESENT];
  if (kind === 'not-present' && table.side === 'hypervisor') return absentBits(table);
  const isLeaf = table.level === 1 || kind === 'leaf';
  return table.format === 'x86' ? x86Bits(table, isLeaf) : eptBits(table, isLeaf);
}

/** What an entry of the hypervisor's is, from its flags word alone. */
export const hypervisorEntryKind = (format: EntryFormatName, level: number, flags: number): EntryKind =>
  spteKind(formatOf(format), level, flags);

/** What a leaf says of the accesses that it lets through, and of those that it is to show. */
export interface LeafState {
  readonly isWritable: boolean;
  readonly isExecutable: boolean;
  /** KVM may give W back at once: only the dirty log has taken it. */
  readonly isMmuWritable: boolean;
  /** The host's own mapping may be written. */
  readonly isHostWritable: boolean;
  /** Null where entries keep no such flags. */
  readonly isAccessed: boolean | null;
  readonly isDirty: boolean | null;
  /** All rights are taken, R and X kept aside, so that the next access is seen. */
  readonly isAccessTracked: boolean;
}

/** The rights that an access-tracked entry keeps aside: `R X`. */
export const savedRights = (flags: number): string =>
  [flags & SPTE.savedRead ? 'R' : '', flags & SPTE.savedExecute ? 'X' : ''].filter(Boolean).join(' ');

/** How a leaf of the hypervisor's stands. @param flags its flags word */
export function leafState(name: EntryFormatName, flags: number): LeafState {
  const format = formatOf(name);
  const { hostWritable, mmuWritable, accessed, dirty, accessTrack } = format;
  return {
    isWritable: is_writable_pte(flags),
    isExecutable: is_executable_pte(format, flags),
    isMmuWritable: (flags & mmuWritable) !== 0,
    isHostWritable: (flags & hostWritable) !== 0,
    isAccessed: accessed === 0 ? null : (flags & accessed) !== 0,
    isDirty: dirty === 0 ? null : (flags & dirty) !== 0,
    isAccessTracked: accessTrack !== 0 && is_access_track_spte(format, flags),
  };
}
