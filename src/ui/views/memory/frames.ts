/** Which pages of the guest are worth showing: those that somebody mapped, made a table of, or touched. */
import { hiOfNumber, loOfNumber } from '#arch/word64.ts';
import type { Atlas, AtlasSlot, AtlasTable } from '#hypervisor/atlas.ts';
import type { AddressPlace } from '#ui/place.ts';

/** A linear page and where the guest's tables lead it. */
export interface LinearPage {
  readonly address: AddressPlace;
  readonly gfn: number;
}

/** Bytes that one entry of a table covers. */
const span = (table: AtlasTable): number => 4096 * (table.entryBytes === 4 ? 1024 : 512) ** (table.level - 1);

/** Bits of the linear addresses that a top table of a level translates. */
const LINEAR_BITS: Readonly<Record<number, number>> = { 5: 57, 4: 48 };

/** A linear address from its index bits: those above repeat the highest. */
function linearAddress(bits: number, gva: number): AddressPlace {
  const signed = bits > 32 && gva >= 2 ** (bits - 1) ? gva - 2 ** bits : gva;
  return { kind: 'address', space: 'gva', hi: hiOfNumber(signed), lo: loOfNumber(signed) };
}

/** Every linear page that the guest maps on its present tables, ascending; a large page counts once. */
export function linearPages(atlas: Atlas): LinearPage[] {
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

/** Frames of a slot that are looked at. */
const MOST_FRAMES = 4096;
/** 4 KiB frames of a large page. */
const LARGE = 512;

/** Frames of a slot with large pages: the first of each that the host has given, and those that were written while that is logged. */
function largeFrames(atlas: Atlas, { baseGfn, pages, dirtyLog }: AtlasSlot): number[] {
  const count = Math.min(pages, MOST_FRAMES);
  return Array.from({ length: count }, (_, i) => baseGfn + i).filter((gfn) => {
    if (gfn % LARGE === 0) return atlas.hostFrame(gfn) !== null;
    return dirtyLog && (atlas.page(gfn)?.dirty ?? false);
  });
}

function smallFrames(atlas: Atlas, { baseGfn, pages }: AtlasSlot): number[] {
  const count = Math.min(pages, MOST_FRAMES);
  return Array.from({ length: count }, (_, i) => baseGfn + i).filter((gfn) => atlas.hostFrame(gfn) !== null);
}

/** Frames without memory for which the hypervisor keeps an entry. */
const mmioFrames = (atlas: Atlas): number[] =>
  atlas.hypervisorTables.flatMap(({ entries }) => entries.flatMap(({ mmioGfn }) => mmioGfn ?? []));

/** Guest frames worth showing, ascending. */
export function framesOf(atlas: Atlas): number[] {
  const frames = new Set([
    ...atlas.guestTables.map((table) => table.frame),
    ...linearPages(atlas).map(({ gfn }) => gfn),
    ...atlas.slots.flatMap((slot) => (slot.huge ? largeFrames : smallFrames)(atlas, slot)),
    ...mmioFrames(atlas),
  ]);
  return [...frames].sort((a, b) => a - b);
}
