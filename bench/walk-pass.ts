// Passes over a stream of page walks, measured where this module is loaded: a process of Node's, or a page of the browser's.
import { linearWalkOf } from '#arch/linear-walk.ts';
import { nestedWalk } from '#arch/nested-walk.ts';
import { newWalkResult } from '#arch/walk-request.ts';
import { WALK_WORDS, type WalkTrace } from '#arch/walk-trace.ts';
import type { Measured } from './walk-c.mjs';
import { BenchTables, type ModeName } from './walk-tables.ts';

export const PAGES = 16_384;
export const MILLISECONDS = 700;

/** Keeps the last references, and begins again when it is full. */
class RingTrace implements WalkTrace {
  readonly records = new Int32Array(2 ** 16 + WALK_WORDS);
  used = 0;

  beforeStore(): void {}

  /** Between two walks. */
  turn(): void {
    if (this.used > 2 ** 16) this.used = 0;
  }
}

type Pass = () => number;

/** One pass over the stream. Returns the sum of what it found. */
function passOf(name: ModeName, tables: BenchTables, trace: RingTrace | null): Pass {
  const stream = tables.stream();
  const { roots } = tables;
  const result = newWalkResult();
  const sumOf = (walks: number, faults: number): number => walks * 16 + faults;
  if (name === '4x4') {
    const request = { ...tables.nestedRequest(), trace };
    return () => {
      let sum = 0;
      let faults = 0;
      for (let i = 0, at = 0; at < stream.length; i++, at += 2) {
        const word = stream[at + 1] as number;
        if (nestedWalk(request, roots, stream[at] as number, word & ~0xfff, word & 0xfff, result))
          sum += result.frame ^ (i & 0xff);
        else faults++;
        if (trace !== null) trace.turn();
      }
      return sumOf(sum, faults);
    };
  }
  const request = tables.request();
  const walk = linearWalkOf(request, true);
  return () => {
    let sum = 0;
    let faults = 0;
    for (let i = 0, at = 0; at < stream.length; i++, at += 2) {
      const word = stream[at + 1] as number;
      if (walk(request, roots, stream[at] as number, word & ~0xfff, word & 0xfff, result))
        sum += result.frame ^ (i & 0xff);
      else faults++;
    }
    return sumOf(sum, faults);
  };
}

/** Measures in this process, or in this page. */
export function measureWalks(name: ModeName, traced: boolean): Measured {
  const tables = new BenchTables(name, PAGES);
  const pass = passOf(name, tables, traced ? new RingTrace() : null);
  let ns = Number.POSITIVE_INFINITY;
  let sum = 0;
  const end = performance.now() + MILLISECONDS;
  while (performance.now() < end) {
    tables.clearFlags();
    const start = performance.now();
    sum = pass();
    ns = Math.min(ns, ((performance.now() - start) * 1e6) / PAGES);
  }
  return { ns, sum, ...tables.flags() };
}
