/**
 * The four address spaces of a moment as lanes: where each linear page leads, from gva to gpa, from there to the host
 * process's memory, and on to a host frame. Only pages that somebody mapped, made a table of, or touched are shown.
 * Lengths in CSS pixels.
 */
import { hexOfPair } from '#arch/word64.ts';
import type { Atlas } from '#hypervisor/atlas.ts';
import { linearPage, type Marks } from '#ui/marks.ts';
import type { Moment } from '#ui/moment.ts';
import type { AddressPlace, Place } from '#ui/place.ts';
import { framesOf, linearPages } from './frames.ts';
import { guestMarks, hostMarks, type Mark, nestedEntryOf } from './page-marks.ts';

/** Height of the lanes' names and of a row. Where the lanes are narrow, what is said of a page stands below its number. */
export interface Rows {
  readonly head: number;
  readonly row: number;
}
export const WIDE: Rows = { head: 30, row: 22 };
export const NARROW: Rows = { head: 40, row: 38 };

/** Rows beyond this are counted, not drawn. */
const MOST_ROWS = 300;

export type Lane = 'gva' | 'gpa' | 'hva' | 'hpa';
export const LANES: readonly Lane[] = ['gva', 'gpa', 'hva', 'hpa'];

export interface Item {
  readonly lane: Lane;
  readonly key: string;
  readonly label: string;
  readonly marks: readonly Mark[];
  /** The nested entry by which the processor comes there: `t3[010]`. */
  readonly via?: string;
  readonly y: number;
  readonly isFocus: boolean;
  /** What selecting it selects. */
  readonly place: Place;
}

export interface Line {
  readonly from: Lane;
  readonly y1: number;
  readonly y2: number;
  readonly isFocus: boolean;
}

export interface MemoryModel {
  readonly items: readonly Item[];
  readonly lines: readonly Line[];
  readonly height: number;
  /** Pages that are not drawn. */
  readonly hidden: number;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

const pageOf = ({ hi, lo }: AddressPlace): number => linearPage(hi, lo);

/** Guest frames that are marked themselves, or whose host frame is. */
const markedFrames = (atlas: Atlas, frames: readonly number[], marks: Marks): Set<number> =>
  new Set(
    frames.filter(
      (gfn) => marks.guestFrames.has(gfn) || marks.hostFrames.has(atlas.page(gfn)?.hostFrame ?? -1),
    ),
  );

/**
 * The lanes of a moment.
 * @param marks what is selected, or what the event is about, in frames and pages
 */
export function memoryModel(
  moment: Moment,
  marks: Marks,
  { head, row: rowHeight }: Rows = WIDE,
): MemoryModel {
  const { atlas, names } = moment;
  const linear = linearPages(atlas);
  const all = framesOf(atlas);
  const frames = all.slice(0, MOST_ROWS);
  const items: Item[] = [];
  const lines: Line[] = [];
  const focused = markedFrames(atlas, frames, marks);
  const rowOf = new Map(frames.map((gfn, row) => [gfn, head + row * rowHeight]));
  const tableOf = new Map(atlas.guestTables.map((table) => [table.frame, table]));
  const hostRows = new Map<number, number>();
  for (const gfn of frames) {
    const y = rowOf.get(gfn) as number;
    const page = atlas.page(gfn);
    const isFocus = focused.has(gfn);
    const place: Place = { kind: 'frame', of: 'guest', frame: gfn };
    const add = (lane: Lane, label: string, said: readonly Mark[], to: Place, via?: string) =>
      items.push({
        lane,
        key: `${lane}${label}`,
        label,
        marks: said,
        y,
        isFocus,
        place: to,
        ...(via ? { via } : {}),
      });
    const nested = nestedEntryOf(atlas, gfn);
    add('gpa', hex(gfn * 4096), guestMarks(atlas, page, tableOf.get(gfn), nested), place);
    if (!page) continue;
    add('hva', `${page.slot}:${hex(page.index * 4096)}`, hostMarks(page), place);
    lines.push({ from: 'gpa', y1: y, y2: y, isFocus });
    const { hostFrame } = page;
    if (hostFrame === null || page.state === 'dropped') continue;
    const shared = hostRows.get(hostFrame);
    if (shared === undefined) {
      hostRows.set(hostFrame, y);
      const isUnmapped = atlas.nested !== null && nested === null;
      const host: Place = { kind: 'frame', of: 'host', frame: hostFrame };
      add('hpa', names.frame(hostFrame), isUnmapped ? ['unmapped'] : [], host, nested?.name);
    }
    lines.push({ from: 'hva', y1: y, y2: shared ?? y, isFocus });
  }
  linear.slice(0, MOST_ROWS).forEach(({ address, gfn }, row) => {
    const y = head + row * rowHeight;
    const isFocus = marks.linearPage === null ? focused.has(gfn) : marks.linearPage === pageOf(address);
    const label = `0x${hexOfPair(address.hi, address.lo)}`;
    items.push({ lane: 'gva', key: `gva${label}`, label, marks: [], y, isFocus, place: address });
    const target = rowOf.get(gfn);
    if (target !== undefined) lines.push({ from: 'gva', y1: y, y2: target, isFocus });
  });
  const rows = Math.max(frames.length, Math.min(linear.length, MOST_ROWS));
  return { items, lines, height: head + rows * rowHeight, hidden: all.length - frames.length };
}
