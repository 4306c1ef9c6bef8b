/**
 * The current translation as plain shapes: one row for a bare machine, two aligned rows for shadow paging (the guest's walk,
 * which KVM makes, above the shadow's, which the hardware makes), a grid where the log has nested references.
 * Cells show the tables as they are at the cursor; numbers, faults and marks come from the log.
 */
import { indexBits, type PagingMode, tableIndex } from '#arch/paging-mode.ts';
import { WALKER_NESTED } from '#machine/events.ts';
import { entryTarget, entryText, indexText, rightsText, slotText } from '#ui/entry-text.ts';
import { eventNumber, isChanged, type Moment } from '#ui/moment.ts';
import type { Place } from '#ui/place.ts';
import { faultReason } from '#ui/sentence/fault-reason.ts';
import {
  follow,
  frameReached,
  guestWalk,
  hypervisorWalk,
  type TranslationStep,
  type WalkStart,
} from '#ui/translation.ts';
import { type Focus, focusAt, type Reference, type WalkFault } from './focus.ts';
import { type GridModel, gridModel } from './grid-model.ts';

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
  /** What the entry leads to. */
  readonly target: Place | null;
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
  readonly end: {
    readonly space: 'gpa' | 'hpa';
    readonly frame: string;
    readonly offset: string;
    readonly place: Place;
  } | null;
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
  /** Where the hardware walks in two dimensions. */
  readonly grid: GridModel | null;
}

/** How one row is walked. */
interface Path extends WalkStart {
  readonly kind: WalkRow['kind'];
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

/** Words that were changed since the translation began. */
function changedSince(moment: Moment, start: number): Set<number> {
  const { reader, index } = moment;
  const places = new Set<number>();
  for (let change = reader.changesUpTo(start); change < reader.changesUpTo(index); change++)
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
  step: TranslationStep,
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
    target: entryTarget(step.table, step),
    slot: slotText(step.table, step.index),
    ...text,
    rights: isZero ? '' : rightsText(step.flags, step.table.format),
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
  target: null,
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
function decidingEntry(path: Path, steps: readonly TranslationStep[]): { level: number; bit: string } | null {
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
  const steps = follow(moment.atlas, path, hi, lo);
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
    end: end(moment, path, steps, focus),
    references: path.references.length,
  };
}

/** Where a walk leads: by the TLB, if that was asked, else by its leaf. */
function end(
  moment: Moment,
  path: Path,
  steps: readonly TranslationStep[],
  { hi, lo, tlbFrame }: Focus,
): WalkRow['end'] {
  const isKnown = tlbFrame !== null && path.kind !== 'guest';
  const frame = isKnown ? tlbFrame : frameReached(path, steps, hi, lo);
  if (frame === null) return null;
  const space = path.kind === 'shadow' ? 'hpa' : 'gpa';
  return {
    space,
    frame: space === 'hpa' ? moment.names.frame(frame) : `0x${frame.toString(16)}`,
    offset: lowBits(lo, 12),
    place: { kind: 'address', space, hi: frame >>> 20, lo: (frame << 12) | (lo & 0xfff) },
  };
}

function paths({ atlas }: Moment, focus: Focus): Path[] {
  const guest = guestWalk(atlas, focus.cpu);
  if (!guest) return [];
  const shadow = hypervisorWalk(atlas, focus.cpu);
  const { references, fault, elements, guestFault } = focus;
  if (!shadow) return [{ kind: 'hardware', ...guest, references, fault }];
  const hardware: Path = { kind: 'shadow', ...shadow, references, fault };
  if (guest.mode.levels === 0) return [hardware];
  return [{ kind: 'guest', ...guest, references: elements, fault: guestFault }, hardware];
}

/** Ways to virtualize memory in which the hardware walks the guest's own tables, and nested ones for each step. */
const TWO_DIMENSIONAL: readonly string[] = ['tdp', 'tdp-legacy', 'hap'];

const isTwoDimensional = ({ run }: Moment, { references }: Focus): boolean =>
  TWO_DIMENSIONAL.includes(run.scenario.machine.mmu) ||
  references.some(({ walker }) => walker === WALKER_NESTED);

const known = new WeakMap<Moment, WalkModel | null>();

/** The walk to draw at a moment; null where nothing is translated at all. Worked out once: the figure asks for it, and its title. */
export function walkModel(moment: Moment): WalkModel | null {
  const last = known.get(moment);
  if (last !== undefined) return last;
  const model = makeModel(moment);
  known.set(moment, model);
  return model;
}

function makeModel(moment: Moment): WalkModel | null {
  const focus = focusAt(moment.reader, moment.index);
  if (!focus) return null;
  const { hi, lo, cpu, access, isAhead } = focus;
  const about = { hi, lo, cpu, access, tlbHit: focus.tlbFrame !== null, isAhead };
  if (isTwoDimensional(moment, focus))
    return { ...about, rows: [], columns: 0, grid: gridModel(moment, focus) };
  const list = paths(moment, focus);
  const columns = Math.max(0, ...list.map((path) => path.mode.levels));
  const marks = { focus, since: changedSince(moment, focus.start) };
  return { ...about, rows: list.map((path) => row(moment, path, columns, marks)), columns, grid: null };
}
