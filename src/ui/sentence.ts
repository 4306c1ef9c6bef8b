/**
 * What an event means, in one sentence for people, with the bit or the condition that decided where the log tells it.
 * Kinds without a sentence of their own use the event table's. Pure: the same log, event and atlas give the same words.
 */
import { PTE } from '#arch/entry.ts';
import { faultLetters, PF } from '#arch/fault.ts';
import { frameWord, hexOfEntry, hexOfPair } from '#arch/word64.ts';
import type { Atlas } from '#hypervisor/atlas.ts';
import { EVENT, OUTCOME, PAYLOAD } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import { openCalls } from '#machine/queries.ts';
import type { Names } from '#trace/names.ts';
import { eventFields, outcomeText } from '#trace/print.ts';
import { entryText, hex, indexText, slotText } from './entry-text.ts';
import { faultReason, type PathEntry } from './fault-reason.ts';
import { guestEntryBehind, pageSizeReason, prefetchReason } from './mapping-reason.ts';
import { writeReason } from './spte-reason.ts';
import { entryAt, guestEntryAt } from './subject.ts';

/** Largest page for a guest without paging (level), and the host frame of what no slot holds. */
const LARGEST_UNPAGED = 2;
const NO_SLOT = -1;

/** What a sentence is made from. */
interface Source {
  readonly reader: LogReader;
  readonly names: Names;
  readonly index: number;
  readonly atlas: Atlas;
}

const word = ({ reader, index }: Source, n: number): number => reader.word(index, PAYLOAD + n);
const address = (source: Source, n: number): string => `0x${hexOfPair(word(source, n), word(source, n + 1))}`;

/** "a write by user code", from PF bits. */
function accessText(access: number): string {
  const what = access & PF.fetch ? 'an instruction fetch' : access & PF.write ? 'a write' : 'a read';
  return `${what} ${access & PF.user ? 'by user code' : 'by the kernel'}`;
}

/** An entry's name at a place of the machine: `t6[010]`. */
function slotAt({ atlas }: Source, place: number): string | null {
  const at = entryAt(atlas, place);
  const table = at && atlas.table(at.table);
  return at?.kind === 'entry' && table ? slotText(table, at.index) : null;
}

/** The nearest event of a kind before this one, within the same step; -1 if none. */
function before({ reader, index }: Source, kind: number): number {
  const start = reader.stepStart(Math.max(0, reader.stepOf(index)));
  for (let event = index - 1; event >= start; event--) if (reader.kind(event) === kind) return event;
  return -1;
}

/** The event of one of some kinds that is nearest before this one, within the same step; -1 if none. */
const nearest = (source: Source, kinds: readonly number[]): number =>
  Math.max(...kinds.map((kind) => before(source, kind)));

/** Entries that were read since event `start`, the top level first. */
function pathSince({ reader, index }: Source, start: number, kind: number): PathEntry[] {
  const path: PathEntry[] = [];
  for (let event = Math.max(0, start); event < index; event++) {
    if (reader.kind(event) !== kind) continue;
    if (kind === EVENT.reference)
      path.push({
        level: (reader.word(event, PAYLOAD) >>> 8) & 0xff,
        flags: reader.word(event, PAYLOAD + 4),
      });
    else path.push({ level: reader.word(event, PAYLOAD + 2), flags: reader.word(event, PAYLOAD + 1) });
  }
  return path;
}

function access(source: Source): string {
  const tables = source.atlas.machine === 'bare' ? 'the guest’s own tables' : 'the tables that KVM built';
  return `The processor translates ${address(source, 0)} for ${accessText(word(source, 2))}: it walks ${tables}, from the root down.`;
}

function reference(source: Source): string {
  const head = word(source, 0);
  const level = (head >>> 8) & 0xff;
  const index = (head >>> 16) & 0xfff;
  const flags = word(source, 4);
  const guest = guestEntryAt(source.atlas, word(source, 1), word(source, 2));
  const guestTable = guest && source.atlas.table(guest.table);
  const slot =
    slotAt(source, word(source, 5)) ??
    (guestTable ? slotText(guestTable, index) : `entry ${indexText(index)}`);
  if (!(flags & PTE.present))
    return `The level-${level} entry ${slot} is not present: P = 0, so the walk cannot go on.`;
  const target =
    word(source, 5) === 0
      ? hex(word(source, 3))
      : (source.names.tableInFrame(word(source, 3), source.index) ?? source.names.frame(word(source, 3)));
  return level === 1
    ? `The level-1 entry ${slot} maps frame ${target}.`
    : `The level-${level} entry ${slot} leads to ${target}.`;
}

function fault(source: Source): string {
  const error = word(source, 2);
  const reason = faultReason(pathSince(source, before(source, EVENT.access), EVENT.reference), error);
  if (!reason) return `The walk of ${address(source, 0)} ends in a fault.`;
  const kind = error & PF.write ? 'write' : error & PF.fetch ? 'fetch' : 'read';
  return `The walk stops at level ${reason.level}: ${reason.bit}. ${reason.because[0]?.toUpperCase()}${reason.because.slice(1)}, so this ${kind} of ${address(source, 0)} faults.`;
}

function pageFault(source: Source): string {
  const letters = faultLetters(word(source, 4) & 0x1f) || '0';
  const what = `The fault on ${address(source, 1)} (error code ${letters}) leaves the guest and reaches KVM, which must find out whose it is: its own, or the guest’s.`;
  const isFastCandidate =
    (word(source, 4) & (PF.present | PF.write | PF.reserved)) === (PF.present | PF.write);
  const isPaged = source.atlas.registers[word(source, 0)]?.paging !== 'off';
  return isFastCandidate && isPaged
    ? `${what} Giving W back without the lock (fast page fault) is not for shadow paging: the guest’s own tables must be asked first.`
    : what;
}

function element(source: Source): string {
  const level = word(source, 2);
  const flags = word(source, 1);
  const at = guestEntryAt(source.atlas, word(source, 3), word(source, 4));
  const table = at && source.atlas.table(at.table);
  const slot = at?.kind === 'entry' && table ? slotText(table, at.index) : `level ${level}`;
  if (!(flags & PTE.present))
    return `KVM reads the guest’s entry ${slot}: P = 0, the guest maps nothing here.`;
  const leads = level === 1 || flags & PTE.pageSize ? 'maps guest frame' : 'leads to guest frame';
  return `KVM reads the guest’s level-${level} entry ${slot}: it ${leads} ${hex(word(source, 0))}.`;
}

function walkerError(source: Source): string {
  const error = word(source, 0);
  const reason = faultReason(
    pathSince(source, before(source, EVENT.kvm_mmu_pagetable_walk), EVENT.kvm_mmu_paging_element),
    error,
  );
  const why = reason ? ` At level ${reason.level}, ${reason.bit}: ${reason.because}.` : '';
  return `The guest’s own tables do not allow this access, so the fault is the guest’s.${why}`;
}

function setBit(bit: 'accessed' | 'dirty') {
  return (source: Source): string => {
    const at = guestEntryAt(source.atlas, word(source, 0), word(source, 1));
    const table = at && source.atlas.table(at.table);
    const slot = at?.kind === 'entry' && table ? slotText(table, at.index) : address(source, 0);
    const letter = bit === 'accessed' ? 'A' : 'D';
    return `KVM sets ${letter} in the guest’s entry ${slot}: no hardware walks the guest’s tables, so KVM does what a processor would.`;
  };
}

function getPage(source: Source): string {
  const serial = source.names.table(word(source, 0));
  const role = word(source, 2);
  const gfn = hex(word(source, 1));
  const level = role & 0xf;
  const created = (word(source, 3) & (1 << 17)) !== 0;
  const stands =
    role & (1 << 7) ? `maps guest memory from frame ${gfn}` : `shadows the guest’s table in frame ${gfn}`;
  if (!created)
    return `KVM finds the shadow page ${serial} by guest frame and role: it ${stands} at level ${level} and is used again.`;
  return `KVM makes a new, empty shadow page ${serial} that ${stands}, at level ${level}.`;
}

/** The guest's entries that led to the fault that is dealt with; the last one as it is now, with D if KVM set it since. */
function guestPath(source: Source): PathEntry[] {
  const walk = before(source, EVENT.kvm_mmu_pagetable_walk);
  const path = pathSince(source, walk, EVENT.kvm_mmu_paging_element);
  const last = path.pop();
  if (!last) return path;
  const isDirtied = before(source, EVENT.kvm_mmu_set_dirty_bit) > walk;
  return [...path, isDirtied ? { ...last, flags: last.flags | PTE.dirty } : last];
}

/** Whether an spte was made for the access that faulted, and not ahead: it is the first one since KVM asked for it. */
const isAskedFor = (source: Source): boolean =>
  nearest(source, [EVENT.kvm_mmu_set_spte, EVENT.mark_mmio_spte]) <
  before(source, EVENT.kvm_mmu_spte_requested);

/** Who maps something ahead: an invlpg, or the prefetch after a fault. */
function aheadReason({ reader, index }: Source): string {
  const callers = openCalls(reader, index).map((call) => reader.text(reader.word(call, PAYLOAD)));
  return callers.some((name) => name.endsWith('_invlpg'))
    ? 'The guest has flushed the address, and KVM maps at once what its entry says now.'
    : 'Nobody has asked for it: it is mapped ahead, as a neighbour of the page that faulted.';
}

function setSpte(source: Source): string {
  const gfn = word(source, 0);
  const flags = word(source, 2);
  const at = entryAt(source.atlas, word(source, 5));
  const table = at && source.atlas.table(at.table);
  const slot = at?.kind === 'entry' && table ? slotText(table, at.index) : 'the entry';
  if (!(flags & PTE.present))
    return `KVM writes ${slot}: 0x${hexOfEntry(word(source, 1), flags)}, which is not present.`;
  const level = (word(source, 3) >>> 8) & 0xff;
  const target = table
    ? entryText(source.names, source.index, table, { frame: word(source, 1), flags, kind: 'leaf' }).address
    : source.names.frame(word(source, 1));
  const size = level > 1 ? ` as one level-${level} page` : '';
  const isAhead = !isAskedFor(source);
  const behind =
    isAhead && table && at.kind === 'entry' ? guestEntryBehind(source.atlas, table, at.index) : null;
  const path = isAhead ? (behind?.entry ? [{ level: 1, flags: behind.entry.flags }] : []) : guestPath(source);
  const rights = writeReason({ atlas: source.atlas, gfn, flags, table, path, isAhead });
  const next = isAhead
    ? aheadReason(source)
    : table && at.kind === 'entry' && prefetchReason(source.atlas, table, at.index);
  return `KVM maps guest frame ${hex(gfn)} to host frame ${target}${size} in ${slot}, ${rights}.${next ? ` ${next}` : ''}`;
}

/** Frames of the guest's tables that KVM's walk went through. */
function walkedTables(source: Source): number[] {
  const { reader, index } = source;
  const frames: number[] = [];
  for (let event = Math.max(0, before(source, EVENT.kvm_mmu_pagetable_walk)); event < index; event++) {
    if (reader.kind(event) === EVENT.kvm_mmu_paging_element)
      frames.push(frameWord(reader.word(event, PAYLOAD + 3), reader.word(event, PAYLOAD + 4)));
  }
  return frames;
}

function requested(source: Source): string {
  const [gfn, pfn, level] = [word(source, 0), word(source, 1), word(source, 2)];
  const fault = before(source, EVENT.kvm_page_fault);
  const isWalked = before(source, EVENT.kvm_mmu_pagetable_walk) > fault;
  const path = isWalked ? guestPath(source) : [];
  const leaf = path.at(-1);
  const isWritable =
    leaf !== undefined && (leaf.flags & PTE.dirty) !== 0 && path.every((entry) => entry.flags & PTE.write);
  const reason = pageSizeReason({
    atlas: source.atlas,
    gfn,
    level,
    guestLevel: isWalked ? (leaf?.level ?? level) : LARGEST_UNPAGED,
    tables: isWritable ? walkedTables(source) : [],
    isFetch: fault >= 0 && (source.reader.word(fault, PAYLOAD + 4) & PF.fetch) !== 0,
  });
  const what =
    pfn === NO_SLOT
      ? `No memory slot holds guest frame ${hex(gfn)}: KVM is about to note that at level ${level}.`
      : `KVM is about to map guest frame ${hex(gfn)} to host frame ${source.names.frame(pfn)} at level ${level}.`;
  return reason ? `${what} A larger page is not possible: ${reason}.` : what;
}

function fastPageFault(source: Source): string {
  const flags = word(source, 4);
  const [isSpurious, isFixed] = [word(source, 2) & (1 << 24), word(source, 2) & (1 << 25)];
  if (isFixed)
    return 'KVM gives W back to the entry without taking the lock: only logging of writes had taken it (MMU-writable is 1).';
  if (isSpurious)
    return 'The entry allows the access already: the fault is of the past, and nothing has to be done.';
  const reason =
    flags & PTE.present
      ? 'MMU-writable is 0, so W was taken for a reason that still holds'
      : 'there is no entry';
  return `KVM cannot mend the fault without the lock: ${reason}.`;
}

function markMmio(source: Source): string {
  const slot = slotAt(source, word(source, 4)) ?? 'the entry';
  return `No memory slot holds guest frame ${hex(word(source, 0))}. KVM stores in ${slot} an entry with a reserved bit set: the next access faults with RSVD, and KVM knows without a search that it must emulate it.`;
}

function checkMmio(source: Source): string {
  const [now, then] = [hex(word(source, 2)), hex(word(source, 3))];
  return word(source, 4)
    ? `The MMIO entry is of generation ${then}, and no memory slot has changed since: it still holds.`
    : `The MMIO entry is of generation ${then}, the memory slots are of ${now}: they have changed since, so the fault is looked at anew.`;
}

function link(source: Source): string {
  const slot = slotAt(source, word(source, 1)) ?? 'the entry';
  return `KVM links ${slot} to the shadow page ${source.names.table(word(source, 2))}: the hardware's walk can now go one level further.`;
}

function entry(source: Source): string {
  const again =
    before(source, EVENT.exit) >= 0
      ? 'enters the guest again and the instruction is repeated'
      : 'enters the guest';
  return `VM-entry: the processor ${again}.`;
}

function unsync(source: Source): string {
  const serial = source.names.table(word(source, 0));
  return `${serial} shadows the last-level table in guest frame ${hex(word(source, 1))} and may go out of sync: the guest may write that table freely until it flushes (invlpg, CR3), and ${serial} may then differ from it.`;
}

function injection(source: Source): string {
  const page = word(source, 0) === 14;
  const code = word(source, 1);
  const letters = code > 0 ? ` (${faultLetters(code & 0x1f)})` : '';
  const name = eventFields(source.reader, source.names, source.index)[0]?.value ?? '';
  return `KVM gives ${name} to the guest${page ? ` with error code ${hex(code)}${letters}` : ''}: it is the guest’s own to handle.`;
}

function outcome(source: Source): string {
  const text = outcomeText(source.reader, source.index);
  switch (word(source, 0)) {
    case OUTCOME.ok:
      return 'The step is done.';
    case OUTCOME.value:
      return `The step is done: the guest reads 0x${hexOfPair(word(source, 1), word(source, 2))}.`;
    case OUTCOME.exception:
      return `The step ends in an exception that the guest sees: ${text}.`;
    default:
      return `The step ends: ${text}.`;
  }
}

function step(source: Source): string {
  const text = source.reader.text(word(source, 1));
  const cpu = source.reader.cpu(source.index);
  const who = text.startsWith('host') ? 'the host does' : `cpu${cpu ?? 0} does`;
  return `Step ${word(source, 0)} begins: ${who} \`${text}\`.`;
}

function translated(source: Source): string {
  const frame = source.atlas.machine === 'bare' ? hex(word(source, 2)) : source.names.frame(word(source, 2));
  return `${address(source, 0)} is translated without the hypervisor: it lies in frame ${frame}.`;
}

function exit(source: Source): string {
  const reason = source.reader.text(word(source, 0));
  return reason === '#PF'
    ? `VM-exit (${reason}): the processor leaves the guest and hands ${address(source, 1)} to the hypervisor.`
    : `VM-exit (${reason}): the guest may not do this by itself under shadow paging; the hypervisor does it in its place.`;
}

const SENTENCES = new Map<number, (source: Source) => string>([
  [EVENT.step, step],
  [EVENT.outcome, outcome],
  [EVENT.access, access],
  [EVENT.reference, reference],
  [EVENT.translated, translated],
  [EVENT.fault, fault],
  [EVENT.exit, exit],
  [EVENT.entry, entry],
  [EVENT.link, link],
  [EVENT.kvm_page_fault, pageFault],
  [EVENT.kvm_mmu_paging_element, element],
  [EVENT.kvm_mmu_walker_error, walkerError],
  [EVENT.kvm_mmu_set_accessed_bit, setBit('accessed')],
  [EVENT.kvm_mmu_set_dirty_bit, setBit('dirty')],
  [EVENT.kvm_mmu_get_page, getPage],
  [EVENT.kvm_mmu_set_spte, setSpte],
  [EVENT.kvm_mmu_unsync_page, unsync],
  [EVENT.kvm_inj_exception, injection],
  [EVENT.kvm_mmu_spte_requested, requested],
  [EVENT.fast_page_fault, fastPageFault],
  [EVENT.mark_mmio_spte, markMmio],
  [EVENT.check_mmio_spte, checkMmio],
]);

/** The event table's sentence, with its fields filled in; entries by the names that people use. */
function plainSentence(source: Source): string {
  const { reader, names, index } = source;
  const values = new Map(eventFields(reader, names, index).map((field) => [field.name, field.value]));
  for (const field of reader.spec(index).fields) {
    if (field.type !== 'at') continue;
    const slot = slotAt(source, reader.word(index, PAYLOAD + field.word + 1));
    if (slot) values.set(field.name, slot);
  }
  return reader.spec(index).sentence.replace(/\{(\w+)\}/g, (_, name: string) => values.get(name) ?? name);
}

/** What event `index` means. `atlas` is the machine at that event. */
export function sentence(reader: LogReader, names: Names, index: number, atlas: Atlas): string {
  const source = { reader, names, index, atlas };
  return (SENTENCES.get(reader.kind(index)) ?? plainSentence)(source);
}
