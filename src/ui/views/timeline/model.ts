/**
 * The timeline of a range of events as plain shapes: a lane a vCPU with its steps as blocks, and one for the host with what the
 * hypervisor did. Where events are narrower than a mark they are drawn as pixels, faults and exits on top: what is drawn
 * depends on the width, not on the number of events. Lengths in CSS pixels.
 */
import { EVENT } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import { type EventShape, eventShape } from '#ui/design/event-shape.ts';
import type { Sequence } from '#ui/sequence.ts';

/** Ranks from `from` (may be fractional) on, `count` of them. */
export interface Range {
  readonly from: number;
  readonly count: number;
}

export interface StepBlock {
  readonly x: number;
  readonly width: number;
  readonly lane: number;
  readonly label: string;
  readonly step: number;
}

export interface Mark extends EventShape {
  readonly x: number;
  readonly lane: number;
  readonly index: number;
}

/** A stretch of the host's lane: from an exit to the next entry. */
export interface Outside {
  readonly x: number;
  readonly width: number;
  readonly lane: number;
}

export interface TimelineModel {
  readonly blocks: readonly StepBlock[];
  readonly marks: readonly Mark[];
  readonly outside: readonly Outside[];
  readonly ticks: readonly { readonly x: number; readonly label: string }[];
  /** Where an event is found that was searched for; one place at most a pixel. */
  readonly found: readonly number[];
  /** Where playing stops. */
  readonly stops: readonly number[];
  /** vCPUs, and what the host's lane below them holds. */
  readonly lanes: number;
  readonly host: HostLane;
}

/** What the host's lane holds: there is none, or the hypervisor's work, or steps of the host too. */
export type HostLane = 'none' | 'work' | 'steps';

/** The lane that a run needs below those of its vCPUs. */
export function hostLane(reader: LogReader, hasHypervisor: boolean): HostLane {
  if (!hasHypervisor) return 'none';
  for (let step = 0; step < reader.stepCount; step++)
    if (reader.cpu(reader.stepStart(step)) === null) return 'steps';
  return 'work';
}

/** Events narrower than this are drawn as pixels. */
const MARK_WIDTH = 9;

const GUEST_KINDS = new Set<number>([
  EVENT.access,
  EVENT.reference,
  EVENT.translated,
  EVENT.fault,
  EVENT.tlbHit,
  EVENT.tableHit,
  EVENT.frameHit,
  EVENT.tlbFlush,
]);
const BLOCK_KINDS = new Set<number>([EVENT.step, EVENT.outcome]);

/** 1, 2 or 5 times a power of ten, so that about `count` ticks fit. */
export function tickSpacing(events: number, count: number): number {
  const rough = Math.max(1, events / Math.max(1, count));
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}

/** Centre of a rank's column. */
export const rankX = (range: Range, width: number, rank: number): number =>
  ((rank + 0.5 - range.from) * width) / range.count;

/** The rank whose column is at `x`. */
export const rankAtX = (range: Range, width: number, x: number): number =>
  Math.floor(range.from + (x * range.count) / width);

const rankLists = new WeakMap<Sequence, Int32Array>();

/** Rank of each step's first event, and behind them the end; found once for a sequence. */
function startRanks(reader: LogReader, sequence: Sequence): Int32Array {
  const known = rankLists.get(sequence);
  if (known) return known;
  const ranks = Int32Array.from({ length: reader.stepCount + 1 }, (_, step) =>
    step < reader.stepCount ? sequence.rank(reader.stepStart(step)) : sequence.length,
  );
  rankLists.set(sequence, ranks);
  return ranks;
}

function blocks({ reader, sequence }: Source, range: Range, width: number): StepBlock[] {
  const list: StepBlock[] = [];
  const scale = width / range.count;
  const first = Math.max(0, reader.stepOf(sequence.at(Math.floor(Math.max(0, range.from)))));
  const ranks = startRanks(reader, sequence);
  const startRank = (step: number): number => ranks[step] as number;
  let end = -1;
  for (let step = first; step < reader.stepCount && startRank(step) < range.from + range.count; step++) {
    const x = (startRank(step) - range.from) * scale;
    const right = (startRank(step + 1) - range.from) * scale;
    if (right - Math.max(x, end) < 1 && step !== first) continue;
    end = right;
    const text = reader.text(reader.payload(reader.stepStart(step), 1));
    list.push({
      x,
      width: right - x,
      lane: reader.cpu(reader.stepStart(step)) ?? -1,
      label: `${step + 1} ${text}`,
      step,
    });
  }
  return list;
}

function markLane(reader: LogReader, index: number, host: HostLane): number {
  const cpu = reader.cpu(index);
  if (cpu === null) return -1;
  return host === 'none' || GUEST_KINDS.has(reader.kind(index)) ? cpu : -1;
}

const isLoud = (shape: EventShape): boolean => shape.tone === 'fault';

function marks({ reader, sequence, host }: Source, range: Range, width: number): Mark[] {
  const from = Math.max(0, Math.floor(range.from));
  const to = Math.min(sequence.length, Math.ceil(range.from + range.count));
  const perPixel = range.count / width;
  const stride = Math.max(1, Math.floor(perPixel / 8));
  const byPixel = new Map<number, Mark>();
  for (let rank = from; rank < to; rank += stride) {
    const index = sequence.at(rank);
    if (BLOCK_KINDS.has(reader.kind(index))) continue;
    const shape = eventShape(reader.kind(index));
    const lane = markLane(reader, index, host);
    const x = rankX(range, width, rank);
    const key = perPixel * MARK_WIDTH > 1 ? Math.floor(x) * 32 + lane + 1 : index;
    const known = byPixel.get(key);
    if (!known || (isLoud(shape) && !isLoud(known))) byPixel.set(key, { ...shape, x, lane, index });
  }
  return [...byPixel.values()];
}

function outside({ reader, sequence }: Source, range: Range, width: number): Outside[] {
  const list: Outside[] = [];
  const to = Math.min(sequence.length, Math.ceil(range.from + range.count));
  const scale = width / range.count;
  if (range.count > width) return list;
  let start = -1;
  for (let rank = Math.max(0, Math.floor(range.from)); rank < to; rank++) {
    const kind = reader.kind(sequence.at(rank));
    if (kind === EVENT.exit && start < 0) start = rank;
    else if (start >= 0 && (kind === EVENT.entry || kind === EVENT.outcome)) {
      list.push({
        x: (start - range.from) * scale,
        width: (rank + 1 - start) * scale,
        lane: reader.cpu(sequence.at(start)) ?? 0,
      });
      start = -1;
    }
  }
  return list;
}

/** Whether marks are shapes; else they are pixels. */
export const areShapes = (range: Range, width: number): boolean => width / range.count >= MARK_WIDTH;

/** What the timeline is made from. */
export interface Source {
  readonly reader: LogReader;
  /** The events that are shown. */
  readonly sequence: Sequence;
  /** The number of the event at a rank, for the ruler. */
  readonly numberAt: (rank: number) => number;
  /** Number of vCPUs. */
  readonly cpus: number;
  readonly host: HostLane;
  /** The events that are found; null where nothing is searched for. */
  readonly found: Sequence | null;
  /** The events at which playing stops. */
  readonly stops: Sequence;
}

/** Where some events are in the drawing, each pixel once: what is looked at depends on the width, not on their number. */
export function places(
  sequence: Sequence,
  events: Sequence | null,
  range: Range,
  width: number,
): readonly number[] {
  if (!events || events.length === 0 || sequence.length === 0) return [];
  const list: number[] = [];
  const last = Math.min(sequence.length, Math.ceil(range.from + range.count)) - 1;
  let rank = Math.max(0, Math.floor(range.from));
  while (rank <= last) {
    const next = events.rank(sequence.at(rank) - 1) + 1;
    if (next >= events.length) break;
    const at = Math.max(rank, sequence.rank(events.at(next)));
    if (at > last) break;
    const x = rankX(range, width, at);
    list.push(x);
    const nextPixel = Math.floor(x) + 1;
    rank = Math.max(at + 1, Math.ceil(range.from - 0.5 + (nextPixel * range.count) / width));
  }
  return list;
}

export function timelineModel(source: Source, range: Range, width: number): TimelineModel {
  const spacing = tickSpacing(range.count, width / 90);
  const end = Math.min(source.sequence.length, range.from + range.count);
  const ticks: { x: number; label: string }[] = [];
  const first = Math.ceil(Math.max(1, range.from + 1) / spacing) * spacing;
  for (let n = first; n <= end; n += spacing) {
    ticks.push({ x: rankX(range, width, n - 1), label: String(source.numberAt(n - 1)) });
  }
  return {
    blocks: blocks(source, range, width),
    marks: marks(source, range, width),
    outside: outside(source, range, width),
    ticks,
    found: places(source.sequence, source.found, range, width),
    stops: places(source.sequence, source.stops, range, width),
    lanes: source.cpus,
    host: source.host,
  };
}

/** The range at zoom `count`, moved as little as possible so that `cursor` is in it. */
export function rangeWith(range: Range, length: number, cursor: number): Range {
  const count = Math.max(1, Math.min(range.count, length));
  const margin = count * 0.06;
  let from = range.from;
  if (cursor < from + margin) from = cursor - margin;
  if (cursor > from + count - 1 - margin) from = cursor - count + 1 + margin;
  return { from: Math.max(0, Math.min(from, length - count)), count };
}
