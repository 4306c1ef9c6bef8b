/** What the inspector says of an entry, a table or an event, as plain shapes. */
import { PF_BITS } from '#arch/fault.ts';
import { hexOfEntry } from '#arch/word64.ts';
import type { AtlasEntry, AtlasTable } from '#hypervisor/atlas.ts';
import { EVENT, PAYLOAD } from '#machine/events.ts';
import { eventFields, outcomeText } from '#trace/print.ts';
import { FIELD_SPACE, type Space } from '#ui/design/space.ts';
import { type EntryText, entryText, findEntry, hex, indexText, slotText } from '#ui/entry-text.ts';
import { eventNumber, type Moment } from '#ui/moment.ts';
import type { Place } from '#ui/place.ts';
import type { Words } from '#ui/words/en.ts';
import { type BitRow, bitRows } from './bits.ts';
import { entryHistory } from './history.ts';
import { type PlaceList, placeLists } from './lists-model.ts';
import { entryPlace, toldBy } from './questions.ts';

export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly space: Space | 'none';
  /** Where it leads. */
  readonly place: Place | null;
}

export interface HistoryRow {
  readonly event: number;
  readonly number: number;
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

export interface EntryModel {
  readonly kind: 'entry';
  readonly title: string;
  readonly subtitle: string;
  readonly text: EntryText;
  readonly plain: string;
  readonly bits: readonly BitRow[];
  /** Bits 63..52 and 11..0, set or not, for the strip. */
  readonly flags: number;
  readonly changedFlags: number;
  readonly is64: boolean;
  readonly facts: readonly Fact[];
  readonly lists: readonly PlaceList[];
  readonly history: readonly HistoryRow[];
}

export interface TableModel {
  readonly kind: 'table';
  readonly title: string;
  readonly subtitle: string;
  readonly facts: readonly Fact[];
  readonly lists: readonly PlaceList[];
}

export interface EventModel {
  readonly name: string;
  readonly fields: readonly Fact[];
  /** The error code, where the event has one. */
  readonly error: {
    readonly code: number;
    readonly rows: readonly { name: string; isSet: boolean; meaning: string }[];
  } | null;
}

const fact = (
  name: string,
  value: string,
  space: Fact['space'] = 'none',
  place: Place | null = null,
): Fact => ({ name, value, space, place });

const EMPTY = { frame: 0, flags: 0, kind: 'not-present', target: null } as const;

function entryKind(table: AtlasTable, entry: Pick<AtlasEntry, 'kind'>): string {
  const whose = table.side === 'guest' ? 'the guest’s entry' : 'spte';
  const what = { table: 'points to a table', leaf: 'leaf', mmio: 'MMIO', 'not-present': 'not present' }[
    entry.kind
  ];
  return `${whose}, level ${table.level}, ${what}`;
}

function targetFacts(
  moment: Moment,
  table: AtlasTable,
  entry: Pick<AtlasEntry, 'frame' | 'flags' | 'kind' | 'target'>,
  place: number,
): Fact[] {
  const text = entryText(moment.names, moment.index, table, entry);
  const facts: Fact[] = [
    fact('lies in', `${table.name}, level ${table.level}`, 'none', { kind: 'table', table: table.id }),
  ];
  if (entry.kind === 'table' && entry.target)
    facts.push(
      fact(
        'points to',
        moment.atlas.table(entry.target)?.name ?? text.address,
        table.side === 'guest' ? 'gpa' : 'none',
        { kind: 'table', table: entry.target },
      ),
    );
  if (entry.kind === 'leaf') facts.push(fact('maps', text.address, table.side === 'guest' ? 'gpa' : 'hpa'));
  const gfn = table.side === 'hypervisor' ? moment.atlas.mappedFrame(place) : null;
  if (gfn !== null) facts.push(fact('guest frame', hex(gfn), 'gpa'));
  for (const other of moment.atlas.guestTables.filter((candidate) => candidate.frame === gfn))
    facts.push(
      fact('behind it', `the guest’s table ${other.name}`, 'gpa', { kind: 'table', table: other.id }),
    );
  return facts;
}

/** The flags bits that the moment's event changed in the entry at `place`. */
function changedFlags(moment: Moment, place: number): number {
  if (place === 0 || !moment.changed.has(place + 1)) return 0;
  const changes = moment.changes.filter((change) => change.place === place + 1);
  return (changes[0]?.old ?? 0) ^ (changes.at(-1)?.value ?? 0);
}

/** The longest history that is listed. */
const MOST_HISTORY = 40;

function historyRows(moment: Moment, table: AtlasTable, place: number): HistoryRow[] {
  if (place === 0) return [];
  const text = (frame: number, flags: number, event: number): string => {
    if (frame === 0 && flags === 0) return '0';
    if (table.side === 'guest') return `0x${hexOfEntry(frame, flags)}`;
    const kind = moment.names.tableInFrame(frame, event) === null ? 'leaf' : 'table';
    const { address, flags: bits } = entryText(moment.names, event, table, { frame, flags, kind });
    return `${address} ${bits}`;
  };
  return entryHistory(moment.reader, place)
    .slice(-MOST_HISTORY)
    .map((item) => {
      const event = toldBy(moment.run, item.event);
      return {
        event,
        number: eventNumber(moment.run, event),
        name: moment.reader.spec(event).name,
        from: text(item.oldFrame, item.oldFlags, item.event),
        to: text(item.frame, item.flags, item.event),
      };
    });
}

/** An entry, bit by bit. */
function entryModel(words: Words, moment: Moment, table: AtlasTable, index: number): EntryModel {
  const found = findEntry(table, index);
  const entry = found ?? EMPTY;
  const place = entryPlace(table, index);
  const changed = table.entryBytes === 8 ? changedFlags(moment, place) : 0;
  return {
    kind: 'entry',
    title: slotText(table, index),
    subtitle: entryKind(table, entry),
    text: entryText(moment.names, moment.index, table, entry),
    plain: `0x${hexOfEntry(entry.frame, entry.flags)}`,
    bits: bitRows(table, entry, changed),
    flags: entry.flags,
    changedFlags: changed,
    is64: table.entryBytes === 8,
    facts: targetFacts(moment, table, entry, place),
    lists: placeLists(words, moment, { kind: 'entry', table: table.id, index }),
    history: historyRows(moment, table, place),
  };
}

const rights = (bits: number): string =>
  (bits & 2 ? 'w' : '-') + (bits & 4 ? 'u' : '-') + (bits & 1 ? 'x' : '-');

function roleFacts(table: AtlasTable): Fact[] {
  const { role } = table;
  if (!role) return [];
  const facts = [
    fact('kind', role.direct ? 'direct: no guest table behind it' : 'indirect: shadows a guest table'),
    fact('access', `${rights(role.access)}: rights that the path above allows`),
    fact('role', hex(role.word)),
    fact('roots', `${table.rootCount}`),
    fact('unsync', table.unsync ? 'yes: may differ from the guest’s table' : 'no: kept in step'),
    fact('unsync below', table.level === 1 ? 'none: nothing is below' : `${table.unsyncChildren}`),
    fact('obsolete', table.obsolete ? 'yes: of an older generation, to be freed' : 'no'),
  ];
  if (!role.direct && table.level > 1)
    facts.push(fact('written', `${table.writeFlooding} times unused; the third write ends it`));
  if (role.fourByteEntries)
    facts.push(fact('quadrant', `${role.quadrant}: part of a table of 4-byte entries`));
  return facts;
}

/** A table: its role and its lists. */
function tableModel(words: Words, moment: Moment, table: AtlasTable): TableModel {
  const { atlas, names } = moment;
  const isGuest = table.side === 'guest';
  const facts: Fact[] = [
    fact('level', `${table.level}`),
    fact('entries', `${table.entries.length} that are not zero, ${table.entryBytes} bytes each`),
  ];
  if (isGuest) facts.push(fact('frame', hex(table.frame), 'gpa'));
  else if (table.gfn !== null)
    facts.push(fact(table.role?.direct ? 'maps from' : 'stands for', hex(table.gfn), 'gpa'));
  if (table.writable !== null)
    facts.push(fact('for the guest', table.writable ? 'writable' : 'write-protected: a write to it faults'));
  facts.push(...roleFacts(table));
  for (const id of table.shadows)
    facts.push(
      fact(isGuest ? 'shadowed by' : 'shadows', atlas.table(id)?.name ?? id, isGuest ? 'none' : 'gpa', {
        kind: 'table',
        table: id,
      }),
    );
  const host = isGuest ? atlas.hostFrame(table.frame) : null;
  if (host !== null) facts.push(fact('lies in', names.frame(host), 'hpa'));
  return {
    kind: 'table',
    title: table.name,
    subtitle: isGuest ? 'the guest’s table' : 'the hypervisor’s table',
    facts,
    lists: placeLists(words, moment, { kind: 'table', table: table.id }),
  };
}

/** A place at a moment; null where it is not in the tables. */
export function placeModel(words: Words, moment: Moment, place: Place): EntryModel | TableModel | null {
  const table = moment.atlas.table(place.table);
  if (!table) return null;
  return place.kind === 'table'
    ? tableModel(words, moment, table)
    : entryModel(words, moment, table, place.index);
}

/** The payload word that holds an event's page-fault error code, by kind. */
const ERROR_WORD = new Map<number, number>([
  [EVENT.exit, 4],
  [EVENT.fault, 2],
  [EVENT.kvm_page_fault, 4],
  [EVENT.kvm_mmu_pagetable_walk, 2],
  [EVENT.kvm_mmu_walker_error, 0],
]);

/** An event's fields; of an outcome what it says as a whole, for most of its fields mean something for one kind of it only. */
function eventFacts({ reader, names, index }: Moment): Fact[] {
  if (reader.kind(index) === EVENT.outcome) return [fact('outcome', outcomeText(reader, index))];
  return eventFields(reader, names, index).map(({ name, value, type }) =>
    fact(name, value, FIELD_SPACE[type] ?? 'none'),
  );
}

/** Whether an instruction left the guest: such an exit has no error code. */
const isInstructionExit = ({ reader, index }: Moment): boolean =>
  reader.kind(index) === EVENT.exit && reader.text(reader.word(index, PAYLOAD)) !== '#PF';

/** The event at the cursor: its fields, and its error code bit by bit. */
export function eventModel(moment: Moment): EventModel {
  const { reader, index } = moment;
  const fields = eventFacts(moment);
  const word = ERROR_WORD.get(reader.kind(index));
  if (word === undefined || isInstructionExit(moment))
    return { name: reader.spec(index).name, fields, error: null };
  const code = reader.word(index, PAYLOAD + word);
  const rows = PF_BITS.map(({ bit, name, set, clear }) => ({
    name,
    isSet: (code & (1 << bit)) !== 0,
    meaning: code & (1 << bit) ? set : clear,
  }));
  return { name: reader.spec(index).name, fields, error: { code, rows } };
}

/** Title for a place that is not there. */
export const missingTitle = (place: Place): string =>
  place.kind === 'table'
    ? place.table.replace(/^g:/, '0x')
    : `${place.table.replace(/^g:/, '')}[${indexText(place.index)}]`;
