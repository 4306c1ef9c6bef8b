// The recorded accesses of golden/access-matrix.csv by a guest whose memory is reached through nested tables that allow
// everything: the guest's own tables decide as they do without.
import { describe, expect, it } from 'vitest';
import { type NestedFormat, pagingFormat } from '#arch/entry-format.ts';
import { MAXPHYADDR, mapNested, NESTED, TestMemory } from '#arch/nested.fixture.ts';
import { nestedWalk } from '#arch/nested-walk.ts';
import { type PagingMode, tableIndex } from '#arch/paging-mode.ts';
import { WITH_AC } from '#arch/permission.ts';
import { newWalkResult } from '#arch/walk-request.ts';
import {
  type AccessResult,
  type AccessRow,
  accessCode,
  accessRows,
  allRows,
  entryValue,
  rowMode,
  usedFlags,
} from './access-matrix.ts';

const LO = 0x40403000;
const FIRST_TABLE = 0x10;
const LARGE_PAGE = 0x400;

/** A guest for all rows of a mode: its tables lie in guest frames FIRST_TABLE + level, and host frames somewhere else. */
class Guest {
  readonly memory = new TestMemory(64);
  readonly #mode: PagingMode;
  readonly #nested: NestedFormat;
  readonly #guest: ReturnType<typeof pagingFormat>;
  readonly #root = this.memory.allocate();
  readonly #hosts = new Map<number, number>();

  readonly #earlyA: boolean;

  constructor(mode: PagingMode, nested: NestedFormat, earlyA: boolean) {
    this.#earlyA = earlyA;
    this.#mode = mode;
    this.#nested = nested;
    this.#guest = pagingFormat(mode, {
      maxphyaddr: MAXPHYADDR,
      amd: true,
      gigabytePages: true,
      pse36Bits: 8,
    });
    for (let level = 1; level <= mode.levels; level++) {
      this.#hosts.set(level, this.memory.allocate());
      mapNested(this.memory, nested, this.#root, FIRST_TABLE + level, this.#host(level));
    }
    mapNested(this.memory, nested, this.#root, LARGE_PAGE + ((LO >>> 12) & 0x1ff), this.memory.allocate());
    mapNested(this.memory, nested, this.#root, LARGE_PAGE + ((LO >>> 12) & 0x3ff), this.memory.allocate());
    mapNested(this.memory, nested, this.#root, LARGE_PAGE, this.memory.allocate());
  }

  access(one: AccessRow): AccessResult {
    for (let level: number = this.#mode.levels; level >= one.leafLevel; level--)
      this.memory.put(this.#host(level), this.#index(level), this.#entry(one, level), this.#mode.entryBytes);
    const request = {
      memory: this.memory,
      mode: this.#mode,
      guest: this.#guest,
      nested: this.#nested,
      earlyA: this.#earlyA,
      trace: null,
      log: null,
      caches: null,
    };
    const pdptes = this.#mode.levels === 3 && this.#nested.vendor === 'intel' ? this.#host(3) << 10 : 0;
    const roots = { guest: FIRST_TABLE + this.#mode.levels, pdptes, firstPointer: 0, nested: this.#root };
    const result = newWalkResult();
    nestedWalk(request, roots, 0, LO, accessCode(one) | (one.ac ? WITH_AC : 0), result);
    const faulted = result.kind === 'page-fault';
    return {
      outcome: faulted ? `0x${result.error.toString(16)}` : result.kind,
      leaf: this.#flags(one.leafLevel),
      upper: one.upper === null ? '' : this.#flags(one.leafLevel + 1),
    };
  }

  #entry(one: AccessRow, level: number): bigint {
    const below = BigInt(FIRST_TABLE + level - 1) << 12n;
    const fourBytes = this.#mode.entryBytes === 4;
    if (this.#mode.levels === 3 && level === 3) return entryValue('p', below, false, fourBytes);
    if (level === one.leafLevel) return entryValue(one.leaf, BigInt(LARGE_PAGE) << 12n, level > 1, fourBytes);
    const varied = level === one.leafLevel + 1 ? one.upper : null;
    return entryValue(varied ?? 'p|w|u', below, false, fourBytes);
  }

  #host(level: number): number {
    return this.#hosts.get(level) as number;
  }

  #index(level: number): number {
    return tableIndex(this.#mode, level, 0, LO);
  }

  #flags(level: number): string {
    const entry = this.memory.get(this.#host(level), this.#index(level), this.#mode.entryBytes);
    return usedFlags(Number(entry & 0xfffn));
  }
}

/** Rows that come out otherwise, each in a guest that has its control bits. */
function misses(
  rows: readonly AccessRow[],
  nested: NestedFormat,
  expected: (one: AccessRow) => AccessResult,
  earlyA = false,
): unknown[] {
  const guests = new Map<string, Guest>();
  return rows.flatMap((one) => {
    const mode = rowMode(one);
    const key = JSON.stringify(mode);
    const guest = guests.get(key) ?? new Guest(mode, nested, earlyA);
    guests.set(key, guest);
    const found = guest.access(one);
    const { outcome, leaf, upper } = expected(one);
    if (found.outcome === outcome && found.leaf === leaf && found.upper === upper) return [];
    return [{ row: one.name, expected: expected(one), found }];
  });
}

const ROWS = accessRows();
const ALL = allRows();

describe.each(Object.entries(NESTED))('through %s', (name, nested) => {
  it(`${ROWS.length} recorded accesses are decided alike`, () => {
    const found = misses(ROWS, nested, (one) => one.expected);
    console.log(`${ROWS.length - found.length} of ${ROWS.length} recorded accesses match through ${name}`);
    expect(found).toEqual([]);
  });

  it(`all ${ALL.length} combinations are decided as the manuals say`, () => {
    expect(misses(ALL, nested, (one) => one.expected)).toEqual([]);
  });
});

describe('a processor that sets A flags early', () => {
  it('leaves those that were recorded', () => {
    const npt = NESTED.npt4 as NestedFormat;
    expect(misses(ROWS, npt, (one) => one.processor, true)).toEqual([]);
  });
});
