/** A sentence for each kind of event. */
import type { EventFacts } from '#ui/sentence/facts.ts';
import type { FaultReason } from '#ui/sentence/fault-reason.ts';
import type { LeafFacts } from '#ui/sentence/kvm-facts.ts';
import type { ExitKind } from '#ui/sentence/nested-fault-reason.ts';
import type { EventWords } from '#ui/words/event-words.ts';
import { code, explain, listed, say, type Text, type Value } from '#ui/words/text.ts';
import { mendings, misconfiguration, NO_SHORT_WAY, nestedExit, readNotes, tdpChanges } from './nested.ts';
import { faultCauses, nextReasons, notes, outcomes, sizeReasons, writeReasons } from './reasons.ts';

const ACCESS = { read: 'a read', write: 'a write', fetch: 'an instruction fetch' } as const;

const capital = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}`;

/** An entry's name, or that there is one. */
const entry = (slot: Value | null): Value | string => slot ?? 'the entry';

const walkFault = (reason: FaultReason, access: string, gva: Value): Text =>
  say`The walk stops at level ${reason.level}: ${code(reason.bit)}. ${capital(faultCauses[reason.cause])}, so this ${access} of ${gva} faults.`;

const nestedFault = (reason: FaultReason, gva: Value, level: number): Text =>
  say`The nested walk for ${level === 0 ? 'the page itself' : `the guest’s level-${level} entry`} stops at nested level ${reason.level}: ${code(reason.bit)}, so ${faultCauses[reason.cause]}. The guest’s own tables have no part in it: the fault of ${gva} is the hypervisor’s.`;

const setBit =
  (letter: 'A' | 'D') =>
  ({ slot }: { readonly slot: Value }): Text =>
    say`KVM sets ${letter} in the guest’s entry ${slot}: no hardware walks the guest’s tables, so KVM does what a processor would.`;

function leaf({ gfn, frame, large, rights, next, isWithoutCode }: LeafFacts, slot: Value | null): Text {
  const size = large === null ? '' : ` as one level-${large} page`;
  const noCode = isWithoutCode ? ' Code may not run from it, as from any large page (nx_huge_pages).' : '';
  const maps = say`KVM maps guest frame ${gfn} to host frame ${frame}${size} in ${entry(slot)}, ${explain(writeReasons, rights)}.${noCode}`;
  return next ? say`${maps} ${explain(nextReasons, next)}` : maps;
}

const EXIT: Readonly<Record<ExitKind, (facts: EventFacts['exit']) => Text>> = {
  'page-fault': ({ gva }) => say`the processor leaves the guest and hands ${gva} to the hypervisor.`,
  'nested-fault': ({ nested, gpa }) => (nested ? nestedExit(nested, gpa) : say`${gpa}.`),
  misconfiguration: ({ misconfigured: { slot, rule }, gpa }) => misconfiguration(slot, rule, gpa),
  'log-full': () => say`the log of modified pages is full, and the hypervisor must empty it.`,
  instruction: () => say`the guest may not do this by itself here; the hypervisor does it in its place.`,
};

const TABLES = {
  guest: 'the guest’s own tables, from the root down',
  shadow: 'the tables that KVM built, from the root down',
  nested: 'the nested tables that KVM built, for the guest has paging off',
  both: 'the guest’s own tables, and for each step of that the nested tables that KVM built',
} as const;

type NestedUse = NonNullable<EventFacts['kvm_mmu_get_page']['nested']>;

const NESTED_TABLE: Readonly<Record<NestedUse, (table: Value, level: number, gfn: Value) => Text>> = {
  root: (table, level) =>
    say`KVM makes the root of the nested tables: ${table}, empty, at level ${level}. Guest-physical addresses index it, and all vCPUs share it.`,
  split: (table, level, gfn) =>
    say`KVM makes the nested table ${table} at level ${level} for the 512 pieces of the large page at guest frame ${gfn}.`,
  way: (table, level, gfn) =>
    say`KVM makes a new, empty nested table ${table} at level ${level}, for guest memory from frame ${gfn} on. It needs no table of the guest’s for this.`,
};

export const events: EventWords = {
  step: ({ number, cpu, statement }) =>
    say`Step ${number} begins: ${cpu === null ? 'the host does' : `cpu${cpu} does`} ${statement}.`,
  outcome: (reason) => explain(outcomes, reason),
  call: (fields) => say`${fields.function} is called.`,
  return: (fields) => say`${fields.function} returns.`,
  exit: (facts) => say`VM-exit (${facts.reason}): ${EXIT[facts.kind](facts)}${readNotes(facts.noted)}`,
  entry: ({ isAgain }) =>
    isAgain
      ? say`VM-entry: the processor enters the guest again and the instruction is repeated.`
      : say`VM-entry: the processor enters the guest.`,
  mmio: ({ gpa }) => say`The access to ${gpa} leaves to user space: no memory is there.`,

  access: ({ gva, access, isUser, tables }) =>
    say`The processor translates ${gva} for ${ACCESS[access]} ${isUser ? 'by user code' : 'by the kernel'}: it walks ${TABLES[tables]}.`,
  reference: ({ level, slot, isNested, isPresent, target }) => {
    const subject = say`The ${isNested ? 'nested ' : ''}level-${level} entry ${slot}`;
    if (!isPresent) return say`${subject} is not present, so the walk cannot go on.`;
    return level === 1 ? say`${subject} maps frame ${target}.` : say`${subject} leads to ${target}.`;
  },
  translated: ({ gva, frame, noted }) => {
    const what = say`${gva} is translated without the hypervisor: it lies in frame ${frame}.`;
    return noted.length === 0
      ? what
      : say`${what} The walk has set ${code('D')} where it was clear, and the processor notes the guest frames: ${listed(noted)}.`;
  },
  fault: ({ gva, access, reason, nestedFor, isWithoutExit }) => {
    if (!reason) return say`The walk of ${gva} ends in a fault.`;
    if (nestedFor !== null) return nestedFault(reason, gva, nestedFor);
    const what = walkFault(reason, access, gva);
    return isWithoutExit
      ? say`${what} The fault is the guest’s own: the processor raises it without leaving the guest, and KVM does not learn of it.`
      : what;
  },
  tlbHit: ({ gva }) => say`The TLB knows ${gva}: no walk is made.`,
  tableHit: ({ level, address, isNested, sparesNestedWalks }) =>
    isNested
      ? say`A paging-structure cache knows the nested entries for guest-physical ${address} down to level ${level}: the nested walk begins below them.`
      : say`A paging-structure cache knows the entries for ${address} down to level ${level}: the walk begins below them${sparesNestedWalks ? ', and needs no nested walk to get there' : ''}.`,
  frameHit: ({ gfn, frame }) =>
    say`The processor remembers that guest frame ${gfn} lies in ${frame}: the nested tables are not walked for it.`,
  tlbFlush: ({ by, address, what }) =>
    say`${by}${address ? say` of ${address}` : ''} makes the processor forget ${notes[what]}.`,

  memory: ({ gpa, value }) => say`Guest memory at ${gpa} becomes ${value}.`,
  link: ({ slot, table, isNested }) =>
    say`KVM links ${entry(slot)} to the ${isNested ? 'nested table' : 'shadow page'} ${table}: the hardware’s walk can now go one level further.`,
  spte: ({ at, old, new: now, why }) => say`The entry ${at} changes from ${old} to ${now}: ${notes[why]}.`,
  rmapAdd: ({ gfn, at }) => say`The reverse map of ${gfn} now names ${at}.`,
  rmapRemove: ({ gfn, at }) => say`The reverse map of ${gfn} no longer names ${at}.`,
  unlink: ({ sp, at }) => say`The table ${sp} loses its parent entry ${at}.`,
  tableFree: ({ sp }) => say`The table ${sp} is freed.`,
  roots: ({ sp, count, isCounted }) => {
    if (isCounted)
      return say`The root ${sp} has ${count} ${count === 1 ? 'reference' : 'references'}: one of the list of roots, and one of each vCPU that uses it and of each walk over it.`;
    return count === 0
      ? say`${sp} is a root no longer.`
      : say`${sp} is now a root ${count === 1 ? 'once' : `${count} times`}.`;
  },
  register: ({ register, value }) => say`${register} becomes ${value}.`,
  slot: ({ slot, what }) => say`Slot ${slot}: ${notes[what]}.`,

  kvm_page_fault: ({ gva, gpa, error, isTooFast, nested }) => {
    if (nested) {
      const what = say`The fault on guest-physical ${gpa} reaches KVM. It is KVM’s for certain: the guest’s own faults never leave the guest.`;
      return nested.noShortWay ? say`${what} ${NO_SHORT_WAY[nested.noShortWay]}` : what;
    }
    const what = say`The fault on ${gva} (error code ${error}) leaves the guest and reaches KVM, which must find out whose it is: its own, or the guest’s.`;
    return isTooFast
      ? say`${what} Giving W back without the lock (fast page fault) is not for shadow paging: the guest’s own tables must be asked first.`
      : what;
  },
  kvm_mmu_pagetable_walk: ({ addr }) => say`KVM begins to walk the guest’s own tables for ${addr}.`,
  kvm_mmu_paging_element: ({ level, slot, isPresent, isLeaf, frame }) =>
    isPresent
      ? say`KVM reads the guest’s level-${level} entry ${slot}: it ${isLeaf ? 'maps' : 'leads to'} guest frame ${frame}.`
      : say`KVM reads the guest’s entry ${slot}: ${code('P = 0')}, the guest maps nothing here.`,
  kvm_mmu_set_accessed_bit: setBit('A'),
  kvm_mmu_set_dirty_bit: setBit('D'),
  kvm_mmu_walker_error: ({ reason }) => {
    const what = say`The guest’s own tables do not allow this access, so the fault is the guest’s.`;
    return reason
      ? say`${what} At level ${reason.level}, ${code(reason.bit)}: ${faultCauses[reason.cause]}.`
      : what;
  },
  kvm_inj_exception: ({ exception, error }) => {
    const letters = error && error.letters.value !== '' ? say` (${error.letters})` : '';
    const withCode = error ? say` with error code ${error.code}${letters}` : '';
    return say`KVM gives ${exception} to the guest${withCode}: it is the guest’s own to handle.`;
  },
  kvm_mmu_get_page: ({ table, gfn, level, isDirect, isNew, nested }) => {
    if (nested && isNew) return NESTED_TABLE[nested](table, level, gfn);
    const stands = isDirect
      ? say`maps guest memory from frame ${gfn}`
      : say`shadows the guest’s table in frame ${gfn}`;
    return isNew
      ? say`KVM makes a new, empty shadow page ${table} that ${stands}, at level ${level}.`
      : say`KVM finds the shadow page ${table} by guest frame and role: it ${stands} at level ${level} and is used again.`;
  },
  kvm_mmu_sync_page: ({ sp }) => say`${sp} is brought in line with the guest’s table again.`,
  kvm_mmu_unsync_page: ({ table, gfn }) =>
    say`${table} shadows the last-level table in guest frame ${gfn} and may go out of sync: the guest may write that table freely until it flushes (invlpg, CR3), and ${table} may then differ from it.`,
  kvm_mmu_prepare_zap_page: ({ sp }) => say`${sp} is taken out of use.`,
  kvm_mmu_spte_requested: ({ gfn, frame, level, smaller, isLarge }) => {
    const what = frame
      ? say`KVM is about to map guest frame ${gfn} to host frame ${frame} at level ${level}.`
      : say`No memory slot holds guest frame ${gfn}: KVM is about to note that at level ${level}.`;
    if (smaller) return say`${what} A larger page is not possible: ${explain(sizeReasons, smaller)}.`;
    return isLarge
      ? say`${what} The host has one page of that size there, and the memory slot holds all of it.`
      : what;
  },
  kvm_mmu_set_spte: (facts) =>
    facts.leaf
      ? leaf(facts.leaf, facts.slot)
      : say`KVM writes ${entry(facts.slot)}: ${facts.value}, which is not present.`,
  kvm_tdp_mmu_spte_changed: ({ slot, change }) =>
    say`The nested entry ${slot} ${explain(tdpChanges, change)}`,
  fast_page_fault: ({ outcome }) => explain(mendings, outcome),
  mark_mmio_spte: ({ gfn, slot, isMisconfigured }) => {
    const stores = say`No memory slot holds guest frame ${gfn}. KVM stores in ${entry(slot)} an entry`;
    return isMisconfigured
      ? say`${stores} that may be written but not read: the next access leaves as a misconfiguration, and KVM knows without a search that it must emulate it.`
      : say`${stores} with a reserved bit set: the next access faults with RSVD, and KVM knows without a search that it must emulate it.`;
  },
  check_mmio_spte: ({ made, now, isValid }) =>
    isValid
      ? say`The MMIO entry is of generation ${made}, and no memory slot has changed since: it still holds.`
      : say`The MMIO entry is of generation ${made}, the memory slots are of ${now}: they have changed since, so the fault is looked at anew.`,
  handle_mmio_page_fault: ({ gfn }) => say`The fault is a known MMIO access to ${gfn}: KVM emulates it.`,
  kvm_mmu_zap_all_fast: ({ isNested }) =>
    say`All ${isNested ? 'nested tables' : 'shadow pages'} become obsolete at once.`,
  kvm_mmu_split_huge_page: ({ gfn, frame, level }) =>
    say`KVM has split the level-${level} page that maps guest frame ${gfn} to ${frame} ahead of any write to it, so that writes can be logged page by page.`,
};
