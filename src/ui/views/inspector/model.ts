/** What the inspector says of an entry, a table or an event, as plain shapes. */
import { PF_BITS } from '#arch/fault.ts';
import { hexOfEntry, hexOfPair } from '#arch/word64.ts';
import type { AtlasEntry, AtlasTable } from '#hypervisor/atlas.ts';
import { EVENT, type FieldType, PAYLOAD } from '#machine/events.ts';
import { eventFields, outcomeText } from '#trace/print.ts';
import { FIELD_SPACE } from '#ui/design/space.ts';
import {
  type EntryText,
  entryTarget,
  entryText,
  findEntry,
  hex,
  indexText,
  slotText,
} from '#ui/entry-text.ts';
import { fieldPlace } from '#ui/field-place.ts';
import { eventNumber, type Moment, type Run } from '#ui/moment.ts';
import { type AddressPlace, type FramePlace, type Place, placeText } from '#ui/place.ts';
import type { Words } from '#ui/words/en.ts';
import { type BitRow, bitRows } from './bits.ts';
import { type Fact, fact, type ThingModel } from './facts.ts';
import { entryHistory } from './history.ts';
import { type PlaceList, placeLists } from './lists-model.ts';
import { addressModel, frameModel } from './memory-model.ts';
import { functionModel, registerModel } from './processor-model.ts';
import { toldBy } from './questions.ts';
import { entryPlace } from './stored.ts';

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

export interface EventModel {
  readonly name: string;
  readonly fields: readonly Fact[];
  /** The error code, where the event has one. */
  readonly error: {
    readonly code: number;
    readonly rows: readonly { name: string; isSet: boolean; meaning: string }[];
  } | null;
}

const EMPTY = { frame: 0, flags: 0, kind: 'not-present', target: null } as const;

/** Where an entry lies: the address of its first byte. */
function addressOf(table: AtlasTable, index: number): AddressPlace {
  const space = table.side === 'guest' ? 'gpa' : 'hpa';
  return {
    kind: 'address',
    space,
    hi: table.frame >>> 20,
    lo: (table.frame << 12) | (index * table.entryBytes),
  };
}

/** Where an entry lies, as the event list has it: in the guest's memory, or so far into a host frame. */
function addressFact(words: Words, { names }: Moment, table: AtlasTable, index: number): Fact {
  const address = addressOf(table, index);
  const { address: name } = words.things.facts;
  if (table.side === 'guest') return fact(name, `0x${hexOfPair(address.hi, address.lo)}`, 'gpa', address);
  return fact(name, `${names.frame(table.frame)}+${hex(address.lo & 0xfff)}`, 'hpa', address);
}

function targetFacts(
  words: Words,
  moment: Moment,
  table: AtlasTable,
  index: number,
  entry: Pick<AtlasEntry, 'frame' | 'flags' | 'kind' | 'target'>,
): Fact[] {
  const says = words.inspector.entry;
  const text = entryText(moment.names, moment.index, table, entry);
  const facts: Fact[] = [
    fact(says.liesIn, says.tableAt(table.name, table.level), 'none', { kind: 'table', table: table.id }),
    addressFact(words, moment, table, index),
  ];
  if (entry.kind === 'table' && entry.target)
    facts.push(
      fact(
        says.pointsTo,
        moment.atlas.table(entry.target)?.name ?? text.address,
        table.side === 'guest' ? 'gpa' : 'none',
        { kind: 'table', table: entry.target },
      ),
    );
  if (entry.kind === 'leaf')
    facts.push(
      fact(says.maps, text.address, table.side === 'guest' ? 'gpa' : 'hpa', entryTarget(table, entry)),
    );
  const gfn = table.side === 'hypervisor' ? moment.atlas.mappedFrame(entryPlace(table, index)) : null;
  if (gfn !== null) facts.push(fact(says.guestFrame, hex(gfn), 'gpa', guestFrame(gfn)));
  for (const other of moment.atlas.guestTables.filter((candidate) => candidate.frame === gfn))
    facts.push(fact(says.behind, says.guestTable(other.name), 'gpa', { kind: 'table', table: other.id }));
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
    subtitle: words.inspector.entry.subtitle(table.side === 'guest', table.level, entry.kind),
    text: entryText(moment.names, moment.index, table, entry),
    plain: `0x${hexOfEntry(entry.frame, entry.flags)}`,
    bits: bitRows(words, table, entry, changed),
    flags: entry.flags,
    changedFlags: changed,
    is64: table.entryBytes === 8,
    facts: targetFacts(words, moment, table, index, entry),
    lists: placeLists(words, moment, { kind: 'entry', table: table.id, index }),
    history: historyRows(moment, table, place),
  };
}

const rights = (bits: number): string =>
  (bits & 2 ? 'w' : '-') + (bits & 4 ? 'u' : '-') + (bits & 1 ? 'x' : '-');

function roleFacts({ role: words }: Words['inspector'], table: AtlasTable): Fact[] {
  const { role } = table;
  if (!role) return [];
  const facts = [
    fact(words.kind, role.direct ? words.direct : words.indirect),
    fact(words.access, words.rights(rights(role.access))),
    fact(words.word, hex(role.word)),
    fact(words.roots, `${table.rootCount}`),
    fact(words.unsync, table.unsync ? words.isUnsync : words.isSync),
    fact(words.unsyncBelow, table.level === 1 ? words.nothingBelow : `${table.unsyncChildren}`),
    fact(words.obsolete, table.obsolete ? words.isObsolete : words.isCurrent),
  ];
  if (!role.direct && table.level > 1) facts.push(fact(words.written, words.writes(table.writeFlooding)));
  if (role.fourByteEntries) facts.push(fact(words.quadrant, words.quadrantOf(role.quadrant)));
  return facts;
}

const guestFrame = (frame: number): FramePlace => ({ kind: 'frame', of: 'guest', frame });
const hostFrame = (frame: number): FramePlace => ({ kind: 'frame', of: 'host', frame });

/** A table: its role and its lists. */
function tableModel(words: Words, moment: Moment, table: AtlasTable): ThingModel {
  const { atlas, names } = moment;
  const says = words.inspector.table;
  const isGuest = table.side === 'guest';
  const facts: Fact[] = [
    fact(says.level, `${table.level}`),
    fact(says.entries, says.entryCount(table.entries.length, table.entryBytes)),
  ];
  if (isGuest) facts.push(fact(says.frame, hex(table.frame), 'gpa', guestFrame(table.frame)));
  else if (table.gfn !== null)
    facts.push(
      fact(table.role?.direct ? says.mapsFrom : says.standsFor, hex(table.gfn), 'gpa', guestFrame(table.gfn)),
    );
  if (!isGuest) facts.push(fact(says.frame, names.frame(table.frame), 'hpa', hostFrame(table.frame)));
  if (table.writable !== null)
    facts.push(fact(says.forGuest, table.writable ? says.writable : says.protected));
  facts.push(...roleFacts(words.inspector, table));
  for (const id of table.shadows)
    facts.push(
      fact(isGuest ? says.shadowedBy : says.shadows, atlas.table(id)?.name ?? id, isGuest ? 'none' : 'gpa', {
        kind: 'table',
        table: id,
      }),
    );
  const host = isGuest ? atlas.hostFrame(table.frame) : null;
  if (host !== null) facts.push(fact(says.liesIn, names.frame(host), 'hpa', hostFrame(host)));
  return {
    kind: 'thing',
    title: table.name,
    subtitle: isGuest ? says.guest : says.hypervisor,
    facts,
    lists: placeLists(words, moment, { kind: 'table', table: table.id }),
  };
}

/** A place at a moment; null where it is not there, and for an event, which is none. */
export function placeModel(words: Words, moment: Moment, place: Place): EntryModel | ThingModel | null {
  switch (place.kind) {
    case 'entry':
    case 'table': {
      const table = moment.atlas.table(place.table);
      if (!table) return null;
      return place.kind === 'table'
        ? tableModel(words, moment, table)
        : entryModel(words, moment, table, place.index);
    }
    case 'frame':
      return frameModel(words, moment, place);
    case 'address':
      return addressModel(words, moment, place);
    case 'register':
      return registerModel(words, moment, place);
    case 'function':
      return functionModel(words, moment, place.name);
    case 'event':
      return null;
  }
}

/** The payload word that holds an event's page-fault error code, by kind. */
const ERROR_WORD = new Map<number, number>([
  [EVENT.exit, 4],
  [EVENT.fault, 2],
  [EVENT.kvm_page_fault, 4],
  [EVENT.kvm_mmu_pagetable_walk, 2],
  [EVENT.kvm_mmu_walker_error, 0],
]);

/** Whether a field's value is one of the engine's own words, not a name or what somebody wrote. */
const isNote = ({ notes }: Words, type: FieldType, value: string): value is keyof Words['notes'] =>
  (type === 'text' || type === 'walker') && Object.hasOwn(notes, value);

/** An event's fields; of an outcome what it says as a whole, for most of its fields mean something for one kind of it only. */
function eventFacts(words: Words, run: Run, index: number): Fact[] {
  const { reader, names } = run;
  if (reader.kind(index) === EVENT.outcome)
    return [fact(words.inspector.outcome, outcomeText(reader, index))];
  return eventFields(reader, names, index).map(({ name, value, spec }) =>
    fact(
      name,
      isNote(words, spec.type, value) ? words.notes[value] : value,
      FIELD_SPACE[spec.type] ?? 'none',
      fieldPlace(run, index, spec),
    ),
  );
}

/** Whether an instruction left the guest: such an exit has no error code. */
const isInstructionExit = ({ reader }: Run, index: number): boolean =>
  reader.kind(index) === EVENT.exit && reader.text(reader.word(index, PAYLOAD)) !== '#PF';

/** An event: its fields, and its error code bit by bit. */
export function eventModel(words: Words, run: Run, index: number): EventModel {
  const { reader } = run;
  const fields = eventFacts(words, run, index);
  const word = ERROR_WORD.get(reader.kind(index));
  if (word === undefined || isInstructionExit(run, index))
    return { name: reader.spec(index).name, fields, error: null };
  const code = reader.word(index, PAYLOAD + word);
  const rows = PF_BITS.map(({ bit, name }) => {
    const isSet = (code & (1 << bit)) !== 0;
    const { set, clear } = words.errorBits.pf[name];
    return { name, isSet, meaning: isSet ? set : clear };
  });
  return { name: reader.spec(index).name, fields, error: { code, rows } };
}

/** Title for a place that is not there. */
export function missingTitle(place: Place): string {
  if (place.kind === 'table') return place.table.replace(/^g:/, '0x');
  if (place.kind === 'entry') return `${place.table.replace(/^g:/, '')}[${indexText(place.index)}]`;
  return place.kind === 'register' ? place.register : placeText(place);
}
