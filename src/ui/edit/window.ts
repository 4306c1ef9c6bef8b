/** A window: a linear page that a scenario's `map` gives the guest, so that it can write a table that it does not map by itself. */

import { PTE } from '#arch/entry.ts';
import { PF } from '#arch/fault.ts';
import { entryRights, refusal } from '#arch/permission.ts';
import type { Atlas } from '#hypervisor/atlas.ts';
import type { LogReader } from '#machine/log-reader.ts';
import type { Scenario } from '#scenario/scenario.ts';
import { guestTablePlace } from '#ui/entry-place.ts';
import { guestWalk } from '#ui/translation.ts';
import { addressOf, canonical, type GuestWay, type ReachedTable, reachedTables } from './guest-way.ts';

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

/** The pages that the steps of a scenario name. */
function namedPages({ steps }: Scenario): Set<bigint> {
  return new Set(steps.flatMap((step) => ('gva' in step ? [step.gva >> 12n] : [])));
}

/** Whether a last-level table has, and had at the start, nothing in a group of entries. */
function isFree({ data: { base } }: LogReader, { table }: ReachedTable, group: number): boolean {
  const data = guestTablePlace(table);
  if (data === 0 || table.entries.some(({ index }) => Math.floor(index / GROUP) === group)) return false;
  const words = GROUP * (table.entryBytes / 4);
  const from = data + group * words;
  return base.subarray(from, from + words).every((word) => word === 0);
}

/** The free entries of a table: the one that gives a frame its own number first. */
function* freeEntries(reader: LogReader, reached: ReachedTable, gfn: number): Generator<number> {
  const count = 4096 / reached.table.entryBytes;
  const groups = count / GROUP;
  const first = Math.floor((gfn % count) / GROUP);
  for (let i = 0; i < groups; i++) {
    const group = (first + i) % groups;
    if (isFree(reader, reached, group)) yield group * GROUP + (gfn % GROUP);
  }
}

/** The space that a vCPU is in, by name; null where the scenario names none with that root. */
function spaceOf({ setup }: Scenario, atlas: Atlas, cpu: number): string | null {
  const root = guestWalk(atlas, cpu)?.root?.frame;
  const space = setup.find((each) => each.kind === 'space' && each.pool / 4096 === root);
  return space?.kind === 'space' ? space.name : null;
}

/**
 * A window to a frame in a last-level table that is there already, on a page that no step names: so nothing before the step that uses
 * it tells of it. Null where there is no such table, or no room.
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
  const named = namedPages(scenario);
  for (const reached of reachedTables(atlas, cpu)) {
    const { table, rights, path } = reached;
    if (table.level > 1 || refusal(mode, rights & entryRights(BITS), PF.write, false)) continue;
    for (const index of freeEntries(reader, reached, gfn)) {
      const gva = canonical(mode, addressOf(mode, reached, index));
      if (named.has(gva >> 12n)) continue;
      const map = `map ${space} 0x${gva.toString(16)} 0x${gfn.toString(16)}000 ${BITS_TEXT}`;
      return { way: { cpu, gva, ac: false, path: [...path, { frame: table.frame, index }] }, map };
    }
  }
  return null;
}
