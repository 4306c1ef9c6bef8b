/** What is said about a page of the guest's, and about the host's page behind it. */
import type { Atlas, AtlasPage, AtlasTable } from '#hypervisor/atlas.ts';
import { findEntry, slotText } from '#ui/entry-text.ts';
import { leafNote } from '#ui/leaf-note.ts';
import { entryAt } from '#ui/subject.ts';

/** What is said about a page beside its number. */
export type Mark =
  | 'table'
  | 'protected'
  | 'dirty'
  | 'read-only'
  | 'dropped'
  | 'zero'
  | 'huge'
  | 'gigantic'
  | 'no slot'
  /** Nested entry: without rights until the next use. */
  | 'tracked'
  /** The processor has noted a write, and KVM has not read the note. */
  | 'noted'
  /** Nested tables do not lead there. */
  | 'unmapped';

/** The nested entry that maps a guest frame. */
interface NestedEntry {
  /** `t3[010]` */
  readonly name: string;
  readonly marks: readonly Mark[];
}

const NOTE_MARKS = {
  'access-tracked': ['tracked'],
  logged: ['protected'],
  'kept-back': ['protected'],
  'read-only': ['protected'],
  'host-read-only': [],
  'to-note': [],
} as const;

/** The nested entry by which the processor comes to a frame; null where there is none. */
export function nestedEntryOf(atlas: Atlas, gfn: number): NestedEntry | null {
  const [place] = atlas.nested?.leaves(gfn) ?? [];
  const at = place === undefined ? null : entryAt(atlas, place);
  const table = at && atlas.table(at.table);
  const entry = table && at.kind === 'entry' ? findEntry(table, at.index) : null;
  if (!table || !entry) return null;
  const note = leafNote(atlas, table, entry);
  return { name: slotText(table, entry.index), marks: note ? NOTE_MARKS[note] : [] };
}

const isNoted = ({ nested, registers }: Atlas, gfn: number): boolean =>
  registers.some(({ cpu }) => nested?.notes(cpu)?.some((note) => note.gfn === gfn));

/** @param table the guest's table that the page is */
export function guestMarks(
  atlas: Atlas,
  page: AtlasPage | null,
  table: AtlasTable | undefined,
  nested: NestedEntry | null,
): Mark[] {
  if (!page) return ['no slot'];
  const marks = new Set<Mark>(table ? ['table'] : []);
  if (page.tracked || (table && table.writable === false)) marks.add('protected');
  for (const mark of nested?.marks ?? []) marks.add(mark);
  if (page.dirty) marks.add('dirty');
  if (isNoted(atlas, page.gfn)) marks.add('noted');
  if (atlas.slots.some((slot) => slot.id === page.slot && slot.readOnly)) marks.add('read-only');
  return [...marks];
}

export function hostMarks(page: AtlasPage): Mark[] {
  const marks: Mark[] = [];
  if (page.state === 'dropped') marks.push('dropped');
  if (page.state === 'zero') marks.push('zero');
  if (!page.hostWritable) marks.push('read-only');
  if (page.hostLevel > 1) marks.push(page.hostLevel === 2 ? 'huge' : 'gigantic');
  return marks;
}
