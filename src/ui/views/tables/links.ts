/** Lines between the guest's tables and the hypervisor's: what a table or an entry is to those of the other side. */
import type { Atlas, AtlasEntry, AtlasTable } from '#hypervisor/atlas.ts';
import { leavesOf, mappedTables } from '#ui/mappings.ts';
import type { TablePlace } from '#ui/place.ts';
import { type Card, HEADER_HEIGHT, ROW_HEIGHT } from './card.ts';

export interface Link {
  readonly kind: 'shadows' | 'maps' | 'translates';
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
}

/** The cards of a drawing, and whether the columns stand one above the other. */
interface Drawn {
  readonly cards: readonly Card[];
  readonly isStacked: boolean;
}

/** Where a place is in the drawing: the side of its row or of its card's head that faces the other column, or the gutter. */
function anchor(
  { cards, isStacked }: Drawn,
  tableId: string,
  index: number | null,
): { x: number; y: number } | null {
  const found = cards.find((candidate) => candidate.table.id === tableId);
  if (!found) return null;
  const row = index === null ? -1 : found.shown.findIndex((candidate) => candidate.index === index);
  const y = found.y + (row < 0 ? HEADER_HEIGHT / 2 : HEADER_HEIGHT + row * ROW_HEIGHT + ROW_HEIGHT / 2);
  return { x: isStacked || found.table.side === 'guest' ? found.x + found.width : found.x, y };
}

export type Pair = { kind: Link['kind']; from: [string, number | null]; to: [string, number | null] };

/** The nested leaves that translate the guest-physical address in a guest's entry. */
function translating(atlas: Atlas, table: AtlasTable, { index, kind, frame }: AtlasEntry): Pair[] {
  if (!atlas.nested || kind === 'not-present') return [];
  return atlas.nested.leaves(frame).flatMap((place): Pair[] => {
    const at = atlas.locate(place);
    return at ? [{ kind: 'translates', from: [table.id, index], to: [at.table.id, at.index] }] : [];
  });
}

/** What a place is linked to, by tables and entries. */
export function pairs(atlas: Atlas, focus: TablePlace): Pair[] {
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
    for (const mapped of mappedTables(atlas, table, entry.place))
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

/** What a place is linked to, as lines between cards. */
export function linksOf(drawn: Drawn, linked: readonly Pair[]): Link[] {
  const list: Link[] = [];
  for (const { kind, from, to } of linked) {
    const a = anchor(drawn, ...from);
    const b = anchor(drawn, ...to);
    if (a && b) list.push({ kind, from: { x: a.x, y: a.y }, to: { x: b.x, y: b.y } });
  }
  return list;
}
