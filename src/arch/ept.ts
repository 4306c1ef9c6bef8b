/**
 * Extended page tables (Intel): entries, what makes one misconfigured, and the exit qualification of a violation.
 * Intel SDM vol. 3 sections 29.3 (EPT) and 28.2.1, table 28-7 (exit qualification).
 *
 *     63    62…52  51…12  11     10  9  8  7   6     5…3   2  1  0
 *     #VE   avail  frame  avail  XU  D  A  PS  IPAT  type  X  W  R
 *
 * Types (leaves only): 0 UC, 1 WC, 4 WT, 5 WP, 6 WB. The constants are bits of the flags word (word64.ts).
 */
import { bitsMask, hasReservedBits, type ReservedMask } from './entry.ts';
import { entryFormat, KIND, type Kind, type NestedFormat } from './entry-format.ts';
import type { BitMeaning } from './fault.ts';
import { nestedNeeds } from './nested-rights.ts';
import { ACC } from './permission.ts';

export const EPT = {
  read: 1 << 0,
  write: 1 << 1,
  /** With mode-based execute control: for supervisor-mode linear addresses only. */
  execute: 1 << 2,
  memoryType: 7 << 3,
  ignorePat: 1 << 6,
  pageSize: 1 << 7,
  accessed: 1 << 8,
  dirty: 1 << 9,
  /** With mode-based execute control: for user-mode linear addresses. */
  userExecute: 1 << 10,
  suppressVe: 1 << 31,
} as const;

/** Bits of an EPT violation's exit qualification. */
export const EPT_QUALIFICATION = {
  read: 1 << 0,
  write: 1 << 1,
  fetch: 1 << 2,
  /** The rights of the entries used are bits 3 to 5, in the order of an entry's bits 0 to 2. */
  rightsShift: 3,
  userExecutable: 1 << 6,
  linearAddress: 1 << 7,
  final: 1 << 8,
  userPage: 1 << 9,
  writablePage: 1 << 10,
  executeDisablePage: 1 << 11,
} as const;

export const EPT_QUALIFICATION_BITS = [
  { bit: 0, name: 'R', set: 'a data read', clear: 'not a read' },
  { bit: 1, name: 'W', set: 'a data write', clear: 'not a write' },
  { bit: 2, name: 'X', set: 'an instruction fetch', clear: 'not a fetch' },
  { bit: 3, name: 'readable', set: 'the entries allow reading', clear: 'the entries do not allow reading' },
  { bit: 4, name: 'writable', set: 'the entries allow writing', clear: 'the entries do not allow writing' },
  { bit: 5, name: 'executable', set: 'the entries allow fetches', clear: 'the entries do not allow fetches' },
  {
    bit: 6,
    name: 'user-executable',
    set: 'the entries allow fetches in user mode',
    clear: 'no fetches in user mode, or no mode-based execute control',
  },
  {
    bit: 7,
    name: 'linear',
    set: 'a linear address was being translated',
    clear: 'no linear address: page-directory pointers were loaded',
  },
  {
    bit: 8,
    name: 'final',
    set: 'an access to the translated address',
    clear: 'an access to an entry of the guest’s tables',
  },
  { bit: 9, name: 'user page', set: 'the guest’s tables say user', clear: 'supervisor, or not reported' },
  {
    bit: 10,
    name: 'writable page',
    set: 'the guest’s tables say writable',
    clear: 'read-only, or not reported',
  },
  {
    bit: 11,
    name: 'NX page',
    set: 'the guest’s tables say no-execute',
    clear: 'executable, or not reported',
  },
  { bit: 12, name: 'NMI', set: 'IRET had just unblocked NMIs', clear: 'no NMI was unblocked' },
] as const satisfies readonly BitMeaning[];

/** Memory type 6, in its place in a leaf. */
export const WRITE_BACK = 6 << 3;

/** What a processor and the VM-execution controls make of EPT. */
export interface EptRules {
  readonly levels: 4 | 5;
  /** Physical address bits of the processor, 32..52. */
  readonly maxphyaddr: number;
  /** A and D flags are in use (EPTP bit 6). */
  readonly accessedDirty: boolean;
  /** Execute rights for user and supervisor pages apart (mode-based execute control). */
  readonly modeBasedExecute: boolean;
  /** Entries may be executable and not readable (IA32_VMX_EPT_VPID_CAP bit 0). */
  readonly executeOnly: boolean;
  readonly gigabytePages: boolean;
  /** Bits 9 to 11 of the qualification are reported (IA32_VMX_EPT_VPID_CAP bit 22). */
  readonly exitInformation: boolean;
}

/** EPT, as a processor with these rules reads it. SDM vol. 3 section 29.3. */
export function eptFormat(rules: EptRules): NestedFormat {
  return {
    ...entryFormat({
      levels: rules.levels,
      entryBytes: 8,
      masks: eptReserved(rules),
      kindOf: (level, flags) => eptKind(rules, level, flags),
      accessed: rules.accessedDirty ? EPT.accessed : 0,
      dirty: rules.accessedDirty ? EPT.dirty : 0,
      plainTable: {
        set: EPT.read | EPT.write | EPT.execute | (rules.accessedDirty ? EPT.accessed : 0),
        clear: EPT.pageSize,
      },
      plainLeaf: { set: EPT.read | WRITE_BACK, clear: EPT.memoryType & ~WRITE_BACK },
    }),
    vendor: 'intel',
    tableNeed: rules.accessedDirty ? EPT.read | EPT.write : EPT.read,
    needs: nestedNeeds({
      read: EPT.read,
      write: EPT.write,
      execute: EPT.execute,
      userExecute: rules.modeBasedExecute ? EPT.userExecute : EPT.execute,
    }),
    granted: Uint8Array.from(
      { length: 8 },
      (_, flags) => (flags & EPT.read ? ACC.user : 0) | (flags & EPT.write ? ACC.write : 0),
    ),
    noExecute: 0,
    modeBasedExecute: rules.modeBasedExecute,
    exitInformation: rules.exitInformation,
  };
}

/** Reserved bits of tables and leaves by level: setting one is a misconfiguration. SDM vol. 3 section 29.3.3.1. */
function eptReserved(rules: EptRules): readonly (readonly [ReservedMask, ReservedMask])[] {
  const address = (low: number): ReservedMask => bitsMask(low, 51);
  const and = (one: ReservedMask, other: ReservedMask): ReservedMask => ({
    frame: one.frame | other.frame,
    flags: one.flags | other.flags,
  });
  const high = address(rules.maxphyaddr);
  const table = and(high, bitsMask(3, 6));
  const top = and(high, bitsMask(3, 7));
  return [
    [high, high],
    [high, high],
    [table, and(high, bitsMask(12, 20))],
    [table, and(high, rules.gigabytePages ? bitsMask(12, 29) : bitsMask(7, 7))],
    [top, top],
    [top, top],
  ];
}

/** Bits of which an entry has at least one, or is absent. */
const grants = ({ modeBasedExecute }: EptRules, flags: number): boolean =>
  (flags & (EPT.read | EPT.write | EPT.execute | (modeBasedExecute ? EPT.userExecute : 0))) !== 0;

const isEptLeaf = (level: number, flags: number): boolean =>
  level === 1 || ((level === 2 || level === 3) && (flags & EPT.pageSize) !== 0);

/** What the low bits of an entry make it. Entries that grant nothing are absent, whatever else they say. */
function eptKind(rules: EptRules, level: number, flags: number): Kind {
  if (!grants(rules, flags)) return KIND.absent;
  if (brokenByLowBits(rules, level, flags) !== null) return KIND.malformed;
  return isEptLeaf(level, flags) ? KIND.leaf : KIND.table;
}

/** A rule whose breaking makes an entry misconfigured. SDM vol. 3 section 29.3.3.1. */
export type EptRule = 'write-only' | 'execute-only' | 'memory-type' | 'reserved';

function brokenByLowBits({ executeOnly }: EptRules, level: number, flags: number): EptRule | null {
  if (!(flags & EPT.read)) {
    if (flags & EPT.write) return 'write-only';
    if (!executeOnly) return 'execute-only';
  }
  const type = (flags & EPT.memoryType) >> 3;
  return isEptLeaf(level, flags) && (type === 2 || type === 3 || type === 7) ? 'memory-type' : null;
}

/** Which rule an entry breaks; null for one that is absent, or well made. */
export function brokenEptRule(rules: EptRules, level: number, frame: number, flags: number): EptRule | null {
  if (!grants(rules, flags)) return null;
  const masks = eptReserved(rules)[level];
  const isReserved = masks && hasReservedBits(masks, isEptLeaf(level, flags), frame, flags);
  return brokenByLowBits(rules, level, flags) ?? (isReserved ? 'reserved' : null);
}
