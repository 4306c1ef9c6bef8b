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

export interface FaultReason {
  readonly level: number;
  /** The bit, as it stands in a cell: `W = 0`. */
  readonly bit: string;
  /** Why that is a fault. */
  readonly because: string;
}

const missing = (path: readonly PathEntry[], bit: number): PathEntry | undefined =>
  path.find((entry) => !(entry.flags & bit));

function missingRight(
  path: readonly PathEntry[],
  error: number,
): Omit<FaultReason, 'level'> & { at: PathEntry | undefined } {
  const noExecute = path.find((entry) => entry.flags & PTE.nx);
  const supervisor = missing(path, PTE.user);
  if (error & PF.fetch && noExecute)
    return { at: noExecute, bit: 'NX = 1', because: 'an instruction may not be fetched from there' };
  if (error & PF.user && supervisor)
    return { at: supervisor, bit: 'U = 0', because: 'user code may not touch it' };
  const readOnly = missing(path, PTE.write);
  if (error & PF.write && readOnly) return { at: readOnly, bit: 'W = 0', because: 'it may not be written' };
  const at = path[path.length - 1];
  if (error & PF.fetch) return { at, bit: 'U = 1', because: 'SMEP forbids the kernel to execute user pages' };
  return { at, bit: 'U = 1', because: 'SMAP forbids the kernel to touch user pages' };
}

/**
 * What decided.
 * @param path the entries that were read, from the top table down
 * @param error the page-fault error code
 */
export function faultReason(path: readonly PathEntry[], error: number): FaultReason | null {
  const last = path[path.length - 1];
  if (!last) return null;
  if (!(error & PF.present)) return { level: last.level, bit: 'P = 0', because: 'the entry is not present' };
  if (error & PF.reserved) return { level: last.level, bit: 'RSVD', because: 'a reserved bit is set in it' };
  const { at, bit, because } = missingRight(path, error);
  return { level: (at ?? last).level, bit, because };
}
