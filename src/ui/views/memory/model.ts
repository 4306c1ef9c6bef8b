/**
 * The four address spaces of a moment as lanes: where each linear page leads, from gva to gpa, from there to the host
 * process's memory, and on to a host frame. Only pages that somebody mapped, made a table of, or touched are shown.
 * Lengths in CSS pixels.
 */
import type { Atlas, AtlasPage, AtlasTable } from '#hypervisor/atlas.ts';
import type { Moment } from '#ui/moment.ts';
import type { Place } from '#ui/place.ts';

export const ROW = 22;
const HEAD = 30;
/** Rows beyond this are counted, not drawn. */
const MOST_ROWS = 300;

export type Lane = 'gva' | 'gpa' | 'hva' | 'hpa';
export const LANES: readonly Lane[] = ['gva', 'gpa', 'hva', 'hpa'];

/** What is said about a page beside its number. */
export type Mark = 'table' | 'protected' | 'dirty' | 'read-only' | 'dropped' | 'zero' | 'huge' | 'no slot';

export interface Item {
  readonly lane: Lane;
  readonly key: string;
  readonly label: string;
  readonly marks: readonly Mark[];
  readonly y: number;
  readonly isFocus: boolean;
  /** What selecting it selects. */
  readonly place: Place | null;
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
  readonly gva: number;
  readonly gfn: number;
  readonly place: Place;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** Bytes that one entry of a table covers. */
const span = (table: AtlasTable): number => 4096 * (table.entryBytes === 4 ? 1024 : 512) ** (table.level - 1);

/** Every linear page that the guest maps on its present tables, ascending; a large page counts once. */
function linearPages(atlas: Atlas): LinearPage[] {
  const pages = new Map<number, LinearPage>();
  const visit = (table: AtlasTable, base: number, depth: number): void => {
    for (const entry of table.entries) {
      const gva = base + entry.index * span(table);
      const child = entry.target === null ? null : atlas.table(entry.target);
      if (entry.kind === 'leaf') {
        const first = table.level === 1 ? entry.frame : entry.frame & ~(span(table) / 4096 - 1);
        pages.set(gva, {
          gva,
          gfn: first >>> 0,
          place: { kind: 'entry', table: table.id, index: entry.index },
        });
      } else if (child && depth < 5) {
        visit(child, gva, depth + 1);
      }
    }
  };
  for (const table of atlas.guestTables) if (table.rootOf.length > 0) visit(table, 0, 0);
  return [...pages.values()].sort((a, b) => a.gva - b.gva);
}

/** Guest frame that a place is about: what an entry maps, what a table is or stands for; null if it is about none. */
export function focusFrame(atlas: Atlas, place: Place | null): number | null {
  const table = place && atlas.table(place.table);
  if (!place || !table) return null;
  if (place.kind === 'table') return table.side === 'guest' ? table.frame : table.gfn;
  const entry = table.entries.find((candidate) => candidate.index === place.index);
  if (!entry) return null;
  if (table.side === 'guest') return entry.frame >>> 0;
  const target = entry.target === null ? null : atlas.table(entry.target);
  if (target) return target.gfn;
  return framesOf(atlas).find((gfn) => atlas.hostFrame(gfn) === entry.frame) ?? null;
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
  if (page.huge) marks.push('huge');
  return marks;
}

/** The lanes of a moment. @param focus what is selected, or what the event is about */
export function memoryModel(moment: Moment, focus: Place | null): MemoryModel {
  const { atlas, names } = moment;
  const linear = linearPages(atlas);
  const all = framesOf(atlas);
  const frames = all.slice(0, MOST_ROWS);
  const focused = focusFrame(atlas, focus);
  const items: Item[] = [];
  const lines: Line[] = [];
  const rowOf = new Map(frames.map((gfn, row) => [gfn, HEAD + row * ROW]));
  const tableOf = new Map(atlas.guestTables.map((table) => [table.frame, table]));
  const hostRows = new Map<number, number>();
  for (const gfn of frames) {
    const y = rowOf.get(gfn) as number;
    const page = atlas.page(gfn);
    const table = tableOf.get(gfn);
    const isFocus = gfn === focused;
    const place: Place | null = table
      ? { kind: 'table', table: table.id }
      : (linear.find((candidate) => candidate.gfn === gfn)?.place ?? null);
    const add = (lane: Lane, label: string, marks: readonly Mark[], at: number) =>
      items.push({ lane, key: `${lane}${label}`, label, marks, y: at, isFocus, place });
    add('gpa', hex(gfn * 4096), guestMarks(atlas, page, table), y);
    if (!page) continue;
    add('hva', `${page.slot}:${hex(page.index * 4096)}`, hostMarks(page), y);
    lines.push({ from: 'gpa', y1: y, y2: y, isFocus });
    if (page.hostFrame === null || page.state === 'dropped') continue;
    const shared = hostRows.get(page.hostFrame);
    if (shared === undefined) {
      hostRows.set(page.hostFrame, y);
      add('hpa', names.frame(page.hostFrame), [], y);
    }
    lines.push({ from: 'hva', y1: y, y2: shared ?? y, isFocus });
  }
  linear.slice(0, MOST_ROWS).forEach((page, row) => {
    const y = HEAD + row * ROW;
    const isFocus = page.gfn === focused;
    items.push({
      lane: 'gva',
      key: `gva${page.gva}`,
      label: hex(page.gva),
      marks: [],
      y,
      isFocus,
      place: page.place,
    });
    const target = rowOf.get(page.gfn);
    if (target !== undefined) lines.push({ from: 'gva', y1: y, y2: target, isFocus });
  });
  const rows = Math.max(frames.length, Math.min(linear.length, MOST_ROWS));
  return { items, lines, height: HEAD + rows * ROW, hidden: all.length - frames.length };
}
