/** One nested translation in full: from a guest frame to a host frame through NPT or EPT, or to what forbids it. */
import { PTE } from './entry.ts';
import { entryKind, KIND, type NestedFormat } from './entry-format.ts';
import { PF } from './fault.ts';
import { turned } from './nested-rights.ts';
import type { FrameCache, NestedCaches } from './walk-caches.ts';
import type { NestedWalkRequest, WalkResult } from './walk-request.ts';
import { addReference, DIMENSION, reference } from './walk-trace.ts';

/** There is no frame: `translation` and the result's kind tell why. */
export const NOWHERE = -1;

/** What the last translation met, beside the frame. */
export const translation = {
  /** It was refused, in a way that has a code (nested-fault.ts). */
  faulted: false,
  /** Flags that were needed. */
  need: 0,
  /** Turned flags that all entries have (nested-rights.ts); 0 if one is not present. */
  all: 0,
  /** Flags of the leaf as it was read, or as it is remembered. */
  leaf: 0,
  /** #NPF: PF.present, PF.reserved. */
  reason: 0,
};

/** The current translation, by level: where the entry is, the frame in it, and the turned flags of all entries down to it. */
const path = { place: new Int32Array(6), frame: new Int32Array(6), all: new Int32Array(6) };

/**
 * Translates a guest frame. Returns the host frame, with A and D set where kept, or NOWHERE: the result's kind is then
 * `misconfiguration`, `log-full`, or `nested-fault` with the code still to be made (nested-fault.ts).
 * @param root host frame of the top table @param row level of the guest's entry that is looked for; 0 the data
 * @param need flags that all entries must have (nested-rights.ts)
 */
export function translate(
  request: NestedWalkRequest,
  root: number,
  gfn: number,
  row: number,
  need: number,
  result: WalkResult,
): number {
  const { nested, memory, trace, caches } = request;
  const { words } = memory;
  translation.need = need;
  translation.faulted = false;
  // A write that D is yet to be set for needs a walk.
  if (caches?.frames.find(gfn, need, need & PTE.write ? nested.dirty : 0))
    return remembered(caches.frames, result);
  let table = root;
  let all = -1;
  let level = nested.levels;
  if (caches?.nested.find(gfn >>> 20, gfn << 12)) ({ table, rights: all, level } = caches.nested);
  const top = level;
  for (; ; level--) {
    // A frame number has 32 bits, so nothing of it indexes the fifth level.
    const index = level === 5 ? 0 : (gfn >>> ((level - 1) * 9)) & 511;
    const place = (table << 10) + index * 2;
    table = words[place] as number;
    const flags = words[place + 1] as number;
    path.place[level] = place;
    result.nestedLevel = level;
    result.place = place;
    if (trace)
      trace.used = addReference(
        trace.records,
        trace.used,
        reference(DIMENSION.nested, row, level),
        place,
        gfn,
      );
    const kind = entryKind(nested, level, table, flags);
    if (kind === KIND.absent) return fail(result, 'nested-fault', 0, 0);
    if (kind === KIND.malformed) return malformed(nested, result);
    all &= turned(nested, flags);
    path.all[level] = all;
    path.frame[level] = table;
    translation.leaf = flags;
    if (kind === KIND.leaf) break;
    if (request.earlyA) setFlags(request, place, nested.accessed);
  }
  if (need & ~all) return fail(result, 'nested-fault', PF.present, all);
  translation.all = all;
  if (!setAccessedAndDirty(request, top, level, gfn, (need & PTE.write) !== 0))
    return fail(result, 'log-full', 0, 0);
  const within = (1 << ((level - 1) * 9)) - 1;
  const frame = (table & ~within) | (gfn & within);
  if (caches) keep(request, caches, top, level, gfn, frame);
  return frame;
}

function remembered({ frame, level, leaf, rights }: FrameCache, result: WalkResult): number {
  translation.all = rights;
  translation.leaf = leaf;
  result.nestedLevel = level;
  result.place = 0;
  return frame;
}

/** Tells the caches what the translation of a guest frame went through. */
function keep(
  { memory }: NestedWalkRequest,
  { nested, frames }: NestedCaches,
  top: number,
  leaf: number,
  gfn: number,
  frame: number,
): void {
  for (let level = top; level > leaf; level--)
    nested.keep(
      gfn >>> 20,
      gfn << 12,
      level - 1,
      path.frame[level] as number,
      path.all[level] as number,
      0,
      0,
    );
  translation.leaf = memory.words[(path.place[leaf] as number) + 1] as number;
  frames.keep(gfn, frame, leaf, translation.leaf, translation.all);
}

/** Sets A flags top down, and D in the leaf for a write (W is the same bit in EPT and NPT). False if the log is full. */
function setAccessedAndDirty(
  request: NestedWalkRequest,
  top: number,
  leaf: number,
  gfn: number,
  write: boolean,
): boolean {
  const { nested, memory, log } = request;
  const dirtied = write ? nested.dirty & ~translation.leaf : 0;
  let missing = dirtied;
  for (let level = top; level >= leaf; level--)
    missing |= nested.accessed & ~(memory.words[(path.place[level] as number) + 1] as number);
  if (missing === 0) return true;
  if (log?.full()) return false;
  for (let level = top; level >= leaf; level--)
    setFlags(request, path.place[level] as number, nested.accessed | (level === leaf ? dirtied : 0));
  if (dirtied !== 0) log?.append(gfn);
  return true;
}

function setFlags({ memory, trace }: NestedWalkRequest, place: number, wanted: number): void {
  const flags = memory.words[place + 1] as number;
  if ((wanted & ~flags) === 0) return;
  trace?.beforeStore();
  memory.set(place + 1, flags | wanted);
}

const malformed = (nested: NestedFormat, result: WalkResult): typeof NOWHERE =>
  fail(result, nested.vendor === 'amd' ? 'nested-fault' : 'misconfiguration', PF.present | PF.reserved, 0);

function fail(result: WalkResult, kind: WalkResult['kind'], reason: number, all: number): typeof NOWHERE {
  result.kind = kind;
  translation.faulted = kind === 'nested-fault';
  translation.reason = reason;
  translation.all = all;
  return NOWHERE;
}
