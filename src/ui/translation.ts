/** Where the tables of a moment lead a linear address: entry by entry, through the guest's tables and those that the hardware walks. */
import { leafFrame } from '#arch/entry.ts';
import { indexBits, type PagingMode, pagingMode, tableIndex } from '#arch/paging-mode.ts';
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
