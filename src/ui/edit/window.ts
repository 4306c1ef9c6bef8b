/** A window: a linear page that a scenario's `map` gives the guest, so that it can write a table that it does not map by itself. */

import { PTE } from '#arch/entry.ts';
import { PF } from '#arch/fault.ts';
import { levelShift, type PagingMode } from '#arch/paging-mode.ts';
import { entryRights, refusal } from '#arch/permission.ts';
import { frameWord, hiWord, loWord } from '#arch/word64.ts';
import type { Atlas, AtlasTable } from '#hypervisor/atlas.ts';
import type { LogReader } from '#machine/log-reader.ts';
import type { Scenario } from '#scenario/scenario.ts';
import { guestTablePlace } from '#ui/entry-place.ts';
import { guestWalk } from '#ui/translation.ts';
import {
  addressOf,
  canonical,
  type GuestWay,
  type Pointer,
  type ReachedTable,
  reachedTables,
} from './guest-way.ts';

export interface GuestWindow {
  readonly way: GuestWay;
  /** The statement that prepares it. */
  readonly map: string;
}

/** Entries that KVM looks at together where it maps one before it is used (PTE_PREFETCH_NUM): a window keeps away from others. */
const GROUP = 8;

/** What the window's own entry says: nothing is to be set in it, and nobody but the kernel uses it. */
const BITS = PTE.present | PTE.write | PTE.accessed | PTE.dirty;
const BITS_TEXT = 'p|w|a|d';

/** Entries of these levels can be windows: of single pages, else of large ones. */
const LEVELS = [1, 2] as const;
type WindowLevel = (typeof LEVELS)[number];

/** Whether an entry pointed at the start where it points now: `map` goes by the tables of the start. */
function isOfStart({ data: { base } }: LogReader, { place, index }: Pointer, table: AtlasTable): boolean {
  const [first, second] = [base[place] ?? 0, base[place + 1] ?? 0];
  const [hi, lo] = [hiWord(first, second), loWord(first, second)];
  const isHigh = table.entryBytes === 4 && index % 2 === 1;
  const frame = table.entryBytes === 8 ? frameWord(hi, lo) : (isHigh ? hi : lo) >>> 12;
  const flags = isHigh ? hi : lo;
  return frame === table.frame && (flags & PTE.present) !== 0;
}

/** Whether a table was reached at the start as it is now. */
function wasReached(atlas: Atlas, reader: LogReader, { table, path }: ReachedTable): boolean {
  const frames = [...path.slice(1).map(({ frame }) => frame), table.frame];
  const tables = frames.map((frame) => atlas.guestTables.find((each) => each.frame === frame));
  return path.every((pointer, i) => isOfStart(reader, pointer, tables[i] ?? table));
}

/** Whether a table has, and had at the start, nothing in some entries that follow each other. */
function isFree({ data: { base } }: LogReader, table: AtlasTable, from: number, count: number): boolean {
  const data = guestTablePlace(table);
  if (data === 0 || table.entries.some(({ index }) => index >= from && index < from + count)) return false;
  // Two entries of 4 bytes share a place.
  const perEntry = table.entryBytes / 4;
  const first = data + ((from * perEntry) & ~1);
  const words = Math.max(2, count * perEntry);
  return base.subarray(first, first + words).every((word) => word === 0);
}

/** The free entries of a table: the one that gives a frame its own number first. */
function* freeEntries(reader: LogReader, table: AtlasTable, number: number): Generator<number> {
  const count = table.level === 1 ? GROUP : 1;
  const groups = 4096 / table.entryBytes / count;
  const first = Math.floor(number / count);
  for (let i = 0; i < groups; i++) {
    const from = ((first + i) % groups) * count;
    if (isFree(reader, table, from, count)) yield from + (number % count);
  }
}

/** The space that a vCPU is in, by name; null where the scenario names none with that root. */
function spaceOf({ setup }: Scenario, atlas: Atlas, cpu: number): string | null {
  const root = guestWalk(atlas, cpu)?.root?.frame;
  const space = setup.find((each) => each.kind === 'space' && each.pool / 4096 === root);
  return space?.kind === 'space' ? space.name : null;
}

interface Wanted {
  readonly cpu: number;
  readonly mode: PagingMode;
  readonly space: string;
  readonly gfn: number;
}

const hex = (value: bigint | number): string => `0x${value.toString(16)}`;

/** The window that an entry of a table would be; null where a step names a page of it. */
function windowAt(
  { steps }: Scenario,
  { cpu, mode, space, gfn }: Wanted,
  reached: ReachedTable,
  index: number,
): GuestWindow | null {
  const { table, path } = reached;
  const shift = levelShift(mode, table.level);
  const first = canonical(mode, addressOf(mode, reached, index));
  const reach = BigInt(12 + shift);
  if (steps.some((step) => 'gva' in step && step.gva >> reach === first >> reach)) return null;
  const within = gfn % 2 ** shift;
  const size = table.level === 1 ? '' : ` size=${2 ** (shift - 8)}M`;
  return {
    way: {
      cpu,
      gva: first + BigInt(within * 4096),
      ac: false,
      path: [...path, { frame: table.frame, index }],
    },
    map: `map ${space} ${hex(first)} ${hex((gfn - within) * 4096)} ${BITS_TEXT}${size}`,
  };
}

/**
 * A window to a frame in a table that was there at the start, on a page that no step names: so nothing before the step that uses it
 * tells of it. Null where there is no such table, or no room.
 */
export function windowTo(
  scenario: Scenario,
  reader: LogReader,
  atlas: Atlas,
  cpu: number,
  gfn: number,
): GuestWindow | null {
  const space = spaceOf(scenario, atlas, cpu);
  const mode = guestWalk(atlas, cpu)?.mode;
  if (space === null || !mode) return null;
  const wanted: Wanted = { cpu, mode, space, gfn };
  for (const level of mode.pse ? LEVELS : LEVELS.slice(0, 1)) {
    const window = windowOfLevel(scenario, reader, atlas, wanted, level);
    if (window) return window;
  }
  return null;
}

function windowOfLevel(
  scenario: Scenario,
  reader: LogReader,
  atlas: Atlas,
  wanted: Wanted,
  level: WindowLevel,
): GuestWindow | null {
  const { cpu, mode, gfn } = wanted;
  const number = Math.floor(gfn / 2 ** levelShift(mode, level)) % (4096 / mode.entryBytes);
  for (const reached of reachedTables(atlas, cpu)) {
    const { table, rights } = reached;
    if (table.level !== level || refusal(mode, rights & entryRights(BITS), PF.write, false)) continue;
    if (!wasReached(atlas, reader, reached)) continue;
    for (const index of freeEntries(reader, table, number)) {
      const window = windowAt(scenario, wanted, reached, index);
      if (window) return window;
    }
  }
  return null;
}
