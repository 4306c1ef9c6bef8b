/**
 * Which entry of a nested walk, and which bit of it, made the walk end: an #NPF, an EPT violation or a misconfiguration.
 * Intel SDM vol. 3 sections 29.3.3.1 and 29.3.3.2; AMD APM vol. 2 section 15.25.5.
 */
import { PTE } from '#arch/entry.ts';
import { EPT, EPT_QUALIFICATION } from '#arch/ept.ts';
import { PF } from '#arch/fault.ts';
import { leafState } from '#hypervisor/entry-bits.ts';
import { EVENT, isCall, WALKER_NESTED } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import type { FaultCause, FaultReason, PathEntry } from './fault-reason.ts';

/** How nested entries are read. */
export interface NestedRules {
  readonly vendor: 'amd' | 'intel';
  /** EPT: A and D flags are in use, so that each access to a guest's table counts as a write. */
  readonly accessedDirty: boolean;
}

/** What makes the processor leave a guest. */
export type ExitKind = 'page-fault' | 'nested-fault' | 'misconfiguration' | 'log-full' | 'instruction';

const EXIT_KIND: Readonly<Record<string, ExitKind>> = {
  '#PF': 'page-fault',
  '#NPF': 'nested-fault',
  'EPT violation': 'nested-fault',
  'EPT misconfiguration': 'misconfiguration',
  'PML full': 'log-full',
};

/** What an exit is, by its reason in the log. */
export const exitKind = (reason: string): ExitKind => EXIT_KIND[reason] ?? 'instruction';

/** The exit that a fault of a walk leads to; -1 where it is the guest's own. */
function exitAfter(reader: LogReader, fault: number): number {
  const next = reader.find(fault, 1, (index) => !isCall(reader.kind(index)));
  return next >= 0 && reader.kind(next) === EVENT.exit ? next : -1;
}

/** How the nested entries of a fault (an event) are read; null where the fault is none of the nested tables'. */
export function nestedRulesAt(reader: LogReader, fault: number): NestedRules | null {
  const exit = exitAfter(reader, fault);
  if (exit < 0) return null;
  const reason = reader.text(reader.payload(exit, 0));
  const kind = exitKind(reason);
  if (kind === 'page-fault' || kind === 'instruction') return null;
  const asked = reader.payload(exit, 4);
  return {
    vendor: reason === '#NPF' ? 'amd' : 'intel',
    accessedDirty: (asked & EPT_QUALIFICATION.write) !== 0,
  };
}

/** Entries of the nested walk that event `fault` ended: those since the last entry of the guest's. */
export function nestedPathTo(reader: LogReader, fault: number): PathEntry[] {
  const path: PathEntry[] = [];
  for (let event = fault - 1; event >= 0; event--) {
    const kind = reader.kind(event);
    if (isCall(kind)) continue;
    const head = reader.payload(event, 0);
    if (kind !== EVENT.reference || (head & 0xff) !== WALKER_NESTED) break;
    path.unshift({ level: (head >>> 8) & 0xff, flags: reader.payload(event, 4) });
  }
  return path;
}

/** A right: its flag, what stands in a cell where it is missing, and what that means. */
interface Right {
  readonly isMissing: (flags: number) => boolean;
  readonly bit: string;
  readonly cause: FaultCause;
}

const clear =
  (flag: number) =>
  (flags: number): boolean =>
    (flags & flag) === 0;

const NPT = {
  present: { isMissing: clear(PTE.present), bit: 'P = 0', cause: 'not-present' },
  write: { isMissing: clear(PTE.write), bit: 'W = 0', cause: 'read-only' },
  user: { isMissing: clear(PTE.user), bit: 'U = 0', cause: 'supervisor' },
  execute: { isMissing: (flags) => (flags & PTE.nx) !== 0, bit: 'NX = 1', cause: 'no-execute' },
} as const satisfies Record<string, Right>;

const EPT_RIGHTS = EPT.read | EPT.write | EPT.execute;

const EPT_RIGHT = {
  present: { isMissing: clear(EPT_RIGHTS), bit: 'RWX = 0', cause: 'not-present' },
  read: { isMissing: clear(EPT.read), bit: 'R = 0', cause: 'not-present' },
  write: { isMissing: clear(EPT.write), bit: 'W = 0', cause: 'read-only' },
  execute: { isMissing: clear(EPT.execute), bit: 'X = 0', cause: 'no-execute' },
} as const satisfies Record<string, Right>;

/** Rights that an access needs, in the order in which they are asked for. @param isFinal not to a guest's table */
function needed({ vendor, accessedDirty }: NestedRules, access: number, isFinal: boolean): readonly Right[] {
  const writes = isFinal ? (access & PF.write) !== 0 : vendor === 'amd' || accessedDirty;
  const fetches = isFinal && (access & PF.fetch) !== 0;
  if (vendor === 'amd')
    return [NPT.present, NPT.user, ...(writes ? [NPT.write] : []), ...(fetches ? [NPT.execute] : [])];
  return [
    EPT_RIGHT.present,
    writes ? EPT_RIGHT.write : isFinal && fetches ? EPT_RIGHT.execute : EPT_RIGHT.read,
  ];
}

/** EPT: a leaf whose rights KVM keeps aside. */
const isTracked = ({ vendor }: NestedRules, { flags }: PathEntry): boolean =>
  vendor === 'intel' && leafState('ept-noad', flags).isAccessTracked;

/** EPT: an entry that may be written, but not read, means nothing. */
const isMisconfigured = ({ vendor }: NestedRules, { flags }: PathEntry): boolean =>
  vendor === 'intel' && (flags & (EPT.read | EPT.write)) === EPT.write;

/**
 * What decided.
 * @param path the entries that were read, from the top table down
 * @param access PF bits of the access that the walk is for
 * @param isFinal whether its address was looked for, not an entry of the guest's tables
 */
export function nestedFaultReason(
  path: readonly PathEntry[],
  access: number,
  isFinal: boolean,
  rules: NestedRules,
): FaultReason | null {
  const last = path[path.length - 1];
  if (!last) return null;
  if (isMisconfigured(rules, last)) return { level: last.level, bit: 'R = 0', cause: 'misconfigured' };
  for (const { isMissing, bit, cause } of needed(rules, access, isFinal)) {
    const at = path.find(({ flags }) => isMissing(flags));
    if (at) return { level: at.level, bit, cause: isTracked(rules, at) ? 'access-tracked' : cause };
  }
  return { level: last.level, bit: 'RSVD', cause: 'reserved' };
}
