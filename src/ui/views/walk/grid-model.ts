/**
 * The grid of a two-dimensional walk in words. What was read is in the log; cells show their entries as they are at the cursor, with
 * a mark where that is not what was read.
 */
import { indexBits, tableIndex } from '#arch/paging-mode.ts';
import { hexOfPair } from '#arch/word64.ts';
import type { AtlasEntry, AtlasTable, EntryFormatName } from '#hypervisor/atlas.ts';
import { type EntryText, entryText, findEntry, guestTable, indexText, rightsText } from '#ui/entry-text.ts';
import { eventNumber, isChanged, type Moment } from '#ui/moment.ts';
import type { Place } from '#ui/place.ts';
import type { Focus } from './focus.ts';
import { type CellState, type GridCell, type GridEntry, gridOf } from './grid.ts';
import { gridSource, rowAddresses, type Scene, sceneOf, translatedAt } from './grid-scene.ts';

export interface GridCellText extends EntryText {
  readonly state: CellState;
  readonly number: number | null;
  readonly place: Place | null;
  /** `t3[104]`, `103[010]`; empty where nothing is known. */
  readonly slot: string;
  readonly rights: string;
  readonly isEmpty: boolean;
  readonly changed: 'now' | 'since' | null;
  readonly isCurrent: boolean;
  /** The bit that ended the walk here. */
  readonly fault: string | null;
  /** Number of the event at which it ended here, where the entry has been mended since. */
  readonly mended: number | null;
}

export interface GridRowText {
  readonly level: number;
  /** The guest-physical address that the row translates; null where it is not known yet. */
  readonly gpa: string | null;
  readonly gpaPlace: Place | null;
  readonly nested: readonly GridCellText[];
  readonly guest: GridCellText | null;
  /** The part of the linear address that indexes the guest's table. */
  readonly slice: { readonly digits: string; readonly bits: string } | null;
}

export interface GridModel {
  readonly rows: readonly GridRowText[];
  /** Nested levels, and the bits of a guest-physical address that index each. */
  readonly columns: readonly { readonly level: number; readonly bits: string }[];
  readonly made: number;
  readonly all: number;
  /** Levels of the guest's that are read. */
  readonly guestLevels: number;
  /** Where the walk leads; null where it has not come to its end, or ended in a fault. */
  readonly end: { readonly frame: string; readonly offset: string } | null;
  /** Whether the TLB made all of it unnecessary. */
  readonly isHit: boolean;
}

const UNKNOWN: Omit<GridCellText, 'state' | 'number'> = {
  place: null,
  slot: '',
  address: '',
  space: 'none',
  flags: '',
  rights: '',
  isEmpty: false,
  changed: null,
  isCurrent: false,
  fault: null,
  mended: null,
};

/** The frame, guest's or host's, of the table that an entry lies in. */
const frameOf = ({ hi, lo }: GridEntry): number => (lo >>> 12) | (hi << 20);

/** An entry with its table and place. */
interface Present extends Pick<AtlasEntry, 'frame' | 'flags' | 'kind' | 'mmioGfn'> {
  readonly table: AtlasTable | null;
  readonly place: number;
  readonly format: EntryFormatName;
}

/** The entry as it is now; as it was read where its table is gone. */
function present({ moment: { atlas }, isIntel }: Scene, entry: GridEntry, isGuest: boolean): Present {
  const frame = frameOf(entry);
  const table: AtlasTable | null = isGuest
    ? guestTable(atlas, frame)
    : (atlas.hypervisorTables.find((candidate) => candidate.frame === frame) ?? null);
  if (!table) {
    const format = isIntel && !isGuest ? 'ept' : 'x86';
    return { table, place: 0, frame: entry.frame, flags: entry.flags, kind: 'leaf', format };
  }
  const found = findEntry(table, entry.index);
  const place = isGuest ? (found?.place ?? 0) : frame * 1024 + entry.index * 2;
  const empty = { frame: 0, flags: 0, kind: isGuest ? 'leaf' : 'not-present' } as const;
  return { ...(found ?? empty), table, place, format: table.format };
}

function changeOf(moment: Moment, since: ReadonlySet<number>, place: number): GridCellText['changed'] {
  if (place === 0) return null;
  if (isChanged(moment, place)) return 'now';
  return since.has(place) || since.has(place + 1) ? 'since' : null;
}

/** Where a cell is: a row, and in it a nested level, or 0 for the guest's entry. */
interface At {
  readonly row: number;
  readonly column: number;
}

function cellText(scene: Scene, since: ReadonlySet<number>, cell: GridCell, at: At): GridCellText {
  const { state, number, entry, event } = cell;
  const { moment, fault } = scene;
  if (!entry) return { ...UNKNOWN, state, number };
  const isGuest = at.column === 0;
  const now = present(scene, entry, isGuest);
  const changed = changeOf(moment, since, now.place);
  const name = isGuest ? null : moment.names.tableInFrame(frameOf(entry), moment.index);
  const isFault = fault?.row === at.row && fault.column === at.column;
  const isEmpty = now.frame === 0 && now.flags === 0;
  return {
    state,
    number,
    place: now.table && { kind: 'entry', table: now.table.id, index: entry.index },
    slot: `${name ?? (frameOf(entry) >>> 0).toString(16)}[${indexText(entry.index)}]`,
    ...entryText(moment.names, moment.index, { side: isGuest ? 'guest' : 'hypervisor' }, now),
    rights: isEmpty ? '' : rightsText(now.flags, now.format),
    isEmpty,
    changed,
    isCurrent: event === moment.index || (isFault && fault.event === moment.index),
    fault: isFault && changed === null ? fault.bit : null,
    mended: isFault && changed !== null ? eventNumber(moment.run, fault.event) : null,
  };
}

function sliceOf({ guest, focus }: Scene, level: number): GridRowText['slice'] {
  if (level === 0) return null;
  const { high, low } = indexBits(guest, level);
  return { digits: indexText(tableIndex(guest, level, focus.hi, focus.lo)), bits: `${high}:${low}` };
}

function endText(scene: Scene): GridModel['end'] {
  const { reader, names } = scene.moment;
  const event = translatedAt(scene);
  if (event < 0) return null;
  const offset = (scene.focus.lo & 0xfff).toString(16).padStart(3, '0');
  return { frame: names.frame(reader.payload(event, 2)), offset };
}

/** Words that were changed since the walk began. */
function changedSince({ reader, index }: Moment, start: number): Set<number> {
  const places = new Set<number>();
  for (let change = reader.changesUpTo(start); change < reader.changesUpTo(index); change++)
    places.add(reader.changeWord(change, 0));
  return places;
}

/** The walk that the cursor is in, as a grid. */
export function gridModel(moment: Moment, focus: Focus): GridModel {
  const scene = sceneOf(moment, focus);
  const grid = gridOf(gridSource(scene));
  const addresses = rowAddresses(scene, grid);
  const since = changedSince(moment, focus.start);
  return {
    rows: grid.rows.map(({ level, nested, guest }, i) => {
      const gpa = addresses[i];
      return {
        level,
        gpa: gpa ? `0x${hexOfPair(gpa.hi, gpa.lo)}` : null,
        gpaPlace: gpa ? { kind: 'address', space: 'gpa', hi: gpa.hi, lo: gpa.lo } : null,
        nested: nested.map((cell, column) =>
          cellText(scene, since, cell, { row: level, column: grid.levels[column] ?? 0 }),
        ),
        guest: guest && cellText(scene, since, guest, { row: level, column: 0 }),
        slice: sliceOf(scene, level),
      };
    }),
    columns: grid.levels.map((level) => {
      const { high, low } = indexBits(scene.nested, level);
      return { level, bits: `${high}:${low}` };
    }),
    made: grid.made,
    all: grid.all,
    guestLevels: scene.guestLevels,
    end: endText(scene),
    isHit: focus.tlbFrame !== null,
  };
}
