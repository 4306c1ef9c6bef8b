/** What a field of an event names: the table, the entry, the frame, the address that selecting it selects. */

import { PTE } from '#arch/entry.ts';
import { type FieldSpec, MMU_PRESENT, REFERENCE_PLACE, REGISTERS } from '#machine/events.ts';
import type { Run } from './moment.ts';
import type { Place, TablePlace } from './place.ts';

/** What is needed of a run. */
type Source = Pick<Run, 'reader' | 'names'>;

const entryOf = (table: string, place: number): TablePlace => ({
  kind: 'entry',
  table,
  index: (place & 1023) >>> 1,
});

/** The id of a root that is no shadow page: each vCPU has one. */
const paeRoot = ({ reader }: Source, index: number): string => `pae${reader.cpu(index) ?? 0}`;

/** The entry of a hypervisor's table at a place in the machine; null where no table is known to be. */
function entryAtPlace({ names }: Source, index: number, place: number): TablePlace | null {
  const table = place === 0 ? null : names.tableInFrame(place >>> 10, index);
  return table && table !== 'root' ? entryOf(table, place) : null;
}

const guestFrame = (frame: number): Place => ({
  kind: 'frame',
  of: 'guest',
  frame: frame >>> 0,
});

/** A host frame; without a hypervisor frames are the guest's own. */
function hostFrame({ names }: Source, frame: number): Place | null {
  if (frame === -1) return null;
  return { kind: 'frame', of: names.isBare ? 'guest' : 'host', frame: frame >>> 0 };
}

/** Where an spte leads. */
function spteTarget(source: Source, index: number, frame: number, flags: number): Place | null {
  if (!(flags & MMU_PRESENT)) return null;
  const table = source.names.tableInFrame(frame, index);
  return table ? { kind: 'table', table } : hostFrame(source, frame);
}

type FieldPlace = (source: Source, index: number, first: number, second: number) => Place | null;

const address =
  (space: 'gva' | 'gpa'): FieldPlace =>
  (_, __, hi, lo) => ({ kind: 'address', space, hi, lo });

const guestEntry: FieldPlace = (_, __, frame, flags) => (flags & PTE.present ? guestFrame(frame) : null);

/** The place that an entry was read from: of the hypervisor's by its place, of the guest's by its address. */
const readFrom: FieldPlace = (source, index, hi, lo) => {
  const place = source.reader.payload(index, REFERENCE_PLACE);
  if (place === 0) return { kind: 'address', space: 'gpa', hi, lo };
  return entryAtPlace(source, index, place) ?? entryOf(paeRoot(source, index), place);
};

const BY_TYPE: Partial<Record<FieldSpec['type'], FieldPlace>> = {
  gva: address('gva'),
  gpa: address('gpa'),
  from: readFrom,
  gfn: (_, __, gfn) => guestFrame(gfn),
  pfn: (source, _, hfn) => hostFrame(source, hfn),
  table: (source, index, serial) => ({
    kind: 'table',
    table: serial < 0 ? paeRoot(source, index) : `t${serial}`,
  }),
  at: (source, index, serial, place) => entryOf(serial < 0 ? paeRoot(source, index) : `t${serial}`, place),
  place: (source, index, place) => entryAtPlace(source, index, place),
  entry: guestEntry,
  spte: spteTarget,
  either: (source, index, frame, flags) =>
    source.reader.payload(index, REFERENCE_PLACE) === 0
      ? guestEntry(source, index, frame, flags)
      : spteTarget(source, index, frame, flags),
  function: ({ reader }, _, text) => ({ kind: 'function', name: reader.text(text) }),
  register: ({ reader }, index, number) => {
    const register = REGISTERS[number];
    return register ? { kind: 'register', cpu: reader.cpu(index) ?? 0, register } : null;
  },
};

/** What a field of event `index` names; null where its value is no place. */
export function fieldPlace(source: Source, index: number, field: FieldSpec): Place | null {
  const { reader } = source;
  const first = reader.field(index, field);
  const second = field.word < 6 ? reader.secondWord(index, field) : 0;
  return BY_TYPE[field.type]?.(source, index, first, second) ?? null;
}
