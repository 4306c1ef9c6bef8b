/** What a grid is drawn from: the translation, how its two dimensions are cut into levels, where it ended, and what the tables say. */
import { isLeaf, leafFrame, PTE } from '#arch/entry.ts';
import { frameOfAddress, levelShift, type PagingMode, tableIndex } from '#arch/paging-mode.ts';
import type { AtlasTable } from '#hypervisor/atlas.ts';
import { EVENT, WALKER_NESTED } from '#machine/events.ts';
import type { Moment } from '#ui/moment.ts';
import { faultReason } from '#ui/sentence/fault-reason.ts';
import { nestedFaultReason, nestedPathTo, nestedRulesAt } from '#ui/sentence/nested-fault-reason.ts';
import { follow, frameReached, guestWalk, nestedMode } from '#ui/translation.ts';
import type { Focus, Reference } from './focus.ts';
import type { ExpectedRow, Grid, GridEntry, GridSource } from './grid.ts';

export interface Scene {
  readonly moment: Moment;
  readonly focus: Focus;
  readonly guest: PagingMode;
  /** Guest's levels that are read from memory: Intel's processors have the page-directory pointers in registers. */
  readonly guestLevels: number;
  readonly nested: PagingMode;
  readonly root: AtlasTable | null;
  readonly isIntel: boolean;
  readonly fault: SceneFault | null;
}

/** Where a fault was met: in a row, and there in a nested level's column or (0) in the guest's. */
export interface SceneFault {
  readonly row: number;
  readonly column: number;
  readonly bit: string;
  readonly event: number;
}

/** An address as a plain pair. */
interface Pair {
  readonly hi: number;
  readonly lo: number;
}

const pairOf = (frame: number, offset: number): Pair => ({ hi: frame >>> 20, lo: (frame << 12) | offset });

const isNested = ({ walker }: Reference): boolean => walker === WALKER_NESTED;

function sceneFault({ reader }: Moment, focus: Focus): SceneFault | null {
  const { fault, references, access } = focus;
  if (!fault) return null;
  const { level: row, event } = fault;
  const rules = nestedRulesAt(reader, event);
  if (!rules) {
    const reason = faultReason(
      references.filter((reference) => !isNested(reference)),
      fault.error,
    );
    return reason && { row: reason.level, column: 0, bit: reason.bit, event };
  }
  const reason = nestedFaultReason(nestedPathTo(reader, event), access, row === 0, rules);
  return reason && { row, column: reason.level, bit: reason.bit, event };
}

export function sceneOf(moment: Moment, focus: Focus): Scene {
  const { atlas, run } = moment;
  const id = atlas.registers[focus.cpu]?.hardwareRoot ?? null;
  const root = id === null ? null : atlas.table(id);
  const levels = root?.level ?? Math.max(4, ...focus.references.filter(isNested).map(({ level }) => level));
  const guest = guestWalk(atlas, focus.cpu)?.mode ?? nestedMode(4);
  const isIntel = run.scenario.machine.vendor === 'intel';
  return {
    moment,
    focus,
    guest,
    guestLevels: guest.levels === 3 && isIntel ? 2 : guest.levels,
    nested: nestedMode(levels),
    root,
    isIntel,
    fault: sceneFault(moment, focus),
  };
}

/** The nested entries on the way to a guest-physical address, as far as they lead. */
function nestedPath({ moment, nested, root }: Scene, { hi, lo }: Pair): GridEntry[] {
  return follow(moment.atlas, { mode: nested, root }, hi, lo).map(
    ({ level, table, index, frame, flags }) => ({
      level,
      index,
      frame,
      flags,
      ...pairOf(table.frame, index * 8),
    }),
  );
}

/** What the tables say of every row. */
export function expectedRows(scene: Scene): ExpectedRow[] {
  const { moment, focus, guest, guestLevels } = scene;
  const { hi, lo, cpu } = focus;
  const walk = guestWalk(moment.atlas, cpu);
  if (!walk || !scene.root) return [];
  const steps = follow(moment.atlas, walk, hi, lo);
  const rows = steps
    .filter(({ level }) => level <= guestLevels)
    .map(({ level, table, index, frame, flags }): ExpectedRow => {
      const at = pairOf(table.frame, index * table.entryBytes);
      return { level, nested: nestedPath(scene, at), guest: { level, index, frame, flags, ...at } };
    });
  const frame = guest.levels === 0 ? frameOfAddress(0, lo) : frameReached(walk, steps, hi, lo);
  if (frame === null) return rows;
  return [...rows, { level: 0, nested: nestedPath(scene, pairOf(frame, lo & 0xfff)), guest: null }];
}

/** The event at which the walk came to its end; -1 where it has not, or not with a translation. */
export function translatedAt({ focus, moment: { reader, index } }: Scene): number {
  for (let event = focus.start; event <= index; event++) {
    const kind = reader.kind(event);
    if (kind === EVENT.translated || kind === EVENT.tlbHit) return event;
  }
  return -1;
}

export const endOf = (scene: Scene): GridSource['end'] =>
  scene.focus.fault ? 'fault' : translatedAt(scene) >= 0 ? 'translated' : null;

const isGuestLeaf = ({ guest }: Scene, level: number, flags: number): boolean =>
  (flags & PTE.present) !== 0 && isLeaf(guest, level, flags);

/** What the grid of a scene is made from. */
export const gridSource = (scene: Scene): GridSource => ({
  guestLevels: scene.guestLevels,
  nestedLevels: scene.nested.levels,
  references: scene.focus.references,
  end: endOf(scene),
  expected: expectedRows(scene),
  isGuestLeaf: (level, flags) => isGuestLeaf(scene, level, flags),
});

/** Where an entry of the guest's leads the address: to an entry of the next table, or to the data. */
function ledTo(scene: Scene, { level, frame, flags }: GridEntry): Pair | null {
  const { guest, focus } = scene;
  const { hi, lo } = focus;
  if (!(flags & PTE.present)) return null;
  if (!isGuestLeaf(scene, level, flags))
    return pairOf(frame, tableIndex(guest, level - 1, hi, lo) * guest.entryBytes);
  const within = frameOfAddress(hi, lo) & ((1 << levelShift(guest, level)) - 1);
  return pairOf(leafFrame(guest, level, frame) | within, lo & 0xfff);
}

/** The guest-physical address that each row translates; null where it is not known yet. */
export function rowAddresses(scene: Scene, grid: Grid): (Pair | null)[] {
  const { guest, guestLevels, focus, moment } = scene;
  const { hi, lo } = focus;
  const [cr3Hi, cr3Lo] = moment.atlas.registers[focus.cpu]?.cr3 ?? [0, 0];
  let next: Pair | null = { hi: 0, lo };
  if (guestLevels > 0 && guestLevels === guest.levels) {
    const index = tableIndex(guest, guestLevels, hi, lo);
    next = pairOf(frameOfAddress(cr3Hi, cr3Lo), index * guest.entryBytes);
  } else if (guestLevels > 0) next = null;
  return grid.rows.map(({ guest: cell }) => {
    const entry = cell?.entry ?? null;
    const address: Pair | null = entry ? { hi: entry.hi, lo: entry.lo } : next;
    next = entry && ledTo(scene, entry);
    return address;
  });
}
