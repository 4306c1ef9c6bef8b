/** What an event is about: the entry or the table that the views mark and the inspector opens. */
import type { Atlas } from '#hypervisor/atlas.ts';
import { EVENT, type FieldSpec } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import { guestTable } from './entry-text.ts';
import type { Place, TablePlace } from './place.ts';

/** Bits 43..12 of a guest-physical address given as a plain pair. */
const gfnOf = (hi: number, lo: number): number => (lo >>> 12) | (hi << 20);

/** The guest's entry at a guest-physical address, where a listed table lies there. */
export function guestEntryAt(atlas: Atlas, hi: number, lo: number): TablePlace | null {
  const table = guestTable(atlas, gfnOf(hi, lo));
  return table
    ? { kind: 'entry', table: table.id, index: Math.floor((lo & 0xfff) / table.entryBytes) }
    : null;
}

/** The entry whose first word is at a place in the machine; an empty one of the hypervisor's too. */
export function entryAt(atlas: Atlas, place: number): TablePlace | null {
  if (place === 0) return null;
  const table = atlas.hypervisorTables.find((candidate) => candidate.frame === place >>> 10);
  if (table) return { kind: 'entry', table: table.id, index: (place & 1023) >>> 1 };
  const found = atlas.locate(place);
  return found ? { kind: 'entry', table: found.table.id, index: found.index } : null;
}

/** A place as the tables know it: an address at which an entry of the guest's lies is that entry. */
export const settled = (atlas: Atlas, place: Place): Place =>
  (place.kind === 'address' && place.space === 'gpa' && guestEntryAt(atlas, place.hi, place.lo)) || place;

function fieldSubject(reader: LogReader, index: number, atlas: Atlas, field: FieldSpec): TablePlace | null {
  const first = reader.payload(index, field.word);
  switch (field.type) {
    case 'place':
      return entryAt(atlas, first);
    case 'at':
      return entryAt(atlas, reader.secondWord(index, field));
    case 'gpa':
    case 'from':
      return guestEntryAt(atlas, first, reader.secondWord(index, field));
    case 'table':
      return atlas.table(`t${first}`) ? { kind: 'table', table: `t${first}` } : null;
    default:
      return null;
  }
}

/** The entry that was read: of the hypervisor's tables by its place, of the guest's by its address. */
function referenceSubject(reader: LogReader, index: number, atlas: Atlas): TablePlace | null {
  const word = (n: number): number => reader.payload(index, n);
  return entryAt(atlas, word(5)) ?? guestEntryAt(atlas, word(1), word(2));
}

/** Fields in the order in which they say what an event is about. */
const ORDER = ['place', 'at', 'gpa', 'from', 'table'];

/** Events that follow a fault of the processor's walk, while it is not dealt with. */
const AFTER_FAULT: readonly number[] = [
  EVENT.exit,
  EVENT.kvm_page_fault,
  EVENT.fast_page_fault,
  EVENT.call,
  EVENT.return,
];

/** The entry at which the walk ended whose fault an event is about. */
function faultSubject(reader: LogReader, index: number, atlas: Atlas): TablePlace | null {
  const last = reader.find(index, -1, (event) => !AFTER_FAULT.includes(reader.kind(event)));
  return last >= 0 && reader.kind(last) === EVENT.fault ? subjectOf(reader, last, atlas) : null;
}

const ABOUT_A_FAULT: readonly number[] = [EVENT.exit, EVENT.kvm_page_fault, EVENT.fast_page_fault];

/** What event `index` is about; null if it is about nothing in the tables. */
export function subjectOf(reader: LogReader, index: number, atlas: Atlas): TablePlace | null {
  if (reader.kind(index) === EVENT.access) return null;
  if (reader.kind(index) === EVENT.reference) return referenceSubject(reader, index, atlas);
  if (ABOUT_A_FAULT.includes(reader.kind(index))) return faultSubject(reader, index, atlas);
  const fields = reader.spec(index).fields.filter((field) => ORDER.includes(field.type));
  fields.sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type));
  for (const field of fields) {
    const subject = fieldSubject(reader, index, atlas, field);
    if (subject) return subject;
  }
  return null;
}
