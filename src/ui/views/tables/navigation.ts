/** From one table to the next, by key. */
import type { Card } from './card.ts';

export type Direction = 'up' | 'down' | 'parent' | 'child' | 'across';

/**
 * Id of the table in a direction; null where there is none. From nowhere one comes to the first table.
 * @param linked ids of the tables that the lines lead to
 */
export function tableInDirection(
  cards: readonly Card[],
  from: string | null,
  direction: Direction,
  linked: readonly string[],
): string | null {
  const at = cards.findIndex(({ table }) => table.id === from);
  const here = cards[at];
  if (!here) return cards[0]?.table.id ?? null;
  const { side } = here.table;
  switch (direction) {
    case 'up':
      return cards.slice(0, at).findLast(({ table }) => table.side === side)?.table.id ?? null;
    case 'down':
      return cards.slice(at + 1).find(({ table }) => table.side === side)?.table.id ?? null;
    case 'parent':
      return here.parent;
    case 'child':
      return cards.find(({ parent }) => parent === from)?.table.id ?? null;
    case 'across': {
      const others = cards.filter(({ table }) => table.side !== side);
      const other =
        others.find(({ table }) => linked.includes(table.id)) ??
        others.find(
          ({ table }) => table.shadows.includes(here.table.id) || here.table.shadows.includes(table.id),
        );
      return (other ?? others[0])?.table.id ?? null;
    }
  }
}
