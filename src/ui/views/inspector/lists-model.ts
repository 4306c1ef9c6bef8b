/** The lists that lead from an entry or a table to others: reverse map, parents, hash bucket, what is out of sync below. */
import type { AtlasTable } from '#hypervisor/atlas.ts';
import { entryPlace } from '#ui/entry-place.ts';
import { entryText, findEntry, hex, rightsText, slotText } from '#ui/entry-text.ts';
import type { Moment } from '#ui/moment.ts';
import { type Place, samePlace, type TablePlace } from '#ui/place.ts';
import { entryAt } from '#ui/subject.ts';
import type { Words } from '#ui/words/en.ts';

export interface ListRow {
  readonly name: string;
  /** What is said of it in the list: an entry's value, a table's role. */
  readonly detail: string;
  /** Where it leads; null for what no listed table holds. */
  readonly place: Place | null;
  /** Whether it is the one that is shown. */
  readonly isHere: boolean;
}

export interface PlaceList {
  readonly title: string;
  readonly rows: readonly ListRow[];
  /** How many more there are. */
  readonly hidden: number;
  /** Why it is as it is. */
  readonly note?: string;
}

/** Rows of a list that are shown. */
const MOST_ROWS = 100;

export const list = (title: string, rows: readonly ListRow[]): PlaceList => ({
  title,
  rows: rows.slice(0, MOST_ROWS),
  hidden: Math.max(0, rows.length - MOST_ROWS),
});

/** A row for the entry whose first word is at `word`. */
function entryRow(moment: Moment, word: number, here: Place): ListRow {
  const place = entryAt(moment.atlas, word);
  return (
    (place && placeRow(moment, place, here)) ?? { name: hex(word), detail: '', place: null, isHere: false }
  );
}

/** A row for an entry, empty or not; null where there is no such table. */
export function placeRow(moment: Moment, place: TablePlace, here: Place): ListRow | null {
  const table = moment.atlas.table(place.table);
  if (place.kind !== 'entry' || !table) return null;
  const entry = findEntry(table, place.index);
  const text = entry && entryText(moment.names, moment.index, table, entry);
  return {
    name: slotText(table, place.index),
    detail: entry && text ? `${text.address} ${text.flags}  ${rightsText(entry.flags, table.format)}` : '0',
    place,
    isHere: samePlace(place, here),
  };
}

function tableRow(words: Words, table: AtlasTable, here: Place): ListRow {
  const place: Place = { kind: 'table', table: table.id };
  const gfn = table.gfn === null ? '' : `${words.tables.standsFor} ${hex(table.gfn)}`;
  const marks = [
    table.role?.direct ? words.tables.direct : words.tables.indirect,
    ...(table.role?.fourByteEntries ? [`q${table.role.quadrant}`] : []),
    ...(table.unsync ? [words.tables.unsync] : []),
    ...(table.obsolete ? [words.tables.obsolete] : []),
  ];
  return {
    name: table.name,
    detail: `L${table.level} ${gfn} ${marks.join(' ')}`,
    place,
    isHere: samePlace(place, here),
  };
}

/** Every leaf that maps a guest frame: its reverse map, in KVM's order, or what takes its place where there is none. */
export function mappingList(words: Words, moment: Moment, gfn: number, here: Place): PlaceList {
  const { lists } = words.inspector;
  const { nested, rmap } = moment.atlas;
  const rows = (places: readonly number[]): ListRow[] => places.map((word) => entryRow(moment, word, here));
  return nested?.mmu === 'tdp'
    ? { ...list(lists.inTrees(hex(gfn)), rows(nested.leaves(gfn))), note: lists.noRmap }
    : list(lists.rmap(hex(gfn)), rows(rmap(gfn)));
}

const parentList = (words: Words, moment: Moment, table: AtlasTable, here: Place): PlaceList =>
  list(
    words.inspector.lists.parents(table.name),
    table.parents.map((word) => entryRow(moment, word, here)),
  );

const tablesIn = ({ atlas }: Moment, ids: readonly string[]): AtlasTable[] =>
  ids.flatMap((id) => atlas.table(id) ?? []);

function unsyncBelow(moment: Moment, table: AtlasTable): AtlasTable[] {
  const targets = [...new Set(table.entries.flatMap(({ target }) => target ?? []))];
  return tablesIn(moment, targets).filter((child) => child.unsync || child.unsyncChildren > 0);
}

/** The guest frame that an entry maps or is about; null for one that leads to a table. */
function frameBehind({ atlas }: Moment, table: AtlasTable, index: number): number | null {
  if (table.side === 'hypervisor') return atlas.mappedFrame(entryPlace(table, index));
  const entry = findEntry(table, index);
  return entry?.kind === 'leaf' ? entry.frame : null;
}

function entryLists(
  words: Words,
  moment: Moment,
  table: AtlasTable,
  place: Extract<Place, { kind: 'entry' }>,
): PlaceList[] {
  const gfn = frameBehind(moment, table, place.index);
  if (gfn !== null) return [mappingList(words, moment, gfn, place)];
  const target = findEntry(table, place.index)?.target ?? null;
  const child = target === null ? null : moment.atlas.table(target);
  return child?.side === 'hypervisor' ? [parentList(words, moment, child, place)] : [];
}

function tableLists(words: Words, moment: Moment, table: AtlasTable, here: Place): PlaceList[] {
  if (table.side === 'guest') return [mappingList(words, moment, table.frame, here)];
  const lists = [parentList(words, moment, table, here)];
  if (table.unsyncChildren > 0) {
    const below = unsyncBelow(moment, table).map((child) => tableRow(words, child, here));
    lists.push(list(words.inspector.lists.unsyncBelow, below));
  }
  const bucket = tablesIn(moment, moment.atlas.bucket(table.id)).map((other) => tableRow(words, other, here));
  if (bucket.length > 0) lists.push(list(words.inspector.lists.bucket, bucket));
  if (table.gfn !== null && table.role && !table.role.direct)
    lists.push(mappingList(words, moment, table.gfn, here));
  return lists;
}

/** The lists that a place is in or leads to; none on a machine without a hypervisor. */
export function placeLists(words: Words, moment: Moment, place: TablePlace): PlaceList[] {
  const table = moment.atlas.table(place.table);
  if (!table || moment.atlas.machine === 'bare') return [];
  return place.kind === 'entry'
    ? entryLists(words, moment, table, place)
    : tableLists(words, moment, table, place);
}
