/** The rows of a card, worked out for those cards that are in sight. */
import type { Atlas, AtlasTable } from '#hypervisor/atlas.ts';
import { type EntryText, entryTarget, entryText, rightsText } from '#ui/entry-text.ts';
import { isChanged, type Moment } from '#ui/moment.ts';
import type { Place, TablePlace } from '#ui/place.ts';
import { entryAt } from '#ui/subject.ts';
import type { Card } from './card.ts';

export interface EntryRow {
  readonly index: number;
  readonly text: EntryText;
  readonly rights: string;
  readonly changed: boolean;
  /** What it leads to. */
  readonly target: Place | null;
}

export const rowsOf = (moment: Moment, { table, shown }: Card): EntryRow[] =>
  shown.map((entry) => ({
    index: entry.index,
    text: entryText(moment.names, moment.index, table, entry),
    rights: rightsText(entry.flags, table.format),
    changed: isChanged(moment, entry.place),
    target: entryTarget(table, entry),
  }));

/** Two-dimensional paging: the nested leaves by which the processor comes to a guest's table. */
export const reachingLeaves = (atlas: Atlas, { side, frame }: AtlasTable): TablePlace[] =>
  side === 'guest' && atlas.nested
    ? atlas.nested.leaves(frame).flatMap((place) => entryAt(atlas, place) ?? [])
    : [];
