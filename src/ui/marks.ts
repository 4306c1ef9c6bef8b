/**
 * What a selected place is in the tables and in memory at a moment: the same answer for every view, so that all of them mark
 * the same things. A frame is also the table that lies in it, and every entry that maps it; an address is also the entries
 * that translate it.
 */
import { frameOfAddress } from '#arch/paging-mode.ts';
import type { Atlas, AtlasEntry, AtlasTable } from '#hypervisor/atlas.ts';
import { guestTable } from './entry-text.ts';
import { leafFrames } from './mappings.ts';
import type { Moment } from './moment.ts';
import { type AddressPlace, type Place, placeText, type TablePlace } from './place.ts';
import { entryAt, guestEntryAt } from './subject.ts';
import { legsOf, nestedLeg } from './translation.ts';

export interface Marks {
  /** The entry or the table that the place is, or that lies there: where tables are scrolled to. */
  readonly at: TablePlace | null;
  /** `placeText` of entries that map it, or that its translation goes through. */
  readonly entries: ReadonlySet<string>;
  /** Numbers of the frames that it is in, maps, or leads to. */
  readonly guestFrames: ReadonlySet<number>;
  readonly hostFrames: ReadonlySet<number>;
  /** The linear page that it is (`linearPage`). */
  readonly linearPage: number | null;
}

export const NO_MARKS: Marks = {
  at: null,
  entries: new Set(),
  guestFrames: new Set(),
  hostFrames: new Set(),
  linearPage: null,
};

type Sets = { entries: Set<string>; guestFrames: Set<number>; hostFrames: Set<number> };

/** The vCPU that the moment's event belongs to. */
export const cpuOf = ({ reader, index }: Pick<Moment, 'reader' | 'index'>): number => reader.cpu(index) ?? 0;

const newSets = (): Sets => ({ entries: new Set(), guestFrames: new Set(), hostFrames: new Set() });

/** Number of a linear address's 4 KiB page; of an address in the upper half a negative one. */
export const linearPage = (hi: number, lo: number): number => hi * 0x10_0000 + (lo >>> 12);

/** Whether a leaf maps a frame. */
function maps(table: AtlasTable, entry: AtlasEntry, frame: number): boolean {
  if (entry.kind !== 'leaf') return false;
  const count = leafFrames(table);
  const first = (entry.frame & ~(count - 1)) >>> 0;
  return frame >= first && frame < first + count;
}

function addLeaves(tables: readonly AtlasTable[], frame: number, entries: Set<string>): AtlasEntry[] {
  const found: AtlasEntry[] = [];
  for (const table of tables) {
    for (const entry of table.entries) {
      if (!maps(table, entry, frame)) continue;
      entries.add(placeText({ kind: 'entry', table: table.id, index: entry.index }));
      found.push(entry);
    }
  }
  return found;
}

function addGuestFrame(atlas: Atlas, gfn: number, into: Sets): void {
  into.guestFrames.add(gfn);
  const host = atlas.hostFrame(gfn);
  if (host !== null) into.hostFrames.add(host);
}

function guestFrameMarks(moment: Moment, gfn: number): Marks {
  const { atlas } = moment;
  const sets = newSets();
  addGuestFrame(atlas, gfn, sets);
  addLeaves(atlas.guestTables, gfn, sets.entries);
  for (const place of [...atlas.rmap(gfn), ...(atlas.nested?.leaves(gfn) ?? [])]) {
    const entry = entryAt(atlas, place);
    if (entry) sets.entries.add(placeText(entry));
  }
  for (const { table, index } of nestedLeg(atlas, cpuOf(moment), gfn >>> 20, gfn << 12)?.steps ?? [])
    sets.entries.add(placeText({ kind: 'entry', table: table.id, index }));
  const table = guestTable(atlas, gfn);
  return { at: table && { kind: 'table', table: table.id }, ...sets, linearPage: null };
}

const tableInFrame = (atlas: Atlas, hfn: number): AtlasTable | null =>
  atlas.hypervisorTables.find((candidate) => candidate.frame === hfn) ?? null;

function hostFrameMarks(moment: Moment, hfn: number): Marks {
  const { atlas } = moment;
  if (atlas.machine === 'bare') return guestFrameMarks(moment, hfn);
  const sets = newSets();
  sets.hostFrames.add(hfn);
  for (const entry of addLeaves(atlas.hypervisorTables, hfn, sets.entries)) {
    const gfn = atlas.mappedFrame(entry.place);
    if (gfn !== null && atlas.hostFrame(gfn) === hfn) sets.guestFrames.add(gfn);
  }
  const table = tableInFrame(atlas, hfn);
  return { at: table && { kind: 'table', table: table.id }, ...sets, linearPage: null };
}

/** Marks of what translates a linear address for the vCPU of the moment's event. */
function linearMarks(moment: Moment, { hi, lo }: AddressPlace): Marks {
  const sets = newSets();
  let at: TablePlace | null = null;
  for (const { side, steps, frame } of legsOf(moment.atlas, cpuOf(moment), hi, lo)) {
    for (const { table, index } of steps) {
      at = { kind: 'entry', table: table.id, index };
      sets.entries.add(placeText(at));
    }
    if (frame === null) continue;
    if (side === 'hypervisor') sets.hostFrames.add(frame);
    else addGuestFrame(moment.atlas, frame, sets);
  }
  return { at, ...sets, linearPage: linearPage(hi, lo) };
}

/** The frame of a physical address, unsigned. */
export const frameOf = ({ hi, lo }: Pick<AddressPlace, 'hi' | 'lo'>): number => frameOfAddress(hi, lo) >>> 0;

/** The entry of a hypervisor's table at a host-physical address. */
function hypervisorEntryAt(atlas: Atlas, address: AddressPlace): TablePlace | null {
  const table = tableInFrame(atlas, frameOf(address));
  return table && { kind: 'entry', table: table.id, index: (address.lo & 0xfff) >>> 3 };
}

function addressMarks(moment: Moment, place: AddressPlace): Marks {
  const { atlas } = moment;
  const frame = frameOf(place);
  switch (place.space) {
    case 'gva':
      return linearMarks(moment, place);
    case 'gpa':
      return { ...guestFrameMarks(moment, frame), at: guestEntryAt(atlas, place.hi, place.lo) };
    case 'hpa':
      return { ...hostFrameMarks(moment, frame), at: hypervisorEntryAt(atlas, place) };
  }
}

function entryMarks(atlas: Atlas, place: TablePlace & { kind: 'entry' }): Marks {
  const sets = newSets();
  const table = atlas.table(place.table);
  const entry = table?.entries.find((candidate) => candidate.index === place.index);
  if (table && entry) {
    const target = entry.target === null ? null : atlas.table(entry.target);
    if (table.side === 'guest') addGuestFrame(atlas, entry.frame >>> 0, sets);
    else if (entry.kind === 'leaf') {
      sets.hostFrames.add(entry.frame >>> 0);
      const gfn = atlas.mappedFrame(entry.place);
      if (gfn !== null) sets.guestFrames.add(gfn);
    } else if (target && target.gfn !== null) addGuestFrame(atlas, target.gfn, sets);
  }
  return { at: place, ...sets, linearPage: null };
}

function tableMarks(atlas: Atlas, place: TablePlace & { kind: 'table' }): Marks {
  const sets = newSets();
  const table = atlas.table(place.table);
  if (table?.side === 'guest') addGuestFrame(atlas, table.frame, sets);
  else if (table) {
    sets.hostFrames.add(table.frame);
    if (table.gfn !== null) sets.guestFrames.add(table.gfn);
  }
  return { at: place, ...sets, linearPage: null };
}

/** The table that a root register leads to. */
function registerMarks(atlas: Atlas, cpu: number, register: string): Marks {
  const id =
    register === 'cr3'
      ? atlas.guestTables.find((table) => table.rootOf.includes(cpu))?.id
      : register === 'hardware cr3'
        ? atlas.registers[cpu]?.hardwareRoot
        : null;
  return { ...NO_MARKS, at: id ? { kind: 'table', table: id } : null };
}

/** What a place is at a moment. */
export function marksOf(moment: Moment, place: Place | null): Marks {
  const { atlas } = moment;
  switch (place?.kind) {
    case 'entry':
      return entryMarks(atlas, place);
    case 'table':
      return tableMarks(atlas, place);
    case 'frame':
      return place.of === 'guest'
        ? guestFrameMarks(moment, place.frame)
        : hostFrameMarks(moment, place.frame);
    case 'address':
      return addressMarks(moment, place);
    case 'register':
      return registerMarks(atlas, place.cpu, place.register);
    default:
      return NO_MARKS;
  }
}
