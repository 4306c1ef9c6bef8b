/** What the inspector says of an entry: its bits, where it leads, who wrote it. */
import { hexOfEntry, hexOfPair } from '#arch/word64.ts';
import type { AtlasEntry, AtlasTable } from '#hypervisor/atlas.ts';
import { hypervisorEntryKind } from '#hypervisor/entry-bits.ts';
import { entryOwner } from '#ui/entry-owner.ts';
import { entryPlace } from '#ui/entry-place.ts';
import { type EntryText, entryTarget, entryText, findEntry, hex, slotText } from '#ui/entry-text.ts';
import { leafNote } from '#ui/leaf-note.ts';
import { eventNumber, type Moment } from '#ui/moment.ts';
import type { AddressPlace } from '#ui/place.ts';
import type { Words } from '#ui/words/en.ts';
import { type BitRow, bitRows } from './bits.ts';
import { type Fact, fact, guestFrame } from './facts.ts';
import { entryHistory } from './history.ts';
import { type PlaceList, placeLists } from './lists-model.ts';
import { toldBy } from './questions.ts';

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

const EMPTY = { frame: 0, flags: 0, kind: 'not-present', target: null } as const;

type EntryValue = Pick<AtlasEntry, 'frame' | 'flags' | 'kind' | 'target' | 'mmioGfn'>;

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

/** Where an entry lies, as the event list has it: an address of the guest's, or so far into a table. */
function addressFact(words: Words, table: AtlasTable, index: number): Fact {
  const address = addressOf(table, index);
  const { address: name } = words.things.facts;
  if (table.side === 'guest') return fact(name, `0x${hexOfPair(address.hi, address.lo)}`, 'gpa', address);
  return fact(name, `${table.role ? table.name : 'root'}+${hex(address.lo & 0xfff)}`, 'hpa', address);
}

function targetFacts(
  words: Words,
  moment: Moment,
  table: AtlasTable,
  index: number,
  entry: EntryValue,
): Fact[] {
  const says = words.inspector.entry;
  const text = entryText(moment.names, moment.index, table, entry);
  const facts: Fact[] = [
    fact(says.liesIn, says.tableAt(table.name, table.level), 'none', { kind: 'table', table: table.id }),
    addressFact(words, table, index),
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

/** What an entry that maps nothing, or not all, says: why, and until when. */
function stateFacts(
  words: Words,
  { atlas }: Moment,
  table: AtlasTable,
  entry: EntryValue,
  place: number,
): Fact[] {
  const says = words.inspector.entry;
  const facts: Fact[] = [];
  const mmio = table.side === 'hypervisor' ? atlas.mmio(place) : null;
  if (mmio) {
    const { gfn, generation, slotsGeneration } = mmio;
    facts.push(fact(says.noMemoryAt, hex(gfn), 'gpa', guestFrame(gfn)));
    facts.push(fact(says.generation, says.generations(hex(generation), hex(slotsGeneration))));
  }
  const rule = table.side === 'hypervisor' ? (atlas.nested?.brokenRule(place) ?? null) : null;
  if (rule) facts.push(fact(says.misconfigured, words.inspector.eptRules[rule]));
  if (entry.kind === 'removed') facts.push(fact(says.state, words.inspector.removed));
  const note = leafNote(atlas, table, { ...entry, place });
  if (note) facts.push(fact(says.state, words.inspector.leafNotes[note]));
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
    const kind = hypervisorEntryKind(table.format, table.level, flags);
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
export function entryModel(words: Words, moment: Moment, table: AtlasTable, index: number): EntryModel {
  const found = findEntry(table, index);
  const entry = found ?? EMPTY;
  const place = entryPlace(table, index);
  const changed = table.entryBytes === 8 ? changedFlags(moment, place) : 0;
  return {
    kind: 'entry',
    title: slotText(table, index),
    subtitle: words.inspector.entry.subtitle(entryOwner(table), table.level, entry.kind),
    text: entryText(moment.names, moment.index, table, entry),
    plain: `0x${hexOfEntry(entry.frame, entry.flags)}`,
    bits: bitRows(words, table, entry, changed),
    flags: entry.flags,
    changedFlags: changed,
    is64: table.entryBytes === 8,
    facts: [
      ...targetFacts(words, moment, table, index, entry),
      ...stateFacts(words, moment, table, entry, place),
    ],
    lists: placeLists(words, moment, { kind: 'entry', table: table.id, index }),
    history: historyRows(moment, table, place),
  };
}
