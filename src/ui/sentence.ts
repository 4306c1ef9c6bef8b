/**
 * What an event means, in one sentence for people, with the bit or the condition that decided where the log tells it.
 * Kinds without a sentence of their own use the event table's. Pure: the same log, event and atlas give the same words.
 */
import { PTE } from '#arch/entry.ts';
import { faultLetters, PF } from '#arch/fault.ts';
import { hexOfEntry, hexOfPair } from '#arch/word64.ts';
import type { Atlas, AtlasTable } from '#hypervisor/atlas.ts';
import { EVENT, OUTCOME, PAYLOAD } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import type { Names } from '#trace/names.ts';
import { eventFields, outcomeText } from '#trace/print.ts';
import { entryText, hex, indexText, slotText } from './entry-text.ts';
import { faultReason, type PathEntry } from './fault-reason.ts';
import { entryAt, guestEntryAt } from './subject.ts';

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
  return `The fault on ${address(source, 1)} (error code ${letters}) leaves the guest and reaches KVM, which must find out whose it is: its own, or the guest’s.`;
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

/** Tables that shadow a guest frame. */
const shadowsOf = (atlas: Atlas, gfn: number): AtlasTable[] =>
  atlas.hypervisorTables.filter((table) => table.gfn === gfn && table.role !== null && !table.role.direct);

/** Why an spte is not writable although it could be asked for. */
function readOnlyReason(source: Source, gfn: number): string {
  const path = pathSince(source, before(source, EVENT.kvm_mmu_pagetable_walk), EVENT.kvm_mmu_paging_element);
  const upper = path.find((entry) => !(entry.flags & PTE.write));
  const leaf = path.at(-1);
  if (upper) return `read-only, as the guest’s level-${upper.level} entry is (W = 0)`;
  const [shadow] = shadowsOf(source.atlas, gfn);
  if (shadow)
    return `read-only, because guest frame ${hex(gfn)} holds a page table that ${shadow.name} shadows: KVM must see writes to it`;
  const slot = source.atlas.slots.find(
    (candidate) => gfn >= candidate.baseGfn && gfn < candidate.baseGfn + candidate.pages,
  );
  if (slot?.readOnly) return `read-only, as memory slot ${slot.id} is`;
  if (leaf && !(leaf.flags & PTE.dirty))
    return 'read-only although the guest allows writing: the guest’s D = 0, and KVM must see the first write to set it';
  if (slot?.dirtyLog) return `read-only, because slot ${slot.id} logs which pages are written`;
  return 'read-only';
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
  const rights = flags & PTE.write ? 'writable' : readOnlyReason(source, gfn);
  return `KVM maps guest frame ${hex(gfn)} to host frame ${target}${size} in ${slot}, ${rights}.`;
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
  return `VM-exit (${source.reader.text(word(source, 0))}): the processor leaves the guest and hands ${address(source, 1)} to the hypervisor.`;
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
