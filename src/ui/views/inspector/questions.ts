/** The questions that can be asked of an entry or a table, and the events that answer them. */
import type { AtlasTable } from '#hypervisor/atlas.ts';
import {
  guestEntry,
  guestTable,
  hypervisorEntry,
  hypervisorTable,
  type Life,
  lastWrite,
  nextRead,
  nextWrite,
  type Stored,
  tableLife,
} from '#machine/queries.ts';
import type { Moment, Run } from '#ui/moment.ts';
import type { Place } from '#ui/place.ts';

export const QUESTIONS = ['lastWrite', 'nextWrite', 'nextRead', 'appeared', 'gone'] as const;
export type Question = (typeof QUESTIONS)[number];

/** Place of the first word of a guest's table; 0 while every entry of it is zero. */
function guestData({ entries, entryBytes }: AtlasTable): number {
  const [entry] = entries;
  return entry ? entry.place - ((entry.index * entryBytes) >>> 3) * 2 : 0;
}

/** Place of the first word of entry `index`, zero or not; 0 where that is unknown. */
export function entryPlace(table: AtlasTable, index: number): number {
  if (table.side === 'hypervisor') return table.frame * 1024 + index * 2;
  const data = guestData(table);
  return data === 0 ? 0 : data + ((index * table.entryBytes) >>> 3) * 2;
}

/** Serial number of a hypervisor's table by its id; null for tables that are not numbered. */
function serialOf(id: string): number | null {
  const match = /^t(\d+)$/.exec(id);
  return match ? Number(match[1]) : null;
}

const lifeOf = ({ reader }: Moment, id: string): Life => {
  const serial = serialOf(id);
  return serial === null ? { appeared: -1, gone: -1 } : tableLife(reader, serial);
};

function storedAt(moment: Moment, place: Place): Stored | null {
  const table = moment.atlas.table(place.table);
  if (!table) return null;
  if (table.side === 'hypervisor') {
    const life = lifeOf(moment, table.id);
    return place.kind === 'entry'
      ? hypervisorEntry(table.frame, place.index, life)
      : hypervisorTable(table.frame, life);
  }
  const data = guestData(table);
  return place.kind === 'entry'
    ? guestEntry(table.frame, data, place.index, table.entryBytes)
    : guestTable(table.frame, data);
}

/** The questions that make sense of a place: of what is not there at this moment, only when it came and went. */
export function questionsFor({ atlas }: Moment, place: Place): readonly Question[] {
  const isNumbered = serialOf(place.table) !== null;
  return QUESTIONS.filter((question) =>
    question === 'appeared' || question === 'gone' ? isNumbered : atlas.table(place.table) !== null,
  );
}

/** The numbered event that tells of what an event changed: itself, or after a call the next one. */
export function toldBy({ story }: Pick<Run, 'story'>, event: number): number {
  const rank = story.rank(event);
  return story.at(rank) === event ? event : (story.at(rank + 1) ?? event);
}

/** The last event of which the moment's own event does not tell. */
function before({ run: { story }, index }: Moment): number {
  const rank = story.rank(index);
  if (rank < 0 || story.at(rank) !== index) return index - 1;
  return rank === 0 ? -1 : story.at(rank - 1);
}

/** The event that answers a question at a moment; null if there is none. */
export function answer(moment: Moment, place: Place, question: Question): number | null {
  const { reader, run, index } = moment;
  const told = (event: number): number | null => (event < 0 ? null : toldBy(run, event));
  if (question === 'appeared' || question === 'gone') return told(lifeOf(moment, place.table)[question]);
  const stored = storedAt(moment, place);
  if (!stored) return null;
  switch (question) {
    case 'lastWrite':
      return told(lastWrite(reader, stored, before(moment)));
    case 'nextWrite':
      return told(nextWrite(reader, stored, index));
    case 'nextRead':
      return told(nextRead(reader, stored, index));
  }
}
