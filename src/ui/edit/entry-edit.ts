/**
 * How a scenario changes an entry of the guest's tables: by the guest's own write, to an address that leads to the table. Where it maps
 * the table nowhere, it is given a window (window.ts).
 */
import { PTE } from '#arch/entry.ts';
import { bigOfPair, hiOfBig, hiWord, loOfBig, loWord } from '#arch/word64.ts';
import type { Atlas, AtlasTable } from '#hypervisor/atlas.ts';
import { EVENT, OUTCOME } from '#machine/events.ts';
import { entryValueText } from '#scenario/entry-value.ts';
import type { Insertion } from '#scenario/insert.ts';
import { findEntry } from '#ui/entry-text.ts';
import { cpuOf } from '#ui/marks.ts';
import type { Moment, Run } from '#ui/moment.ts';
import { follow, guestWalk } from '#ui/translation.ts';
import { type EntryAt, type GuestWay, guestWay } from './guest-way.ts';
import { atlasAfter } from './step-end.ts';
import { windowTo } from './window.ts';

/** Why nothing that a guest can do changes a thing: the hypervisor owns it, the guest cannot come to it, the machine has shut down. */
export type Refusal = 'hypervisor' | 'unreachable' | 'dead';

export interface EntryEdit {
  readonly bytes: 4 | 8;
  /** The entry as a write after the present step finds it: what the write's own walk sets is set. */
  readonly value: bigint;
  /** What makes it another value. @param text how the value is written, where somebody wrote it */
  insertion(value: bigint, text?: string): Insertion;
}

/** Whether a step came to a shutdown, or did not run any more. */
export function isDeadAfter({ reader }: Run, step: number): boolean {
  for (let event = reader.stepEnd(step) - 1; event >= reader.stepStart(step); event--) {
    if (reader.kind(event) !== EVENT.outcome) continue;
    const what = reader.payload(event, 0);
    return what === OUTCOME.shutdown || what === OUTCOME.notRun;
  }
  return false;
}

const sameEntry = (a: EntryAt, b: EntryAt): boolean => a.frame === b.frame && a.index === b.index;

/** The entries that the fetch of the stub's instruction walks, which comes before a write. */
function fetchPath({ scenario: { stub } }: Run, atlas: Atlas, cpu: number): EntryAt[] {
  const start = guestWalk(atlas, cpu);
  if (!stub || !start) return [];
  const steps = follow(atlas, start, hiOfBig(stub.gva), loOfBig(stub.gva));
  return steps.map(({ table, index }) => ({ frame: table.frame, index }));
}

/** A and D, as far as a write's own walks set them in an entry before it is written. */
function setByWalks(run: Run, atlas: Atlas, { cpu, path }: GuestWay, at: EntryAt): number {
  const walked = [...path, ...fetchPath(run, atlas, cpu)];
  const last = path.at(-1);
  return (
    (walked.some((each) => sameEntry(each, at)) ? PTE.accessed : 0) |
    (last && sameEntry(last, at) ? PTE.dirty : 0)
  );
}

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** A guest's write, as a statement. */
function writeText({ cpu, gva, ac }: GuestWay, offset: number, value: string): string {
  const prefix = cpu === 0 ? '' : `cpu${cpu} `;
  return `${prefix}write ${hex(gva + BigInt(offset))} ${value}${ac ? ' ac' : ''}`;
}

/** The writes of a PAE guest, which has 32 bits at a time: of each half that changes, the high one first, as kernels do it. */
function halfWrites(way: GuestWay, offset: number, from: bigint, to: bigint): string[] {
  const [high, low] = [to >> 32n, to & 0xffff_ffffn];
  return [
    ...(high === from >> 32n ? [] : [writeText(way, offset + 4, hex(high))]),
    ...(low === (from & 0xffff_ffffn) ? [] : [writeText(way, offset, entryValueText(low))]),
  ];
}

interface Opening {
  readonly way: GuestWay;
  /** The statement that makes a window, where it goes through one. */
  readonly map: string | null;
}

/** What was found at the end of a step, by vCPU and frame. */
const openings = new WeakMap<Atlas, Map<string, Opening | null>>();

function openingTo(run: Run, atlas: Atlas, first: number, gfn: number): Opening | null {
  const known = openings.get(atlas) ?? new Map<string, Opening | null>();
  openings.set(atlas, known);
  const key = `${first}:${gfn}`;
  if (!known.has(key)) known.set(key, wayOrWindow(run, atlas, first, gfn));
  return known.get(key) ?? null;
}

/** The way of the event's own vCPU to a frame, else of another that has one; else through a window. */
function wayOrWindow(run: Run, atlas: Atlas, first: number, gfn: number): Opening | null {
  const others = atlas.registers.map(({ cpu }) => cpu).filter((cpu) => cpu !== first);
  const cpus = [first, ...others];
  for (const cpu of cpus) {
    const way = guestWay(atlas, cpu, gfn);
    if (way) return { way, map: null };
  }
  for (const cpu of cpus) {
    const window = windowTo(run.scenario, run.reader, atlas, cpu, gfn);
    if (window) return window;
  }
  return null;
}

/** An entry's value as a write finds it. */
function valueBefore(run: Run, atlas: Atlas, way: GuestWay, table: AtlasTable, index: number): bigint {
  const now = atlas.guestTables.find(({ frame, level }) => frame === table.frame && level === table.level);
  const entry = findEntry(now ?? table, index);
  if (!entry) return 0n;
  // The four pointers of PAE have no A.
  const isPointer = table.level === 3 && isPae(atlas, way.cpu, table);
  const walked =
    entry.flags & PTE.present && !isPointer ? setByWalks(run, atlas, way, { frame: table.frame, index }) : 0;
  return bigOfPair(hiWord(entry.frame, entry.flags | walked), loWord(entry.frame, entry.flags | walked));
}

const isPae = (atlas: Atlas, cpu: number, { entryBytes }: AtlasTable): boolean =>
  entryBytes === 8 && guestWalk(atlas, cpu)?.mode.linearBits === 32;

/** How to change entry `index` of a table after the step that a moment is in; or why it cannot be. */
export function entryEdit(moment: Moment, table: AtlasTable, index: number): EntryEdit | Refusal {
  const { run, reader } = moment;
  const step = reader.stepOf(moment.index);
  if (table.side === 'hypervisor') return 'hypervisor';
  if (isDeadAfter(run, step)) return 'dead';
  const atlas = atlasAfter(run, step);
  const found = openingTo(run, atlas, cpuOf(moment), table.frame);
  if (!found) return 'unreachable';
  const { way, map } = found;
  const before = valueBefore(run, atlas, way, table, index);
  const offset = index * table.entryBytes;
  const inHalves = isPae(atlas, way.cpu, table);
  return {
    bytes: table.entryBytes,
    value: before,
    insertion: (value, text = entryValueText(value)) => ({
      setup: map === null ? [] : [map],
      steps: inHalves ? halfWrites(way, offset, before, value) : [writeText(way, offset, text)],
    }),
  };
}
