/** Two-dimensional paging: parts of sentences about exits, entries and the short way. */
import type { EptRule } from '#arch/ept.ts';
import type { Mending } from '#ui/sentence/mending.ts';
import type { Granted, NestedExit, NoShortWay } from '#ui/sentence/nested-exit.ts';
import type { TdpChange, ZapCause } from '#ui/sentence/tdp-change.ts';
import { code, explain, type Sayings, say, type Text, type Value } from '#ui/words/text.ts';

const ACCESS = { read: 'read', write: 'write', fetch: 'fetch code from' } as const;

const granted: Sayings<Granted> = {
  nothing: () => say`have nothing for it`,
  'too-little': () => say`have an entry for it that does not allow that`,
  reserved: () => say`have an entry with a reserved bit for it: no memory is there`,
  rights: ({ rights }) => say`allow ${rights} only`,
};

/** "the processor wanted to …, and the nested tables …" */
export function nestedExit({ on, access, granted: has }: NestedExit, gpa: Value): Text {
  const wanted =
    on === 'page'
      ? say`to ${ACCESS[access]} guest-physical ${gpa}`
      : on === 'table'
        ? say`an entry of the guest’s own tables at guest-physical ${gpa}`
        : say`the page-directory pointers at guest-physical ${gpa}`;
  return say`the processor wanted ${wanted}, and the nested tables ${explain(granted, has)}. It leaves the guest and hands the address to the hypervisor.`;
}

const RULES: Readonly<Record<EptRule, string>> = {
  'write-only': 'may be written (W) but not read (R)',
  'execute-only': 'may be executed only',
  'memory-type': 'has a memory type that there is not',
  reserved: 'has a reserved bit set',
};

export function misconfiguration(slot: Value | null, rule: EptRule | null, gpa: Value): Text {
  const what =
    rule === null ? 'means nothing to the processor' : `${RULES[rule]}, which no processor accepts`;
  return say`the entry ${slot ? say`${slot} ` : ''}for guest-physical ${gpa} ${what}. KVM makes such entries on purpose, where no memory is: this exit cannot be taken for that of a page that is merely missing.`;
}

/** What KVM does first at an exit, where the processor keeps the dirty log. */
export const readNotes = (count: number): string =>
  count === 0
    ? ''
    : ` KVM first reads what the processor noted: ${count === 1 ? '1 page' : `${count} pages`} written.`;

export const NO_SHORT_WAY: Readonly<Record<NoShortWay, string>> = {
  'no-entry':
    'The short way without the lock (fast page fault) is not tried: there is no entry that could get rights back.',
  'not-a-write':
    'The short way without the lock (fast page fault) is not tried: to an entry that is there it gives W only.',
};

const ZAPPED: Readonly<Record<ZapCause, string>> = {
  'nx-recovery':
    'KVM gives up a table that is there for code only, so that a large page can be mapped again (recovery)',
  collapsible: 'writes are logged no longer, and a large page can take the place of the small ones',
  layout: 'the memory slots have changed, and all that the old root maps goes',
  host: 'the host changes the page behind it, and nothing may map it meanwhile',
  'in-the-way': 'it is in the way of what must be mapped now',
};

const because = (cause: ZapCause | null): string => (cause === null ? '' : `: ${ZAPPED[cause]}`);
const marked = (isMarked: boolean): string =>
  isMarked
    ? ' Until no TLB knows it any more the entry is marked as removed (0x5a0), and nobody may touch it.'
    : '';

export const tdpChanges: Sayings<TdpChange> = {
  linked: ({ table, forCode }) =>
    say`leads to the nested table ${table} from now on: the hardware’s walk can go one level further.${forCode ? ' The table is there only because code may not run from a large page (nx_huge_pages).' : ''}`,
  mapped: ({ gfn, frame, large, wasMmio }) =>
    say`${wasMmio ? 'said that no memory is there,' : 'was empty,'} and maps guest frame ${gfn} to host frame ${frame} from now on${large === null ? '' : `, as one level-${large} page`}. The guest’s own tables were not asked.`,
  mmio: ({ gfn }) => say`says from now on that no memory is at guest frame ${gfn}.`,
  split: ({ table, large }) =>
    say`was one level-${large} page, and leads to ${table} instead: 512 smaller entries that grant the same.`,
  joined: ({ table, gfn, frame }) =>
    say`led to ${table}, and maps guest frame ${gfn} to host frame ${frame} as one large page instead.`,
  zapped: ({ gfn, isMarked, cause }) =>
    say`no longer maps guest frame ${gfn}${because(cause)}.${marked(isMarked)}`,
  unlinked: ({ table, isMarked, cause }) =>
    say`no longer leads to ${table}, which goes with all that is below${because(cause)}.${marked(isMarked)}`,
  'goes-with-table': ({ table, what }) =>
    say`${what ? say`led to ${what}` : 'said that no memory is there'}; its table ${table} is out of use, and it goes too.`,
  aged: ({ gfn, kept }) =>
    kept
      ? say`loses all rights, and keeps ${kept} aside: without an A bit the next use of guest frame ${gfn} can only be seen if it faults.`
      : say`loses its ${code('A')}: the processor sets it again when guest frame ${gfn} is used next.`,
  'write-protected': ({ gfn }) =>
    say`loses ${code('W')} for the dirty log; MMU-writable stays. The next write to guest frame ${gfn} faults, is logged, and gives ${code('W')} back.`,
  cleaned: ({ gfn }) =>
    say`loses its ${code('D')}: the next write to guest frame ${gfn} sets it without a fault, and the processor notes the page.`,
  granted: ({ gfn, rights }) => say`grants other rights to guest frame ${gfn} from now on: ${rights}.`,
  moved: ({ gfn, from, to }) => say`maps guest frame ${gfn} to ${to} instead of ${from}.`,
};

export const mendings: Sayings<Mending> = {
  write: ({ isLogged }) =>
    isLogged
      ? say`KVM gives ${code('W')} back to the entry without taking the lock: only logging of writes had taken it (MMU-writable is 1). The page counts as written.`
      : say`KVM gives ${code('W')} back to the entry without taking the lock: it had been kept back until somebody writes, and nothing forbids it (MMU-writable is 1).`,
  use: ({ rights, isWrite }) =>
    say`KVM gives the rights that were kept aside back without taking the lock: ${rights}. ${isWrite ? say`${code('W')} comes back as well, for it is a write.` : say`${code('W')} stays away until somebody writes.`}`,
  spurious: () =>
    say`The entry allows the access already: the fault is of the past, and nothing has to be done.`,
  forbidden: () =>
    say`KVM cannot mend the fault without the lock: MMU-writable is 0, so ${code('W')} was taken for a reason that still holds.`,
  'not-executable': () =>
    say`KVM cannot mend the fault without the lock: the entry forbids fetches, and only rights that were taken for a while come back this way.`,
  large: () =>
    say`KVM cannot mend the fault without the lock: the entry maps a large page, and a large page whose writes are logged must be split first.`,
  absent: ({ isTriedInVain }) =>
    isTriedInVain
      ? say`KVM cannot mend the fault without the lock: there is no entry. It tries each such fault, for without A bits an entry that waits for its next use looks like none to the processor.`
      : say`KVM cannot mend the fault without the lock: there is no entry.`,
};
