/** Keys that mean something while the tables have the focus. */
import type { KeyboardEvent } from 'react';
import { select } from '#ui/jumps.ts';
import type { TablePlace } from '#ui/place.ts';
import type { TablesModel } from './model.ts';
import { type Direction, tableInDirection } from './navigation.ts';
import { setClosed, setZoom, togglePath, useTables, ZOOM, zoomBy } from './state.ts';
import { isClosed } from './tree.ts';

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  'Shift ArrowUp': 'parent',
  'Shift ArrowDown': 'child',
  x: 'across',
};

const ZOOMS: Readonly<Record<string, () => void>> = {
  '+': () => zoomBy(ZOOM.step),
  '=': () => zoomBy(ZOOM.step),
  '-': () => zoomBy(1 / ZOOM.step),
  '0': () => setZoom(1),
  p: togglePath,
};

function toggleTable(model: TablesModel, id: string): void {
  const card = model.cards.find(({ table }) => table.id === id);
  if (card?.isParent) setClosed(id, !isClosed(useTables.getState(), card.table));
}

/** Does what a key means here; others are the page's. */
export function handleTableKey(event: KeyboardEvent, model: TablesModel, focus: TablePlace | null): void {
  if (event.ctrlKey || event.metaKey || event.altKey || (event.target as Element).closest('select')) return;
  const direction =
    DIRECTIONS[`${event.shiftKey && event.key.startsWith('Arrow') ? 'Shift ' : ''}${event.key}`];
  if (direction) {
    const table = tableInDirection(model.cards, focus?.table ?? null, direction, model.linked);
    if (table !== null) select({ kind: 'table', table });
  } else if (event.key === 'c' && focus) toggleTable(model, focus.table);
  else if (ZOOMS[event.key]) ZOOMS[event.key]?.();
  else return;
  event.preventDefault();
}
