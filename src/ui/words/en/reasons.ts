/** Why something is as it is: parts of sentences about events. */

import type { FaultCause } from '#ui/sentence/fault-reason.ts';
import type { OutcomeReason } from '#ui/sentence/flow-facts.ts';
import type { NextReason } from '#ui/sentence/kvm-facts.ts';
import type { Obstacle, SizeReason } from '#ui/sentence/mapping-reason.ts';
import type { WriteReason } from '#ui/sentence/spte-reason.ts';
import type { NoteWords } from '#ui/words/event-words.ts';
import { code, explain, type Sayings, say } from '#ui/words/text.ts';

/** "the walk stops there, for …": the bit's meaning. */
export const faultCauses: Readonly<Record<FaultCause, string>> = {
  'not-present': 'the entry is not present',
  reserved: 'a reserved bit is set in it',
  misconfigured: 'it may be written but not read, which no processor accepts',
  'no-execute': 'an instruction may not be fetched from there',
  supervisor: 'user code may not touch it',
  'read-only': 'it may not be written',
  'access-tracked': 'KVM has taken all its rights, to see when it is used next',
  smep: 'SMEP forbids the kernel to execute user pages',
  smap: 'SMAP forbids the kernel to touch user pages',
};

/** "KVM maps it, …": what the entry grants. */
export const writeReasons: Sayings<WriteReason> = {
  writable: () => say`writable`,
  'kernel-ignores': ({ level }) =>
    say`writable although the guest’s level-${level} entry has ${code('W = 0')}: CR0.WP = 0, and it is the kernel that writes`,
  'unsync-instead': ({ shadows }) =>
    say`writable although a guest’s table is in that frame: it is a last-level one, so its shadow ${shadows} may be out of sync instead`,
  logged: ({ slot }) => say`writable: slot ${slot} logs writes, so the page counts as written already`,
  'read-only': () => say`read-only`,
  'guest-read-only': ({ level }) => say`read-only, as the guest’s level-${level} entry is (${code('W = 0')})`,
  'above-read-only': () => say`read-only, as an entry above the guest’s own is`,
  'slot-read-only': ({ slot }) => say`read-only, as memory slot ${slot} is`,
  'zero-page': () => say`read-only, because the host has only its shared page of zeros there so far`,
  'host-read-only': () => say`read-only, because the host’s own mapping is`,
  'access-tracked': () =>
    say`without any right so far: entries keep no ${code('A')} here, and KVM sees the first use this way`,
  clean: () =>
    say`read-only although the guest allows writing: the guest’s ${code('D = 0')}, and KVM must see the first write to set it`,
  shadowed: ({ gfn, shadows }) =>
    say`read-only, because guest frame ${gfn} holds a page table that ${shadows} shadows: KVM must see writes to it`,
  'shadowed-ahead': ({ gfn, shadows }) =>
    say`read-only for now: guest frame ${gfn} holds a page table that ${shadows} shadows, and mapping ahead is no reason to let that go out of sync`,
};

/** "the neighbour …": why it is not mapped ahead. */
const obstacles: Sayings<Obstacle> = {
  'not-present': () => say`has ${code('P = 0')}`,
  'not-accessed': () => say`has ${code('A = 0')}: the guest has not used it`,
  'no-memory': () => say`has no memory behind it`,
  logged: ({ slot }) => say`is of slot ${slot}, which logs writes`,
  dropped: () => say`is of a page that the host would have to find first`,
};

const neighbours = (count: number): string => (count === 1 ? '1 neighbour is' : `${count} neighbours are`);

export const nextReasons: Sayings<NextReason> = {
  stopped: ({ count, slot, obstacle }) =>
    count === 0
      ? say`No neighbour is mapped ahead, for the first one, ${slot}, ${explain(obstacles, obstacle)}.`
      : say`${neighbours(count)} mapped ahead, up to ${slot}, which ${explain(obstacles, obstacle)}.`,
  all: ({ count }) => say`${neighbours(count)} mapped ahead: all that is left of the eight.`,
  'after-flush': () => say`The guest has flushed the address, and KVM maps at once what its entry says now.`,
  neighbour: () => say`Nobody has asked for it: it is mapped ahead, as a neighbour of the page that faulted.`,
};

/** "a larger page is not possible: …" */
export const sizeReasons: Sayings<SizeReason> = {
  'host-has-none': () => say`the host has no larger one there`,
  'own-table': () => say`the guest’s page holds a table that maps it`,
  logged: ({ slot }) => say`slot ${slot} logs writes, page by page`,
  'slot-edge': ({ slot }) => say`slot ${slot} does not hold all of it`,
  shadowed: ({ table }) => say`a guest’s table that ${table} shadows lies in it and must stay protected`,
  'host-small': () => say`the host backs it with 4 KiB pages`,
  'not-executable': () => say`code may not run from large pages (nx_huge_pages)`,
};

export const outcomes: Sayings<OutcomeReason> = {
  ok: () => say`The step is done.`,
  value: ({ value }) => say`The step is done: the guest reads ${value}.`,
  exception: ({ value }) => say`The step ends in an exception that the guest sees: ${value}.`,
  dirty: ({ value }) =>
    say`The step is done: guest frames that were written since the log was last read: ${value}.`,
  young: ({ isYoung }) =>
    isYoung
      ? say`The step is done: one of the pages was used.`
      : say`The step is done: none of the pages was used.`,
  'run-error': ({ value }) => say`The step ends: running the vCPU fails (${value}).`,
  error: ({ value }) => say`The step ends: the host’s call is refused (${value}).`,
  internal: ({ value }) => say`The step ends: KVM cannot go on (internal error, suberror ${value}).`,
  shutdown: () =>
    say`The step ends: a fault on the way to the handler of a double fault shuts the guest down.`,
  'not-run': () => say`The step is not run: the guest was shut down.`,
};

export const notes: NoteWords = {
  'one address': 'one address',
  'one address, and the pointers to tables': 'one address, and all pointers to tables of its PCID',
  'one address of the PCID, unless it is global': 'one address of the PCID, unless the page is global',
  'all of the PCID': 'everything of the PCID',
  'all of the PCID but global pages': 'everything of the PCID but global pages',
  'all linear addresses': 'all linear addresses',
  'all linear addresses but global pages': 'all linear addresses but global pages',
  'all that came from these nested tables': 'all that came from these nested tables',
  'all that came from any nested tables': 'all that came from any nested tables',
  'all of the ASID': 'everything of the guest’s ASID',
  'all of the ASID but global pages': 'everything of the guest’s ASID but global pages',
  'all of all ASIDs': 'everything of all ASIDs',
  'all: a new ASID knows nothing yet': 'everything, for nothing is known of the new ASID yet',
  'what led to the fault': 'what it knew of the address, so that the tables are read anew',
  dropped: 'dropped',
  'the frame holds a guest’s table': 'the frame holds a guest’s table',
  'writes are logged': 'writes are logged',
  'the host asked whether it was used': 'the host asked whether it was used',
  'synced with the guest’s entry': 'synced with the guest’s entry',
  made: 'made',
  moved: 'moved',
  deleted: 'deleted',
  'writes are logged from now on': 'writes are logged from now on',
  'writes are logged no longer': 'writes are logged no longer',
  'processor, the tables in cr3': 'processor, the tables in cr3',
  'processor, the nested tables': 'processor, the nested tables',
  'KVM, the guest’s tables': 'KVM, the guest’s tables',
};
