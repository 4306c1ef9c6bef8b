/**
 * A two-dimensional walk as the textbooks draw it: a row for each guest level and one for the data; in a row the nested walk that
 * finds where the guest's entry (or the data) lies, a column a nested level, and then the guest's entry.
 *
 * Which references were made is what the log says, in the order in which the hardware made them. What a walk without caches
 * would have read besides, and what is still to come, is what the tables say.
 */
import { PTE } from '#arch/entry.ts';
import { WALKER_NESTED } from '#machine/events.ts';
import type { Reference } from './focus.ts';

/** An entry: of a nested table, or of the guest's. */
export interface GridEntry {
  readonly level: number;
  readonly index: number;
  /** Its address, a plain pair: host-physical, of a guest's entry guest-physical. */
  readonly hi: number;
  readonly lo: number;
  readonly frame: number;
  readonly flags: number;
}

/** Made; not made since a cache knew better; still to come; never to come; or not there, since a large page ends the row above it. */
export type CellState = 'read' | 'spared' | 'ahead' | 'unreached' | 'absent';

export interface GridCell {
  readonly state: CellState;
  /** What was read, or would have been; null where nothing is known of it. */
  readonly entry: GridEntry | null;
  /** Its number in the order of the hardware, spared ones included. */
  readonly number: number | null;
  /** The event of the reference. */
  readonly event: number | null;
}

export interface GridRow {
  /** The guest's level whose entry is looked for; 0 for the data. */
  readonly level: number;
  /** A cell a column. */
  readonly nested: readonly GridCell[];
  /** The guest's entry; null in the data's row. */
  readonly guest: GridCell | null;
}

export interface Grid {
  readonly rows: readonly GridRow[];
  /** Levels of the nested tables, the highest first: the columns. */
  readonly levels: readonly number[];
  /** References made, and those of a walk without caches. */
  readonly made: number;
  readonly all: number;
}

/** What the tables say of one row. */
export interface ExpectedRow {
  readonly level: number;
  /** The top level first; up to where they end. */
  readonly nested: readonly GridEntry[];
  readonly guest: GridEntry | null;
}

export interface GridSource {
  /** Guest's levels that are read from memory, and nested levels. */
  readonly guestLevels: number;
  readonly nestedLevels: number;
  readonly references: readonly Reference[];
  /** How the walk ended: with a translation (or without a walk, by the TLB), with a fault; or not yet. */
  readonly end: 'translated' | 'fault' | null;
  readonly expected: readonly ExpectedRow[];
  /** Whether a guest's entry of a level maps a page, by its flags. */
  readonly isGuestLeaf: (level: number, flags: number) => boolean;
}

/** Bits 2…0, of which a nested entry that is present has one at least, in NPT and in EPT. */
const PRESENT_BITS = 7;

/** Whether a nested entry maps a page: bit 7 says so in NPT and in EPT. */
export const isNestedLeaf = ({ level, flags }: Pick<GridEntry, 'level' | 'flags'>): boolean =>
  level === 1 || ((flags & PTE.pageSize) !== 0 && (flags & PRESENT_BITS) !== 0);

/** A row as far as the log has it. */
interface MadeRow {
  readonly level: number;
  readonly nested: ReadonlyMap<number, Reference>;
  readonly guest: Reference | null;
}

/** Orders references into rows: each guest entry ends one. */
function madeRows({ references, guestLevels, isGuestLeaf }: GridSource): MadeRow[] {
  const rows: MadeRow[] = [];
  let nested = new Map<number, Reference>();
  let next = guestLevels;
  for (const reference of references) {
    if (reference.walker === WALKER_NESTED) {
      nested.set(reference.level, reference);
      continue;
    }
    rows.push({ level: reference.level, nested, guest: reference });
    nested = new Map();
    next = isGuestLeaf(reference.level, reference.flags) ? 0 : reference.level - 1;
  }
  if (nested.size > 0) rows.push({ level: next, nested, guest: null });
  return rows;
}

/** Levels of the rows: the guest's down to its leaf, then the data. */
function rowLevels({ guestLevels, references, expected, isGuestLeaf }: GridSource): number[] {
  const guests = [
    ...references.filter(({ walker }) => walker !== WALKER_NESTED),
    ...expected.flatMap(({ guest }) => guest ?? []),
  ];
  const leaves = guests.filter(({ level, flags }) => isGuestLeaf(level, flags));
  const leaf = Math.max(1, ...leaves.map(({ level }) => level));
  const levels: number[] = [];
  for (let level = guestLevels; level >= leaf; level--) levels.push(level);
  return [...levels, 0];
}

/** What becomes of a cell that the log has no reference for. */
const missing = (source: GridSource, isPassed: boolean): CellState =>
  isPassed || source.end === 'translated' ? 'spared' : source.end === 'fault' ? 'unreached' : 'ahead';

const read = (reference: Reference): GridCell => ({
  state: 'read',
  entry: reference,
  number: null,
  event: reference.event,
});

function nestedCell(
  source: GridSource,
  level: number,
  made: MadeRow | undefined,
  expected: ExpectedRow | undefined,
  isPassed: boolean,
): GridCell {
  const reference = made?.nested.get(level);
  if (reference) return read(reference);
  const known = [...(made?.nested.values() ?? []), ...(expected?.nested ?? [])];
  if (known.some((entry) => entry.level > level && isNestedLeaf(entry)))
    return { state: 'absent', entry: null, number: null, event: null };
  // Within a row references go down: one below this column has passed it.
  const isPassedHere = isPassed || [...(made?.nested.keys() ?? [])].some((other) => other < level);
  const state = missing(source, isPassedHere);
  const entry = expected?.nested.find((candidate) => candidate.level === level) ?? null;
  return { state, entry: state === 'spared' ? entry : null, number: null, event: null };
}

/** Numbers cells in the order of the hardware. After a fault nothing more comes, so nothing more has a number. */
function numbered(rows: readonly GridRow[]): GridRow[] {
  let number = 0;
  const next = (cell: GridCell): GridCell =>
    cell.state === 'absent' || cell.state === 'unreached' ? cell : { ...cell, number: ++number };
  return rows.map((row) => {
    const nested = row.nested.map(next);
    return { ...row, nested, guest: row.guest && next(row.guest) };
  });
}

/** The grid of a walk. */
export function gridOf(source: GridSource): Grid {
  const made = madeRows(source);
  const levels = Array.from({ length: source.nestedLevels }, (_, i) => source.nestedLevels - i);
  const lastMade = made.at(-1);
  const rows = rowLevels(source).map((level): GridRow => {
    const own = made.find((row) => row.level === level);
    const expected = source.expected.find((row) => row.level === level);
    const isPassed = own ? own.guest !== null : lastMade !== undefined && level > lastMade.level;
    const nested = levels.map((column) => nestedCell(source, column, own, expected, isPassed));
    if (level === 0) return { level, nested, guest: null };
    if (own?.guest) return { level, nested, guest: read(own.guest) };
    const state = missing(source, isPassed);
    const entry = state === 'spared' ? (expected?.guest ?? null) : null;
    return { level, nested, guest: { state, entry, number: null, event: null } };
  });
  const cells = rows.flatMap((row) => [...row.nested, ...(row.guest ? [row.guest] : [])]);
  const count = (...states: CellState[]): number =>
    cells.filter(({ state }) => states.includes(state)).length;
  return {
    rows: numbered(rows),
    levels,
    made: count('read'),
    all: count('read', 'spared', 'ahead'),
  };
}
