// Walks that are given caches: what they leave there makes later walks shorter, and leads to the same place.
import { describe, expect, it } from 'vitest';
import { PTE } from './entry.ts';
import { EPT } from './ept.ts';
import { PF } from './fault.ts';
import {
  ADDRESS,
  FIRST_TABLE,
  GUESTS,
  makeGuest,
  NESTED,
  TellingTrace,
  type TestGuest,
} from './nested.fixture.ts';
import { nestedWalk } from './nested-walk.ts';
import { tableIndex } from './paging-mode.ts';
import type { FrameCache, NestedCaches, TableCache } from './walk-caches.ts';
import { newWalkResult } from './walk-request.ts';
import { DIMENSION, referenceDimension, referenceLevel, referenceRow } from './walk-trace.ts';

type Kept = Pick<TableCache, 'level' | 'table' | 'rights' | 'host' | 'hostRights'>;

/** Remembers everything, of one address. */
function tableCache(): TableCache & { readonly kept: Kept[] } {
  const kept: Kept[] = [];
  const cache = {
    ...{ level: 0, table: 0, rights: 0, host: 0, hostRights: 0 },
    kept,
    find: () => {
      const lowest = kept.toSorted((one, other) => one.level - other.level)[0];
      if (lowest) Object.assign(cache, lowest);
      return lowest !== undefined;
    },
    keep: (...[, , level, table, rights, host, hostRights]: Parameters<TableCache['keep']>) => {
      kept.push({ level, table, rights, host, hostRights });
    },
  };
  return cache;
}

function frameCache(): FrameCache {
  const kept = new Map<number, Pick<FrameCache, 'frame' | 'level' | 'leaf' | 'rights'>>();
  const cache = {
    ...{ frame: 0, level: 0, leaf: 0, rights: 0 },
    find: (gfn: number, need: number, wanted: number) => {
      Object.assign(cache, kept.get(gfn));
      return kept.has(gfn) && (need & ~cache.rights) === 0 && (wanted & ~cache.leaf) === 0;
    },
    keep: (gfn: number, frame: number, level: number, leaf: number, rights: number) => {
      kept.set(gfn, { frame, level, leaf, rights });
    },
  };
  return cache;
}

const NO_TABLES: TableCache = { ...tableCache(), find: () => false, keep: () => {} };
const NO_FRAMES: FrameCache = { ...frameCache(), find: () => false, keep: () => {} };
const NONE: NestedCaches = { guest: NO_TABLES, nested: NO_TABLES, frames: NO_FRAMES };

function walk(guest: TestGuest, caches: NestedCaches, access = 0) {
  const references: string[] = [];
  const result = newWalkResult();
  const trace = new TellingTrace((what) => {
    const letter = referenceDimension(what) === DIMENSION.guest ? 'g' : 'n';
    references.push(`${referenceRow(what)}:${letter}${referenceLevel(what)}`);
  });
  nestedWalk({ ...guest.request, caches, trace }, guest.roots, ADDRESS.hi, ADDRESS.lo, access, result);
  trace.beforeStore();
  return { result, references: references.join(' ') };
}

const shape = (guest: keyof typeof GUESTS, nested: string) =>
  makeGuest({ mode: GUESTS[guest], nested: NESTED[nested] as (typeof NESTED)[string] });

describe('a second walk of the same address reads', () => {
  it.each([
    ['the guest’s leaf alone, with all caches', { guest: tableCache(), frames: frameCache() }, '1:g1'],
    [
      'the guest’s tables alone, with guest-physical translations',
      { frames: frameCache() },
      '4:g4 3:g3 2:g2 1:g1',
    ],
    [
      'two rows, with the guest’s tables by linear address',
      { guest: tableCache() },
      '1:g1 0:n4 0:n3 0:n2 0:n1',
    ],
  ])('%s', (_, some, expected) => {
    const guest = shape('4', 'ept4');
    const caches = { ...NONE, ...some };
    const first = walk(guest, caches);
    const second = walk(guest, caches);
    expect(second.references).toBe(expected);
    expect(second.result).toMatchObject({ kind: 'ok', frame: first.result.frame });
  });

  it('one nested entry a row, with nested tables by guest-physical address', () => {
    const guest = shape('4', 'npt4');
    const caches = { ...NONE, nested: tableCache() };
    walk(guest, caches);
    expect(walk(guest, caches).references).toBe('4:n1 4:g4 3:n1 3:g3 2:n1 2:g2 1:n1 1:g1 0:n1');
  });

  it('the last level alone in the other modes', () => {
    for (const mode of ['32', 'pae', '5'] as const)
      for (const nested of ['npt4', 'ept5']) {
        const guest = shape(mode, nested);
        const caches = { ...NONE, guest: tableCache(), frames: frameCache() };
        const first = walk(guest, caches).result.frame;
        const second = walk(guest, caches);
        expect([mode, nested, second.references, second.result.frame]).toEqual([mode, nested, '1:g1', first]);
      }
  });
});

describe('what is kept', () => {
  it('has the rights of the whole path', () => {
    const guest = shape('4', 'ept4');
    const { memory, hostOf } = guest;
    const at = [hostOf(FIRST_TABLE + 3), tableIndex(GUESTS['4'], 3, ADDRESS.hi, ADDRESS.lo)] as const;
    memory.put(...at, memory.get(...at) & ~BigInt(PTE.write));
    const cache = tableCache();
    walk(guest, { ...NONE, guest: cache });
    expect(cache.kept.map(({ level, rights }) => [level, rights])).toEqual([
      [3, 7],
      [2, 5],
      [1, 5],
    ]);
    const granted = EPT.read | EPT.write;
    expect((cache.kept[0]?.hostRights ?? 0) & granted).toBe(granted);
    expect(walk(guest, { ...NONE, guest: cache }, PF.write).result.kind).toBe('page-fault');
  });

  it('is nothing of a walk that ends in a fault', () => {
    const guest = shape('4', 'ept4');
    const [table, index] = [
      guest.hostOf(FIRST_TABLE + 1),
      tableIndex(GUESTS['4'], 1, ADDRESS.hi, ADDRESS.lo),
    ];
    guest.memory.put(table, index, 0n);
    const cache = tableCache();
    expect(walk(guest, { ...NONE, guest: cache }).result.kind).toBe('page-fault');
    expect(cache.kept).toEqual([]);
  });

  it('of a page that was read is not used for a write before D is set', () => {
    const guest = shape('off', 'ept4');
    const caches = { ...NONE, frames: frameCache() };
    walk(guest, caches);
    expect(walk(guest, caches).references).toBe('');
    expect(walk(guest, caches, PF.write).references).toBe('0:n4 0:n3 0:n2 0:n1');
    expect(walk(guest, caches, PF.write).references).toBe('');
  });
});
