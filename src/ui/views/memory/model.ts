/**
 * The four address spaces of a moment as lanes: where each linear page leads, from gva to gpa, from there to the host
 * process's memory, and on to a host frame. Only pages that somebody mapped, made a table of, or touched are shown.
 * Lengths in CSS pixels.
 */
import { hexOfPair, hiOfNumber, loOfNumber } from '#arch/word64.ts';
import type { Atlas, AtlasPage, AtlasTable } from '#hypervisor/atlas.ts';
import { linearPage, type Marks } from '#ui/marks.ts';
import type { Moment } from '#ui/moment.ts';
import type { AddressPlace, Place } from '#ui/place.ts';

export const ROW = 22;
const HEAD = 30;
/** Rows beyond this are counted, not drawn. */
const MOST_ROWS = 300;

export type Lane = 'gva' | 'gpa' | 'hva' | 'hpa';
export const LANES: readonly Lane[] = ['gva', 'gpa', 'hva', 'hpa'];

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
  | 'no slot';

export interface Item {
  readonly lane: Lane;
  readonly key: string;
  readonly label: string;
  readonly marks: readonly Mark[];
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

/** A linear page and where the guest's tables lead it. */
interface LinearPage {
  readonly address: AddressPlace;
  readonly gfn: number;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** Bytes that one entry of a table covers. */
const span = (table: AtlasTable): number => 4096 * (table.entryBytes === 4 ? 1024 : 512) ** (table.level - 1);

/** Bits of the linear addresses that a top table of a level translates. */
const LINEAR_BITS: Readonly<Record<number, number>> = { 5: 57, 4: 48 };

/** A linear address from its index bits: those above repeat the highest. */
function linearAddress(bits: number, gva: number): AddressPlace {
  const signed = bits > 32 && gva >= 2 ** (bits - 1) ? gva - 2 ** bits : gva;
  return { kind: 'address', space: 'gva', hi: hiOfNumber(signed), lo: loOfNumber(signed) };
}

const pageOf = ({ hi, lo }: AddressPlace): number => linearPage(hi, lo);

/** Every linear page that the guest maps on its present tables, ascending; a large page counts once. */
function linearPages(atlas: Atlas): LinearPage[] {
  const pages = new Map<number, LinearPage>();
  const visit = (table: AtlasTable, base: number, bits: number, depth: number): void => {
    for (const entry of table.entries) {
      const gva = base + entry.index * span(table);
      const child = entry.target === null ? null : atlas.table(entry.target);
      if (entry.kind === 'leaf') {
        const first = table.level === 1 ? entry.frame : entry.frame & ~(span(table) / 4096 - 1);
        pages.set(gva, { address: linearAddress(bits, gva), gfn: first >>> 0 });
      } else if (child && depth < 5) {
        visit(child, gva, bits, depth + 1);
      }
    }
  };
  for (const table of atlas.guestTables)
    if (table.rootOf.length > 0) visit(table, 0, LINEAR_BITS[table.level] ?? 32, 0);
  return [...pages].sort(([a], [b]) => a - b).map(([, page]) => page);
}

/** Guest frames worth showing: tables, what the guest maps, and what has a host frame. */
function framesOf(atlas: Atlas): number[] {
  const frames = new Set(atlas.guestTables.map((table) => table.frame));
  for (const page of linearPages(atlas)) frames.add(page.gfn);
  for (const slot of atlas.slots) {
    for (let gfn = slot.baseGfn; gfn < slot.baseGfn + Math.min(slot.pages, 4096); gfn++) {
      if (!slot.huge && atlas.hostFrame(gfn) !== null) frames.add(gfn);
    }
  }
  return [...frames].sort((a, b) => a - b);
}

function guestMarks(atlas: Atlas, page: AtlasPage | null, table: AtlasTable | undefined): Mark[] {
  const marks: Mark[] = [];
  if (!page) return ['no slot'];
  if (table) marks.push('table');
  if (page.tracked || (table && table.writable === false)) marks.push('protected');
  if (page.dirty) marks.push('dirty');
  if (atlas.slots.some((slot) => slot.id === page.slot && slot.readOnly)) marks.push('read-only');
  return marks;
}

function hostMarks(page: AtlasPage): Mark[] {
  const marks: Mark[] = [];
  if (page.state === 'dropped') marks.push('dropped');
  if (page.state === 'zero') marks.push('zero');
  if (!page.hostWritable) marks.push('read-only');
  if (page.hostLevel > 1) marks.push(page.hostLevel === 2 ? 'huge' : 'gigantic');
  return marks;
}

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
export function memoryModel(moment: Moment, marks: Marks): MemoryModel {
  const { atlas, names } = moment;
  const linear = linearPages(atlas);
  const all = framesOf(atlas);
  const frames = all.slice(0, MOST_ROWS);
  const items: Item[] = [];
  const lines: Line[] = [];
  const focused = markedFrames(atlas, frames, marks);
  const rowOf = new Map(frames.map((gfn, row) => [gfn, HEAD + row * ROW]));
  const tableOf = new Map(atlas.guestTables.map((table) => [table.frame, table]));
  const hostRows = new Map<number, number>();
  for (const gfn of frames) {
    const y = rowOf.get(gfn) as number;
    const page = atlas.page(gfn);
    const isFocus = focused.has(gfn);
    const place: Place = { kind: 'frame', of: 'guest', frame: gfn };
    const add = (lane: Lane, label: string, said: readonly Mark[], to: Place) =>
      items.push({ lane, key: `${lane}${label}`, label, marks: said, y, isFocus, place: to });
    add('gpa', hex(gfn * 4096), guestMarks(atlas, page, tableOf.get(gfn)), place);
    if (!page) continue;
    add('hva', `${page.slot}:${hex(page.index * 4096)}`, hostMarks(page), place);
    lines.push({ from: 'gpa', y1: y, y2: y, isFocus });
    const { hostFrame } = page;
    if (hostFrame === null || page.state === 'dropped') continue;
    const shared = hostRows.get(hostFrame);
    if (shared === undefined) {
      hostRows.set(hostFrame, y);
      add('hpa', names.frame(hostFrame), [], { kind: 'frame', of: 'host', frame: hostFrame });
    }
    lines.push({ from: 'hva', y1: y, y2: shared ?? y, isFocus });
  }
  linear.slice(0, MOST_ROWS).forEach(({ address, gfn }, row) => {
    const y = HEAD + row * ROW;
    const isFocus = marks.linearPage === null ? focused.has(gfn) : marks.linearPage === pageOf(address);
    const label = `0x${hexOfPair(address.hi, address.lo)}`;
    items.push({ lane: 'gva', key: `gva${label}`, label, marks: [], y, isFocus, place: address });
    const target = rowOf.get(gfn);
    if (target !== undefined) lines.push({ from: 'gva', y1: y, y2: target, isFocus });
  });
  const rows = Math.max(frames.length, Math.min(linear.length, MOST_ROWS));
  return { items, lines, height: HEAD + rows * ROW, hidden: all.length - frames.length };
}
