/**
 * A two-dimensional walk as the textbooks draw it: a row for each guest level (and one for the data), in it the nested walk
 * that finds where the guest's entry lies, then the entry itself. Made from the references in the log, in their order.
 */
import { WALKER_NESTED } from '#machine/events.ts';
import type { Reference } from './focus.ts';

export interface GridRow {
  /** The guest's level whose entry is looked for; 0 for the data. */
  readonly level: number;
  /** The nested walk's references, the top level first. */
  readonly nested: readonly Reference[];
  /** The guest's entry; null in the data's row, and where the nested walk ended early. */
  readonly guest: Reference | null;
}

export interface GridWalk {
  readonly rows: readonly GridRow[];
  /** Levels of the nested tables, the highest first: the columns. */
  readonly levels: readonly number[];
  readonly references: number;
}

/** Orders references into rows: each guest entry ends one. */
export function gridWalk(references: readonly Reference[]): GridWalk {
  const rows: GridRow[] = [];
  let nested: Reference[] = [];
  for (const reference of references) {
    if (reference.walker === WALKER_NESTED) nested.push(reference);
    else {
      rows.push({ level: reference.level, nested, guest: reference });
      nested = [];
    }
  }
  if (nested.length > 0)
    rows.push({ level: Math.max(0, (rows.at(-1)?.level ?? 1) - 1), nested, guest: null });
  const levels = [...new Set(rows.flatMap((row) => row.nested.map((reference) => reference.level)))].sort(
    (a, b) => b - a,
  );
  return { rows, levels, references: references.length };
}
