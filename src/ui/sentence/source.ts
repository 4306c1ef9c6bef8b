/** What a sentence is made from, and how its facts are looked up there. */
import { hexOfPair } from '#arch/word64.ts';
import type { Atlas, AtlasTable } from '#hypervisor/atlas.ts';
import { EVENT } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import { openCalls } from '#machine/queries.ts';
import type { Names } from '#trace/names.ts';
import { hex, slotText } from '#ui/entry-text.ts';
import type { AddressPlace } from '#ui/place.ts';
import { entryAt, guestEntryAt } from '#ui/subject.ts';
import { code, inSpace, type Value } from '#ui/words/text.ts';
import type { PathEntry } from './fault-reason.ts';

/** An event of a log, and the machine at that event. */
export interface Source {
  readonly reader: LogReader;
  readonly names: Names;
  readonly index: number;
  readonly atlas: Atlas;
}

/** Payload word `n` of the event. */
export const word = ({ reader, index }: Source, n: number): number => reader.payload(index, n);

const pair = (source: Source, n: number): string => `0x${hexOfPair(word(source, n), word(source, n + 1))}`;

const addressPlace = (source: Source, space: 'gva' | 'gpa', n: number): AddressPlace => ({
  kind: 'address',
  space,
  hi: word(source, n),
  lo: word(source, n + 1),
});

/** The linear address in words `n` and `n + 1`. */
export const linear = (source: Source, n: number): Value =>
  inSpace('gva', pair(source, n), addressPlace(source, 'gva', n));

/** The guest-physical address there. */
export const guestPhysical = (source: Source, n: number): Value =>
  inSpace('gpa', pair(source, n), addressPlace(source, 'gpa', n));

/** The number in words `n` and `n + 1`. */
export const number64 = (source: Source, n: number): Value => code(pair(source, n));

export const guestFrame = (gfn: number): Value =>
  inSpace('gpa', hex(gfn), { kind: 'frame', of: 'guest', frame: gfn >>> 0 });

export const hostFrame = ({ names }: Source, hfn: number): Value =>
  inSpace('hpa', names.frame(hfn), { kind: 'frame', of: 'host', frame: hfn >>> 0 });

/** Name of the table with a serial number: `t3`. */
export const tableName = ({ names }: Source, serial: number): Value =>
  code(names.table(serial), serial < 0 ? null : { kind: 'table', table: `t${serial}` });

/** A table of the machine at that moment. */
export const tableValue = ({ name, id }: AtlasTable): Value => code(name, { kind: 'table', table: id });

/** An entry of one. */
export const slotValue = (table: AtlasTable, index: number): Value =>
  code(slotText(table, index), { kind: 'entry', table: table.id, index });

/** The name of the entry at a place of the machine: `t6[010]`; null where no listed table is there. */
export function slotAt({ atlas }: Source, place: number): Value | null {
  const at = entryAt(atlas, place);
  const table = at && atlas.table(at.table);
  return at?.kind === 'entry' && table ? slotValue(table, at.index) : null;
}

/** The name of the guest's entry at the address in words `n` and `n + 1`: `103[010]`; the address where no table is listed. */
export function guestSlot(source: Source, n: number): Value {
  const at = guestEntryAt(source.atlas, word(source, n), word(source, n + 1));
  const table = at && source.atlas.table(at.table);
  if (at?.kind === 'entry' && table) return slotValue(table, at.index);
  return guestPhysical(source, n);
}

/** The nearest event of a kind before this one, within the same step; -1 if none. */
export function before({ reader, index }: Source, kind: number): number {
  const start = reader.stepStart(Math.max(0, reader.stepOf(index)));
  for (let event = index - 1; event >= start; event--) if (reader.kind(event) === kind) return event;
  return -1;
}

/** The event of one of some kinds that is nearest before this one, within the same step; -1 if none. */
export const nearest = (source: Source, kinds: readonly number[]): number =>
  Math.max(...kinds.map((kind) => before(source, kind)));

/** Names of the kernel's functions that are running, the innermost first; none where calls were not recorded. */
export const callersOf = ({ reader, index }: Source): string[] =>
  openCalls(reader, index).map((call) => reader.text(reader.payload(call, 0)));

/** Entries that were read since event `start`, the top level first. @param counts which events of the kind are looked at */
export function pathSince(
  { reader, index }: Source,
  start: number,
  kind: number,
  counts: (event: number) => boolean = () => true,
): PathEntry[] {
  const path: PathEntry[] = [];
  for (let event = Math.max(0, start); event < index; event++) {
    if (reader.kind(event) !== kind || !counts(event)) continue;
    if (kind === EVENT.reference)
      path.push({
        level: (reader.payload(event, 0) >>> 8) & 0xff,
        flags: reader.payload(event, 4),
      });
    else path.push({ level: reader.payload(event, 2), flags: reader.payload(event, 1) });
  }
  return path;
}
