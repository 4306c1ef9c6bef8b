/** Where the tables of a moment lead a linear address: entry by entry, through the guest's tables and those that the hardware walks. */
import { leafFrame } from '#arch/entry.ts';
import {
  CR0,
  CR4,
  EFER,
  frameOfAddress,
  indexBits,
  type PagingMode,
  pagingMode,
  tableIndex,
} from '#arch/paging-mode.ts';
import type { Atlas, AtlasEntry, AtlasTable } from '#hypervisor/atlas.ts';
import { findEntry } from './entry-text.ts';

/** An entry on the way. An empty one has zeros, and place 0. */
export interface TranslationStep extends Pick<AtlasEntry, 'frame' | 'flags' | 'kind' | 'place' | 'target'> {
  readonly level: number;
  readonly table: AtlasTable;
  readonly index: number;
}

/** Tables that a walk begins with, and how an address is cut for them. */
export interface WalkStart {
  readonly mode: PagingMode;
  readonly root: AtlasTable | null;
}

/** Paging mode of the tables that the hardware walks under shadow paging: 8-byte entries, at least three levels. */
const shadowMode = (guest: PagingMode): PagingMode =>
  guest.levels >= 4 ? guest : { ...guest, name: 'pae', levels: 3, entryBytes: 8, linearBits: 32 };

/** The guest's own tables of a vCPU; null for no such vCPU. */
export function guestWalk(atlas: Atlas, cpu: number): WalkStart | null {
  const registers = atlas.registers[cpu];
  if (!registers) return null;
  const mode = pagingMode(registers.cr0, registers.cr4, registers.efer);
  return { mode, root: atlas.guestTables.find((table) => table.rootOf.includes(cpu)) ?? null };
}

/** The tables that the hypervisor made for a vCPU's linear addresses; null where there is no hypervisor. */
export function hypervisorWalk(atlas: Atlas, cpu: number): WalkStart | null {
  const guest = guestWalk(atlas, cpu);
  if (!guest || atlas.machine === 'bare') return null;
  const root = atlas.registers[cpu]?.hardwareRoot ?? null;
  return { mode: shadowMode(guest.mode), root: root === null ? null : atlas.table(root) };
}

/** How nested tables cut an address: like long mode. */
export const nestedMode = (levels: number): PagingMode =>
  pagingMode(CR0.PE | CR0.PG, CR4.PAE | (levels === 5 ? CR4.LA57 : 0), EFER.LME | EFER.LMA);

/** The tables that the hypervisor made for a vCPU's guest-physical addresses. */
function nestedWalk(atlas: Atlas, cpu: number): WalkStart {
  const id = atlas.registers[cpu]?.hardwareRoot ?? null;
  const root = id === null ? null : atlas.table(id);
  return { mode: nestedMode(root?.level ?? 4), root };
}

/** Follows an address (plain pair) through the tables as they are. */
export function follow(atlas: Atlas, { mode, root }: WalkStart, hi: number, lo: number): TranslationStep[] {
  const steps: TranslationStep[] = [];
  let table = root;
  for (let level: number = mode.levels; table && level > 0; level--) {
    const index = tableIndex(mode, level, hi, lo);
    const entry = findEntry(table, index);
    steps.push({
      level,
      table,
      index,
      frame: entry?.frame ?? 0,
      flags: entry?.flags ?? 0,
      kind: entry?.kind ?? 'not-present',
      place: entry?.place ?? 0,
      target: entry?.target ?? null,
    });
    table = entry?.kind === 'table' && entry.target ? atlas.table(entry.target) : null;
  }
  return steps;
}

/** The 4 KiB frame that the last of some steps leads an address to; null where they end without a page. */
export function frameReached(
  { mode }: WalkStart,
  steps: readonly TranslationStep[],
  hi: number,
  lo: number,
): number | null {
  const leaf = steps.at(-1);
  if (leaf?.kind !== 'leaf') return null;
  const page = indexBits(mode, leaf.level).low;
  const within = ((lo >>> 12) | (hi << 20)) & ((1 << (page - 12)) - 1);
  return leafFrame(mode, leaf.level, leaf.frame) | within;
}

/** One kind of tables on an address's way: what it is entered with, by which entries it goes, where it leads. */
export interface Leg {
  readonly side: 'guest' | 'hypervisor';
  readonly steps: readonly TranslationStep[];
  /** The 4 KiB frame that it leads to, unsigned; null where it ends without a page. */
  readonly frame: number | null;
}

function leg(atlas: Atlas, side: Leg['side'], start: WalkStart, hi: number, lo: number): Leg {
  const steps = follow(atlas, start, hi, lo);
  const reached = start.mode.levels === 0 ? frameOfAddress(hi, lo) : frameReached(start, steps, hi, lo);
  return { side, steps, frame: reached === null ? null : reached >>> 0 };
}

/** The way of a guest-physical address through nested tables; null where the hardware walks none. */
export function nestedLeg(atlas: Atlas, cpu: number, hi: number, lo: number): Leg | null {
  return atlas.nested && leg(atlas, 'hypervisor', nestedWalk(atlas, cpu), hi, lo);
}

/**
 * The way of a linear address: through the guest's tables; then, through what the hypervisor made, of the same address (shadow
 * paging) or of the guest-physical one.
 */
export function legsOf(atlas: Atlas, cpu: number, hi: number, lo: number): Leg[] {
  const start = guestWalk(atlas, cpu);
  if (!start) return [];
  const guest = leg(atlas, 'guest', start, hi, lo);
  if (atlas.nested) {
    const { frame } = guest;
    const nested = frame === null ? null : nestedLeg(atlas, cpu, frame >>> 20, (frame << 12) | (lo & 0xfff));
    return nested ? [guest, nested] : [guest];
  }
  const shadow = hypervisorWalk(atlas, cpu);
  return shadow ? [guest, leg(atlas, 'hypervisor', shadow, hi, lo)] : [guest];
}
