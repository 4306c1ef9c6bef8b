/** Where in the machine the selected thing is stored, for the log's questions. */
import type { Atlas } from '#hypervisor/atlas.ts';
import { tableLife } from '#machine/queries.ts';
import {
  guestEntry,
  guestTable,
  hostFrame,
  hypervisorEntry,
  hypervisorTable,
  type Life,
  register,
  type Stored,
} from '#machine/stored.ts';
import { guestTablePlace } from '#ui/entry-place.ts';
import { cpuOf, frameOf } from '#ui/marks.ts';
import type { Moment } from '#ui/moment.ts';
import type { AddressPlace, FramePlace, Place, TablePlace } from '#ui/place.ts';
import { legsOf } from '#ui/translation.ts';

/** Serial number of a hypervisor's table by its id; null for tables that are not numbered. */
export function serialOf(id: string): number | null {
  const match = /^t(\d+)$/.exec(id);
  return match ? Number(match[1]) : null;
}

/** When a table came and went. */
export const lifeOf = ({ reader }: Moment, id: string): Life => {
  const serial = serialOf(id);
  return serial === null ? { appeared: -1, gone: -1 } : tableLife(reader, serial);
};

function tableStored(moment: Moment, place: TablePlace): Stored | null {
  const table = moment.atlas.table(place.table);
  if (!table) return null;
  if (table.side === 'hypervisor') {
    const life = lifeOf(moment, table.id);
    return place.kind === 'entry'
      ? hypervisorEntry(table.frame, place.index, life)
      : hypervisorTable(table.frame, life);
  }
  const data = guestTablePlace(table);
  return place.kind === 'entry'
    ? guestEntry(table.frame, data, place.index, table.entryBytes)
    : guestTable(table.frame, data);
}

/** Place of the first word of a guest frame's memory; 0 where nothing was ever stored there. */
function guestMemory(atlas: Atlas, gfn: number): number {
  const host = atlas.hostFrame(gfn);
  return host === null ? 0 : atlas.memory(host);
}

const frameStored = ({ atlas }: Moment, { of, frame }: FramePlace): Stored =>
  of === 'guest' ? guestTable(frame, guestMemory(atlas, frame)) : hostFrame(atlas.memory(frame));

/** The guest frame that the guest's own tables lead a linear address to; null where they do not. */
export const guestFrameBehind = (moment: Moment, { hi, lo }: AddressPlace): number | null =>
  legsOf(moment.atlas, cpuOf(moment), hi, lo)[0]?.frame ?? null;

/** The aligned 8 bytes that an address lies in. */
function addressStored(moment: Moment, place: AddressPlace): Stored | null {
  const word = (place.lo & 0xfff) >>> 3;
  if (place.space === 'hpa') {
    const data = moment.atlas.memory(frameOf(place));
    return data === 0 ? null : register(data + word * 2, 2);
  }
  const gfn = place.space === 'gpa' ? frameOf(place) : guestFrameBehind(moment, place);
  return gfn === null ? null : guestEntry(gfn, guestMemory(moment.atlas, gfn), word, 8);
}

/** Where a place is stored at a moment; null where it is not stored, or not there. */
export function storedAt(moment: Moment, place: Place): Stored | null {
  switch (place.kind) {
    case 'entry':
    case 'table':
      return tableStored(moment, place);
    case 'frame':
      return frameStored(moment, place);
    case 'address':
      return addressStored(moment, place);
    case 'register': {
      const found = moment.atlas.register(place.cpu, place.register);
      return found && register(found.place, found.words);
    }
    default:
      return null;
  }
}
