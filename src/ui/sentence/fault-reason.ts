/**
 * Which entry of a walk, and which bit of it, made the walk end in a fault. The error code says which kind of right was
 * missing; the entry that lacks it may lie above the one at which the walk stopped.
 * Intel SDM vol. 3 sections 4.6 and 4.7.
 */
import { PTE } from '#arch/entry.ts';
import { PF } from '#arch/fault.ts';

export interface PathEntry {
  readonly level: number;
  readonly flags: number;
}

/** Why a bit makes a fault. */
export type FaultCause =
  | 'not-present'
  | 'reserved'
  /** EPT: a combination of bits that no entry may have. */
  | 'misconfigured'
  | 'no-execute'
  | 'supervisor'
  | 'read-only'
  /** KVM has taken all rights, to see the next use. */
  | 'access-tracked'
  /** The kernel executes, or touches, what is the user's. */
  | 'smep'
  | 'smap';

export interface FaultReason {
  readonly level: number;
  /** The bit, as it stands in a cell: `W = 0`. */
  readonly bit: string;
  readonly cause: FaultCause;
}

const missing = (path: readonly PathEntry[], bit: number): PathEntry | undefined =>
  path.find((entry) => !(entry.flags & bit));

function missingRight(
  path: readonly PathEntry[],
  error: number,
): Omit<FaultReason, 'level'> & { at: PathEntry | undefined } {
  const noExecute = path.find((entry) => entry.flags & PTE.nx);
  const supervisor = missing(path, PTE.user);
  if (error & PF.fetch && noExecute) return { at: noExecute, bit: 'NX = 1', cause: 'no-execute' };
  if (error & PF.user && supervisor) return { at: supervisor, bit: 'U = 0', cause: 'supervisor' };
  const readOnly = missing(path, PTE.write);
  if (error & PF.write && readOnly) return { at: readOnly, bit: 'W = 0', cause: 'read-only' };
  const at = path[path.length - 1];
  if (error & PF.fetch) return { at, bit: 'U = 1', cause: 'smep' };
  return { at, bit: 'U = 1', cause: 'smap' };
}

/**
 * What decided.
 * @param path the entries that were read, from the top table down
 * @param error the page-fault error code
 */
export function faultReason(path: readonly PathEntry[], error: number): FaultReason | null {
  const last = path[path.length - 1];
  if (!last) return null;
  if (!(error & PF.present)) return { level: last.level, bit: 'P = 0', cause: 'not-present' };
  if (error & PF.reserved) return { level: last.level, bit: 'RSVD', cause: 'reserved' };
  const { at, bit, cause } = missingRight(path, error);
  return { level: (at ?? last).level, bit, cause };
}
