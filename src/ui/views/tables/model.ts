/**
 * The tables of a moment as cards in two columns: the guest's at the left, the hypervisor's at the right, each a tree whose
 * children are indented below their parent. Links between them are given for one place only.
 * Lengths in CSS pixels. It knows nothing of scrolling: the view shows the cards that are in sight.
 */
import type { Atlas, AtlasEntry, AtlasTable } from '#hypervisor/atlas.ts';
import { EVENT, PAYLOAD } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import { type EntryText, entryTarget, entryText, rightsText } from '#ui/entry-text.ts';
import { leavesOf } from '#ui/mappings.ts';
import { isChanged, type Moment } from '#ui/moment.ts';
import { type Place, placeText, type TablePlace } from '#ui/place.ts';
import { entryAt } from '#ui/subject.ts';

export const HEADER_HEIGHT = 24;
export const ROW_HEIGHT = 18;
const GAP = 8;
const INDENT = 12;
const GUTTER = 56;
/** Width of the guest's column while the guest has no tables. */
const EMPTY_WIDTH = 150;
/** Entries that a card shows before it is unfolded, and how many where it has more. */
const MOST_ROWS = 12;
const FOLDED_ROWS = 10;
/** Below this width the columns stand one above the other. */
const NARROW = 520;
/** How far down a shadow page is moved to stand beside the table that it shadows. */
const MOST_ALIGNMENT = 160;

export interface EntryRow {
  readonly index: number;
  readonly place: number;
  readonly text: EntryText;
  readonly rights: string;
  readonly changed: boolean;
  /** What it leads to. */
  readonly target: Place | null;
}

export interface Card {
  readonly table: AtlasTable;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly rows: readonly EntryRow[];
  /** Entries that are folded away. */
  readonly hidden: number;
  readonly isNew: boolean;
  /** Two-dimensional paging: the nested leaves by which the processor comes to a guest's table. */
  readonly reachedBy: readonly TablePlace[];
}

export interface Link {
  readonly kind: 'shadows' | 'maps' | 'translates';
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
}

export interface TablesModel {
  readonly cards: readonly Card[];
  readonly links: readonly Link[];
  readonly height: number;
  readonly isStacked: boolean;
  /** Left edge, width and top of the hypervisor's column. */
  readonly right: { readonly x: number; readonly y: number; readonly width: number };
}

interface Node {
  readonly table: AtlasTable;
  readonly depth: number;
}

/** Tables depth first from the roots; what no root leads to comes last. */
export function treeOrder(tables: readonly AtlasTable[]): Node[] {
  const byId = new Map(tables.map((table) => [table.id, table]));
  const nodes: Node[] = [];
  const seen = new Set<string>();
  const pointedAt = new Set(tables.flatMap((table) => table.entries.map((entry) => entry.target)));
  const visit = (start: AtlasTable): void => {
    const stack: Node[] = [{ table: start, depth: 0 }];
    for (let node = stack.pop(); node; node = stack.pop()) {
      const { table, depth } = node;
      if (seen.has(table.id)) continue;
      seen.add(table.id);
      nodes.push(node);
      for (const entry of [...table.entries].reverse()) {
        const child = entry.target === null ? undefined : byId.get(entry.target);
        if (child && !seen.has(child.id)) stack.push({ table: child, depth: depth + 1 });
      }
    }
  };
  for (const table of tables) if (table.rootOf.length > 0 || table.rootCount > 0) visit(table);
  for (const table of tables) if (!pointedAt.has(table.id)) visit(table);
  for (const table of tables) visit(table);
  return nodes;
}

/** Serial numbers of the shadow pages that the present step has made so far. */
function newTables(reader: LogReader, index: number): Set<string> {
  const made = new Set<string>();
  const start = Math.max(0, reader.stepStart(Math.max(0, reader.stepOf(index))));
  for (let event = start; event <= index; event++) {
    if (reader.kind(event) === EVENT.kvm_mmu_get_page && reader.word(event, PAYLOAD + 3) & (1 << 17))
      made.add(`t${reader.word(event, PAYLOAD)}`);
  }
  return made;
}

/** The entries that a card shows: all, or the first ones and those that matter now. */
function shownEntries(
  moment: Moment,
  table: AtlasTable,
  isOpen: boolean,
  { focus, linked }: TablesOptions,
): readonly AtlasEntry[] {
  if (isOpen || table.entries.length <= MOST_ROWS) return table.entries;
  const isLinked = ({ index }: AtlasEntry): boolean =>
    linked.has(placeText({ kind: 'entry', table: table.id, index }));
  const focused = focus?.kind === 'entry' && focus.table === table.id ? focus.index : -1;
  return table.entries.filter(
    (entry, i) =>
      i < FOLDED_ROWS || entry.index === focused || isChanged(moment, entry.place) || isLinked(entry),
  );
}

export interface TablesOptions {
  readonly width: number;
  /** Ids of the tables that are unfolded. */
  readonly open: ReadonlySet<string>;
  /** What is selected, or what the event is about. */
  readonly focus: TablePlace | null;
  /** Entries that lead to what is selected, as `placeText`: a fold does not hide them. */
  readonly linked: ReadonlySet<string>;
}

interface Column {
  readonly x: number;
  readonly width: number;
}

const reachingLeaves = (atlas: Atlas, { side, frame }: AtlasTable): TablePlace[] =>
  side === 'guest' && atlas.nested
    ? atlas.nested.leaves(frame).flatMap((place) => entryAt(atlas, place) ?? [])
    : [];

function card(
  moment: Moment,
  { table, depth }: Node,
  y: number,
  column: Column,
  options: TablesOptions,
): Omit<Card, 'isNew'> {
  const shown = shownEntries(moment, table, options.open.has(table.id), options);
  const rows = shown.map((entry) => ({
    index: entry.index,
    place: entry.place,
    text: entryText(moment.names, moment.index, table, entry),
    rights: rightsText(entry.flags, table.format),
    changed: isChanged(moment, entry.place),
    target: entryTarget(table, entry),
  }));
  const indent = Math.min(depth, 5) * INDENT;
  const hidden = table.entries.length - shown.length;
  const folding = table.entries.length > MOST_ROWS ? 1 : 0;
  const height = HEADER_HEIGHT + (Math.max(rows.length, 1) + folding) * ROW_HEIGHT + 3;
  const reachedBy = reachingLeaves(moment.atlas, table);
  return { table, x: column.x + indent, y, width: column.width - indent, height, rows, hidden, reachedBy };
}

/** Where a place is in the drawing: the side of its row or of its card's head that faces the other column. */
function anchor(
  cards: readonly Card[],
  tableId: string,
  index: number | null,
): { x: number; y: number; card: Card } | null {
  const found = cards.find((candidate) => candidate.table.id === tableId);
  if (!found) return null;
  const row = index === null ? -1 : found.rows.findIndex((candidate) => candidate.index === index);
  const y = found.y + (row < 0 ? HEADER_HEIGHT / 2 : HEADER_HEIGHT + row * ROW_HEIGHT + ROW_HEIGHT / 2);
  return { x: found.table.side === 'guest' ? found.x + found.width : found.x, y, card: found };
}

/** Guest tables whose frame the hypervisor's entry at `place` maps. */
const mappedTables = (atlas: Atlas, place: number): AtlasTable[] =>
  atlas.guestTables.filter((table) => leavesOf(atlas, table.frame).includes(place));

type Pair = { kind: Link['kind']; from: [string, number | null]; to: [string, number | null] };

/** The nested leaves that translate the guest-physical address in a guest's entry. */
function translating(atlas: Atlas, table: AtlasTable, { index, kind, frame }: AtlasEntry): Pair[] {
  if (!atlas.nested || kind === 'not-present') return [];
  return atlas.nested.leaves(frame).flatMap((place): Pair[] => {
    const at = atlas.locate(place);
    return at ? [{ kind: 'translates', from: [table.id, index], to: [at.table.id, at.index] }] : [];
  });
}

function pairs(atlas: Atlas, focus: TablePlace): Pair[] {
  const table = atlas.table(focus.table);
  if (!table) return [];
  const list: Pair[] = table.shadows.map((other) => ({
    kind: 'shadows',
    from: [table.id, null],
    to: [other, null],
  }));
  if (focus.kind === 'entry') {
    const entry = table.entries.find((candidate) => candidate.index === focus.index);
    if (!entry) return list;
    if (table.side === 'guest') return [...list, ...translating(atlas, table, entry)];
    for (const mapped of mappedTables(atlas, entry.place))
      list.push({ kind: 'maps', from: [table.id, entry.index], to: [mapped.id, null] });
    return list;
  }
  if (table.side === 'guest') {
    for (const place of leavesOf(atlas, table.frame)) {
      const at = atlas.locate(place);
      if (at) list.push({ kind: 'maps', from: [at.table.id, at.index], to: [table.id, null] });
    }
  }
  return list;
}

function links(atlas: Atlas, cards: readonly Card[], focus: TablePlace | null): Link[] {
  if (!focus) return [];
  const list: Link[] = [];
  for (const { kind, from, to } of pairs(atlas, focus)) {
    const a = anchor(cards, ...from);
    const b = anchor(cards, ...to);
    if (a && b) list.push({ kind, from: { x: a.x, y: a.y }, to: { x: b.x, y: b.y } });
  }
  return list;
}

function columnCards(
  moment: Moment,
  tables: readonly AtlasTable[],
  column: Column,
  top: number,
  options: TablesOptions,
  beside: ReadonlyMap<string, number>,
): Card[] {
  const fresh = newTables(moment.reader, moment.index);
  let y = top;
  return treeOrder(tables).map((node) => {
    const partner = Math.max(-1, ...node.table.shadows.map((id) => beside.get(id) ?? -1));
    if (partner > y && partner - y < MOST_ALIGNMENT) y = partner;
    const placed = { ...card(moment, node, y, column, options), isNew: fresh.has(node.table.id) };
    y += placed.height + GAP;
    return placed;
  });
}

/** The cards and links of a moment. */
export function tablesModel(moment: Moment, options: TablesOptions): TablesModel {
  const { atlas } = moment;
  const isAlone = atlas.hypervisorTables.length === 0;
  const isStacked = !isAlone && options.width < NARROW;
  const gutter = Math.min(GUTTER, options.width / 10);
  const width = isStacked || isAlone ? Math.min(options.width, 460) : (options.width - gutter) / 2;
  const leftWidth = isStacked || atlas.guestTables.length > 0 ? width : EMPTY_WIDTH;
  const left = columnCards(moment, atlas.guestTables, { x: 0, width: leftWidth }, 0, options, new Map());
  const bottom = left.reduce((most, { y, height }) => Math.max(most, y + height + GAP), 0);
  const right = { x: isStacked ? 0 : leftWidth + gutter, y: isStacked ? bottom + 32 : 0, width };
  const beside = isStacked
    ? new Map<string, number>()
    : new Map(left.map((found) => [found.table.id, found.y]));
  const cards = [...left, ...columnCards(moment, atlas.hypervisorTables, right, right.y, options, beside)];
  const height = cards.reduce((most, found) => Math.max(most, found.y + found.height), 0) + GAP;
  return { cards, links: isStacked ? [] : links(atlas, cards, options.focus), height, isStacked, right };
}
