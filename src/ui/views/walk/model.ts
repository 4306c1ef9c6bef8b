/**
 * The current translation as plain shapes: one row for a bare machine, two aligned rows for shadow paging (the guest's walk,
 * which KVM makes, above the shadow's, which the hardware makes), a grid where the log has nested references.
 * Cells show the tables as they are at the cursor; numbers, faults and marks come from the log.
 */
import { leafFrame } from '#arch/entry.ts';
import { indexBits, type PagingMode, pagingMode, tableIndex } from '#arch/paging-mode.ts';
import type { AtlasTable } from '#hypervisor/atlas.ts';
import { WALKER_NESTED } from '#machine/events.ts';
import { entryText, findEntry, indexText, rightsText, slotText } from '#ui/entry-text.ts';
import { eventNumber, isChanged, type Moment } from '#ui/moment.ts';
import type { Place } from '#ui/place.ts';
import { faultReason } from '#ui/sentence/fault-reason.ts';
import { type Focus, focusAt, type Reference, type WalkFault } from './focus.ts';
import { type GridWalk, gridWalk } from './grid.ts';

/** The part of the address that indexes one level. */
export interface Slice {
  /** From the left; the offset has one of its own. */
  readonly column: number;
  readonly digits: string;
  /** `47:39`. */
  readonly bits: string;
  /** `L4`; empty for the offset. */
  readonly level: string;
}

export interface WalkCell {
  readonly column: number;
  readonly level: number;
  readonly place: Place | null;
  /** `t6[010]`; empty where the walk does not come this far. */
  readonly slot: string;
  readonly address: string;
  readonly space: 'gpa' | 'hpa' | 'table' | 'none';
  readonly flags: string;
  readonly rights: string;
  readonly state: 'present' | 'empty' | 'unreached';
  /** The reference's number in this walk, where the log has it. */
  readonly order: number | null;
  /** The bit that decided, where the walk ended here: `W = 0`. */
  readonly fault: string | null;
  /** Number of the event at which it ended here, where the entry has been mended since. */
  readonly mended: number | null;
  /** Bits set in the entry by this translation: `A`, `A D`. */
  readonly setBits: string;
  readonly changed: 'now' | 'since' | null;
  readonly isCurrent: boolean;
  /** A cache made the reference unnecessary. */
  readonly isSpared: boolean;
  /** Frame of the table that it lies in; for the link between the rows. */
  readonly tableFrame: number;
  readonly tableGfn: number | null;
}

export interface WalkRow {
  readonly kind: 'guest' | 'shadow' | 'hardware';
  readonly slices: readonly Slice[];
  readonly cells: readonly WalkCell[];
  /** Where the walk leads: frame and offset. */
  readonly end: { readonly space: 'gpa' | 'hpa'; readonly frame: string; readonly offset: string } | null;
  readonly references: number;
}

export interface WalkModel {
  readonly hi: number;
  readonly lo: number;
  readonly cpu: number;
  readonly access: number;
  readonly tlbHit: boolean;
  /** Whether it is yet to come. */
  readonly isAhead: boolean;
  readonly rows: readonly WalkRow[];
  /** Columns of cells; the end has one more. */
  readonly columns: number;
  readonly grid: GridWalk | null;
}

/** How one row is walked. */
interface Path {
  readonly kind: WalkRow['kind'];
  readonly mode: PagingMode;
  readonly root: AtlasTable | null;
  readonly references: readonly Reference[];
  readonly fault: WalkFault | null;
}

const lowBits = (lo: number, count: number): string =>
  (lo & ((1 << count) - 1)).toString(16).padStart(Math.ceil(count / 4), '0');

function slices(mode: PagingMode, columns: number, hi: number, lo: number, leafLevel: number): Slice[] {
  const list: Slice[] = [];
  for (let level: number = mode.levels; level >= leafLevel; level--) {
    const { high, low } = indexBits(mode, level);
    list.push({
      column: columns - level,
      digits: indexText(tableIndex(mode, level, hi, lo)),
      bits: `${high}:${low}`,
      level: `L${level}`,
    });
  }
  const bits = indexBits(mode, leafLevel).low;
  list.push({ column: columns, digits: lowBits(lo, bits), bits: `${bits - 1}:0`, level: '' });
  return list;
}

interface Step {
  readonly level: number;
  readonly table: AtlasTable;
  readonly index: number;
  readonly frame: number;
  readonly flags: number;
  readonly kind: 'table' | 'leaf' | 'mmio' | 'not-present';
  readonly place: number;
}

/** Follows an address through the tables as they are now. */
function follow(moment: Moment, path: Path, hi: number, lo: number): Step[] {
  const steps: Step[] = [];
  let table = path.root;
  for (let level: number = path.mode.levels; table && level > 0; level--) {
    const index = tableIndex(path.mode, level, hi, lo);
    const entry = findEntry(table, index);
    steps.push({
      level,
      table,
      index,
      frame: entry?.frame ?? 0,
      flags: entry?.flags ?? 0,
      kind: entry?.kind ?? 'not-present',
      place: entry?.place ?? 0,
    });
    table = entry?.kind === 'table' && entry.target ? moment.atlas.table(entry.target) : null;
  }
  return steps;
}

/** Words that were changed since the translation began. */
function changedSince(moment: Moment, start: number): Set<number> {
  const { reader, index } = moment;
  const places = new Set<number>();
  for (let change = reader.word(start, 1); change < reader.word(index, 1); change++)
    places.add(reader.changeWord(change, 0));
  return places;
}

interface Marks {
  readonly focus: Focus;
  readonly since: ReadonlySet<number>;
}

function cell(
  moment: Moment,
  path: Path,
  step: Step,
  columns: number,
  marks: Marks,
  fault: { level: number; bit: string } | null,
): WalkCell {
  const { focus, since } = marks;
  const text = entryText(moment.names, moment.index, step.table, step);
  const reference = path.references.find((candidate) => candidate.level === step.level);
  const isZero = step.frame === 0 && step.flags === 0;
  const place =
    step.place === 0 && step.table.side === 'hypervisor'
      ? step.table.frame * 1024 + step.index * 2
      : step.place;
  const now = place !== 0 && isChanged(moment, place);
  const changed = now ? 'now' : place !== 0 && (since.has(place) || since.has(place + 1)) ? 'since' : null;
  const isFault = fault?.level === step.level;
  const gpa = step.table.frame * 4096 + step.index * step.table.entryBytes;
  return {
    column: columns - step.level,
    level: step.level,
    place: { kind: 'entry', table: step.table.id, index: step.index },
    slot: slotText(step.table, step.index),
    ...text,
    rights: isZero ? '' : rightsText(step.flags),
    state: isZero ? 'empty' : 'present',
    order: reference?.order ?? null,
    fault: isFault && changed === null ? fault.bit : null,
    mended: isFault && changed !== null && path.fault ? eventNumber(moment.run, path.fault.event) : null,
    setBits: step.table.side === 'guest' ? (focus.setBits.get(gpa) ?? '') : '',
    changed,
    isSpared: path.kind !== 'guest' && focus.tlbFrame !== null,
    isCurrent: reference?.event === moment.index || (isFault && path.fault?.event === moment.index),
    tableFrame: step.table.frame,
    tableGfn: step.table.gfn,
  };
}

const UNREACHED = {
  place: null,
  slot: '',
  address: '',
  space: 'none',
  flags: '',
  rights: '',
  state: 'unreached',
  order: null,
  fault: null,
  mended: null,
  setBits: '',
  changed: null,
  isCurrent: false,
  isSpared: false,
  tableFrame: -1,
  tableGfn: null,
} as const;

/** Where the walk ended, by the entries as they were read then. */
function decidingEntry(path: Path, steps: readonly Step[]): { level: number; bit: string } | null {
  if (!path.fault) return null;
  const read = path.references.length > 0 ? path.references : steps;
  return (
    faultReason(
      read.map(({ level, flags }) => ({ level, flags })),
      path.fault.error,
    ) ?? { level: path.fault.level, bit: 'P = 0' }
  );
}

function row(moment: Moment, path: Path, columns: number, marks: Marks): WalkRow {
  const { focus } = marks;
  const { hi, lo } = focus;
  const steps = follow(moment, path, hi, lo);
  const last = steps.at(-1);
  const leaf = last && last.kind === 'leaf' ? last : null;
  const leafLevel = leaf?.level ?? 1;
  const fault = decidingEntry(path, steps);
  const cells = steps.map((step) => cell(moment, path, step, columns, marks, fault));
  for (let level = (last?.level ?? path.mode.levels + 1) - 1; level >= leafLevel; level--)
    cells.push({ ...UNREACHED, column: columns - level, level });
  return {
    kind: path.kind,
    slices: slices(path.mode, columns, hi, lo, leafLevel),
    cells,
    end: end(moment, path, leaf, focus),
    references: path.references.length,
  };
}

/** Where a walk leads: by the TLB, if that was asked, else by its leaf. */
function end(moment: Moment, path: Path, leaf: Step | null, { hi, lo, tlbFrame }: Focus): WalkRow['end'] {
  const isHost = path.kind === 'shadow';
  const named = (frame: number) => ({
    space: isHost ? ('hpa' as const) : ('gpa' as const),
    frame: isHost ? moment.names.frame(frame) : `0x${frame.toString(16)}`,
    offset: lowBits(lo, 12),
  });
  if (tlbFrame !== null && path.kind !== 'guest') return named(tlbFrame);
  if (!leaf) return null;
  const page = indexBits(path.mode, leaf.level).low;
  const within = ((lo >>> 12) | (hi << 20)) & ((1 << (page - 12)) - 1);
  return named(leafFrame(path.mode, leaf.level, leaf.frame) | within);
}

/** Paging mode of the tables that the hardware walks under shadow paging: 8-byte entries, at least three levels. */
const shadowMode = (guest: PagingMode): PagingMode =>
  guest.levels >= 4 ? guest : { ...guest, name: 'pae', levels: 3, entryBytes: 8, linearBits: 32 };

function paths(moment: Moment, focus: Focus): Path[] {
  const { atlas } = moment;
  const registers = atlas.registers[focus.cpu];
  if (!registers) return [];
  const mode = pagingMode(registers.cr0, registers.cr4, registers.efer);
  const guestRoot = atlas.guestTables.find((table) => table.rootOf.includes(focus.cpu)) ?? null;
  if (atlas.machine === 'bare') {
    return [{ kind: 'hardware', mode, root: guestRoot, references: focus.references, fault: focus.fault }];
  }
  const shadowRoot = registers.hardwareRoot === null ? null : atlas.table(registers.hardwareRoot);
  const guest: Path = {
    kind: 'guest',
    mode,
    root: guestRoot,
    references: focus.elements,
    fault: focus.guestFault,
  };
  const shadow: Path = {
    kind: 'shadow',
    mode: shadowMode(mode),
    root: shadowRoot,
    references: focus.references,
    fault: focus.fault,
  };
  return mode.levels === 0 ? [shadow] : [guest, shadow];
}

/** The walk to draw at a moment; null where nothing is translated at all. */
export function walkModel(moment: Moment): WalkModel | null {
  const focus = focusAt(moment.reader, moment.index);
  if (!focus) return null;
  const { hi, lo, cpu, access, isAhead } = focus;
  const about = { hi, lo, cpu, access, tlbHit: focus.tlbFrame !== null, isAhead };
  if (focus.references.some((reference) => reference.walker === WALKER_NESTED)) {
    return { ...about, rows: [], columns: 0, grid: gridWalk(focus.references) };
  }
  const list = paths(moment, focus);
  const columns = Math.max(0, ...list.map((path) => path.mode.levels));
  const marks = { focus, since: changedSince(moment, focus.start) };
  return { ...about, rows: list.map((path) => row(moment, path, columns, marks)), columns, grid: null };
}
