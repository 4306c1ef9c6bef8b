/** What a nested fault says: what the processor was after, and what the nested tables grant (AMD's #NPF code, Intel's exit qualification). */
import { EPT_QUALIFICATION } from '#arch/ept.ts';
import { PF } from '#arch/fault.ts';
import { NPF } from '#arch/npt.ts';
import { EVENT } from '#machine/events.ts';
import type { FaultCode } from '#ui/fault-code.ts';
import { code, type Value } from '#ui/words/text.ts';
import { before, type Source, slotAt } from './source.ts';

/** What the nested tables have for the address. */
export type Granted =
  | { readonly why: 'nothing' | 'too-little' | 'reserved' }
  /** All entries on the way grant these. */
  | { readonly why: 'rights'; readonly rights: Value };

export interface NestedExit {
  /** The page itself, an entry of the guest's tables, or the page-directory pointers of a new CR3. */
  readonly on: 'page' | 'table' | 'pointers';
  readonly access: 'read' | 'write' | 'fetch';
  readonly granted: Granted;
}

function eptExit(qualification: number): NestedExit {
  const { write, fetch, final, linearAddress, rightsShift } = EPT_QUALIFICATION;
  const rights = ['R', 'W', 'X'].filter((_, i) => qualification & (1 << (rightsShift + i)));
  const on = !(qualification & linearAddress) ? 'pointers' : qualification & final ? 'page' : 'table';
  return {
    on,
    access: qualification & fetch ? 'fetch' : qualification & write ? 'write' : 'read',
    granted: rights.length === 0 ? { why: 'nothing' } : { why: 'rights', rights: code(rights.join(' ')) },
  };
}

const npfExit = ({ hi, lo }: FaultCode): NestedExit => ({
  on: hi & NPF.table ? 'table' : 'page',
  access: lo & PF.fetch ? 'fetch' : lo & PF.write ? 'write' : 'read',
  granted: { why: lo & PF.reserved ? 'reserved' : lo & PF.present ? 'too-little' : 'nothing' },
});

/** What a code of nested tables says; null for one of a #PF. */
export function nestedExit(told: FaultCode): NestedExit | null {
  if (told.format === 'pf') return null;
  return told.format === 'ept' ? eptExit(told.lo) : npfExit(told);
}

/** What KVM's short way makes of a nested fault (page_fault_can_be_fast), where it does not try it. */
export type NoShortWay = 'no-entry' | 'not-a-write';

/** Why KVM does not try to mend a nested fault without the lock; null where it does, and for MMIO. @param keepsA entries have A bits */
export function noShortWay({ access, granted }: NestedExit, keepsA: boolean): NoShortWay | null {
  if (granted.why === 'reserved') return null;
  if (granted.why === 'nothing') return keepsA ? 'no-entry' : null;
  return access === 'write' ? null : 'not-a-write';
}

/** The EPT entry that a walk of this step found misconfigured, and the rule that it breaks; nulls where they are unknown. */
export function misconfiguredEntry(source: Source) {
  const fault = before(source, EVENT.fault);
  const place = fault < 0 ? 0 : source.reader.payload(fault, 4);
  return { slot: slotAt(source, place), rule: source.atlas.nested?.brokenRule(place) ?? null };
}
