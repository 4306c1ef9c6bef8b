/**
 * The tables of a moment as cards in two columns: the guest's at the left, the hypervisor's at the right, each a tree whose
 * children are indented below their parent. Links between them are given for one place only.
 * Lengths in CSS pixels. It knows nothing of scrolling: the view shows the cards that are in sight.
 */
import type { AtlasEntry, AtlasTable } from '#hypervisor/atlas.ts';
import type { LogReader } from '#machine/log-reader.ts';
import { makesTable } from '#machine/queries.ts';
import { isChanged, type Moment } from '#ui/moment.ts';
import { parsePlace, type TablePlace } from '#ui/place.ts';
import { type Card, HEADER_HEIGHT, ROW_HEIGHT } from './card.ts';
import { type Link, linksOf, type Pair, pairs } from './links.ts';
import { type Folding, nodesAround, type ShownNode, shownNodes, treeOrder } from './tree.ts';

const GAP = 8;
/** Tables without children stand beside each other where each has so much room. */
const LEAST_WIDTH = 300;
const INDENT = 12;
const GUTTER = 56;
/** At the right of columns that stand one above the other: room for links. */
const STACKED_GUTTER = 16;
/** Widest column of a drawing that has only one. */
const WIDEST = 460;
/** Width of the guest's column while the guest has no tables. */
const EMPTY_WIDTH = 230;
/** Entries that a card shows before it is unfolded, and how many where it has more. */
const MOST_ROWS = 12;
const FOLDED_ROWS = 10;
/** Below this width the columns stand one above the other. */
const NARROW = 520;
/** How far down a shadow page is moved to stand beside the table that it shadows. */
const MOST_ALIGNMENT = 160;

export interface TablesModel {
  readonly cards: readonly Card[];
  readonly links: readonly Link[];
  /** Ids of the tables that the links of the focus lead to. */
  readonly linked: readonly string[];
  readonly height: number;
  readonly isStacked: boolean;
  /** Left edge, width and top of the hypervisor's column. */
  readonly right: { readonly x: number; readonly y: number; readonly width: number };
}

/** Serial numbers of the shadow pages that the present step has made so far. */
function newTables(reader: LogReader, index: number): Set<string> {
  const made = new Set<string>();
  const start = Math.max(0, reader.stepStart(Math.max(0, reader.stepOf(index))));
  for (let event = start; event <= index; event++) {
    if (makesTable(reader, event)) made.add(`t${reader.payload(event, 0)}`);
  }
  return made;
}

export interface TablesOptions {
  readonly width: number;
  /** Ids of the tables that are unfolded. */
  readonly open: ReadonlySet<string>;
  /** What is selected, or what the event is about. */
  readonly focus: TablePlace | null;
  /** Entries that lead to what is selected, as `placeText`: a fold does not hide them. */
  readonly linked: ReadonlySet<string>;
  readonly folding: Folding;
  /** Whether only the tables around the focus are shown. */
  readonly onPath: boolean;
}

interface Column {
  readonly x: number;
  readonly width: number;
}

/** Indices of the entries that lead to what is selected, by their tables' ids. */
type LinkedEntries = ReadonlyMap<string, ReadonlySet<number>>;

function linkedEntries(linked: ReadonlySet<string>): LinkedEntries {
  const byTable = new Map<string, Set<number>>();
  for (const text of linked) {
    const place = parsePlace(text);
    if (place?.kind !== 'entry') continue;
    const known = byTable.get(place.table);
    if (known) known.add(place.index);
    else byTable.set(place.table, new Set([place.index]));
  }
  return byTable;
}

interface Placing {
  readonly moment: Moment;
  readonly options: TablesOptions;
  /** Ids of the tables that this step made. */
  readonly fresh: ReadonlySet<string>;
  readonly linked: LinkedEntries;
  /** What the focus is linked to. */
  readonly pairs: readonly Pair[];
}

/** The tables that the focus has to do with: its own, and those that it is linked to. */
function tablesAround({ moment: { atlas }, pairs: linked }: Placing, focus: TablePlace): Set<string> {
  const shadows = atlas.hypervisorTables.filter((page) => page.shadows.includes(focus.table));
  return new Set([focus.table, ...tablesOf(linked), ...shadows.map(({ id }) => id)]);
}

const tablesOf = (linked: readonly Pair[]): string[] => linked.flatMap(({ from, to }) => [from[0], to[0]]);

/** What of a tree is shown. Folding does not hide where the focus is, nor what leads to the selection. */
function nodesOf(placing: Placing, tables: readonly AtlasTable[]): ShownNode[] {
  const nodes = treeOrder(tables);
  const { focus, folding, onPath } = placing.options;
  const around = onPath && focus ? nodesAround(nodes, tablesAround(placing, focus)) : nodes;
  const needed = new Set(placing.linked.keys());
  if (focus) needed.add(focus.table);
  return shownNodes(around, folding, needed);
}

/** The entries that a card shows: all, or the first ones and those that matter now. */
function shownEntries({ moment, options, linked }: Placing, table: AtlasTable): readonly AtlasEntry[] {
  if (table.entries.length <= MOST_ROWS || options.open.has(table.id)) return table.entries;
  const { focus } = options;
  const focused = focus?.kind === 'entry' && focus.table === table.id ? focus.index : -1;
  const leading = linked.get(table.id);
  return table.entries.filter(
    ({ index, place }, i) =>
      i < FOLDED_ROWS || index === focused || isChanged(moment, place) || leading?.has(index),
  );
}

/** Where a card begins, and how wide it is. */
type Spot = Pick<Card, 'x' | 'y' | 'width'>;

function cardAt(placing: Placing, node: ShownNode, { x, y, width }: Spot): Card {
  const { table, depth, parent, below, isParent } = node;
  const shown = shownEntries(placing, table);
  const folding = table.entries.length > MOST_ROWS ? 1 : 0;
  const height = HEADER_HEIGHT + (Math.max(shown.length, 1) + folding) * ROW_HEIGHT + 3;
  const isNew = placing.fresh.has(table.id);
  return { table, depth, parent, below, isParent, x, y, width, height, shown, isNew };
}

/** The nodes from `at` on that stand beside each other: at most `across` childless tables of one parent. */
function rowAt(nodes: readonly ShownNode[], at: number, across: number): ShownNode[] {
  const { parent } = nodes[at]!;
  let end = at;
  const isLike = ({ parent: other, isParent }: ShownNode): boolean => other === parent && !isParent;
  while (end < at + across && end < nodes.length && isLike(nodes[end]!)) end++;
  return nodes.slice(at, Math.max(at + 1, end));
}

function columnCards(
  placing: Placing,
  tables: readonly AtlasTable[],
  column: Column,
  top: number,
  beside: ReadonlyMap<string, number>,
): Card[] {
  const cards: Card[] = [];
  const nodes = nodesOf(placing, tables);
  let y = top;
  for (let at = 0; at < nodes.length; ) {
    const { table, depth } = nodes[at]!;
    const indent = Math.min(depth, 5) * INDENT;
    const room = column.width - indent;
    const across = Math.max(1, Math.floor((room + GAP) / (LEAST_WIDTH + GAP)));
    const row = rowAt(nodes, at, across);
    const width = row.length === 1 ? room : (room - (across - 1) * GAP) / across;
    let partner = -1;
    for (const id of table.shadows) partner = Math.max(partner, beside.get(id) ?? -1);
    if (partner > y && partner - y < MOST_ALIGNMENT) y = partner;
    let highest = 0;
    for (const [i, node] of row.entries()) {
      const card = cardAt(placing, node, { x: column.x + indent + i * (width + GAP), y, width });
      cards.push(card);
      highest = Math.max(highest, card.height);
    }
    y += highest + GAP;
    at += row.length;
  }
  return cards;
}

/** The cards and links of a moment. */
export function tablesModel(moment: Moment, options: TablesOptions): TablesModel {
  const { atlas } = moment;
  const placing: Placing = {
    moment,
    options,
    fresh: newTables(moment.reader, moment.index),
    linked: linkedEntries(options.linked),
    pairs: options.focus ? pairs(atlas, options.focus) : [],
  };
  const isAlone = atlas.hypervisorTables.length === 0;
  const isStacked = !isAlone && options.width < NARROW;
  const gutter = Math.min(GUTTER, options.width / 10);
  const room = isStacked ? options.width - STACKED_GUTTER : options.width;
  const width = isStacked || isAlone ? Math.min(room, WIDEST) : (options.width - gutter) / 2;
  const leftWidth = isStacked || atlas.guestTables.length > 0 ? width : EMPTY_WIDTH;
  const left = columnCards(placing, atlas.guestTables, { x: 0, width: leftWidth }, 0, new Map());
  const bottom = left.reduce((most, { y, height }) => Math.max(most, y + height + GAP), 0);
  const right = {
    x: isStacked ? 0 : leftWidth + gutter,
    y: isStacked ? bottom + 32 : 0,
    width: leftWidth === width ? width : Math.min(WIDEST, options.width - leftWidth - gutter),
  };
  const beside = isStacked
    ? new Map<string, number>()
    : new Map(left.map((found) => [found.table.id, found.y]));
  const cards = [...left, ...columnCards(placing, atlas.hypervisorTables, right, right.y, beside)];
  const height = cards.reduce((most, found) => Math.max(most, found.y + found.height), 0) + GAP;
  return {
    cards,
    linked: tablesOf(placing.pairs),
    links: linksOf({ cards, isStacked }, placing.pairs),
    height,
    isStacked,
    right,
  };
}
