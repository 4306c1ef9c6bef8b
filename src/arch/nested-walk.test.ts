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
  nestedIndex,
  type Shape,
  TellingTrace,
  type TestGuest,
} from './nested.fixture.ts';
import { nestedRead, nestedWalk } from './nested-walk.ts';
import { tableIndex } from './paging-mode.ts';
import { newWalkResult, pageShift, type WalkResult } from './walk-request.ts';
import { DIMENSION, referenceDimension, referenceLevel, referenceRow } from './walk-trace.ts';
import { bigOfPair } from './word64.ts';

const format = (name: string): Shape['nested'] => NESTED[name] as Shape['nested'];

interface Walk {
  readonly result: WalkResult;
  /** `n4`, `g4`, … in order, with the row they belong to. */
  readonly references: readonly string[];
}

function walkOf(guest: TestGuest, access: number, earlyA = false): Walk {
  const references: string[] = [];
  const result = newWalkResult();
  const trace = new TellingTrace((what) => {
    const letter = referenceDimension(what) === DIMENSION.guest ? 'g' : 'n';
    references.push(`${referenceRow(what)}:${letter}${referenceLevel(what)}`);
  });
  const request = { ...guest.request, earlyA, trace };
  nestedWalk(request, guest.roots, ADDRESS.hi, ADDRESS.lo, access, result);
  trace.beforeStore();
  return { result, references };
}

/** The nested entry that maps a guest frame: in which table, and where. */
function nestedEntry(guest: TestGuest, gfn: number, leaf = 1): readonly [number, number] {
  let table = guest.roots.nested;
  for (let level = guest.request.nested.levels; level > leaf; level--)
    table = Number(guest.memory.get(table, nestedIndex(gfn, level)) >> 12n) & 0xffff;
  return [table, nestedIndex(gfn, leaf)];
}

function setNested(guest: TestGuest, gfn: number, change: (entry: bigint) => bigint, leaf = 1): void {
  const [table, index] = nestedEntry(guest, gfn, leaf);
  guest.memory.put(table, index, change(guest.memory.get(table, index)));
}

const guestEntry = (guest: TestGuest, level: number): readonly [number, number, 4 | 8] => [
  guest.hostOf(FIRST_TABLE + level),
  tableIndex(guest.request.mode, level, ADDRESS.hi, ADDRESS.lo),
  guest.request.mode.entryBytes,
];

function setGuest(guest: TestGuest, level: number, change: (entry: bigint) => bigint): void {
  const [table, index, bytes] = guestEntry(guest, level);
  guest.memory.put(table, index, change(guest.memory.get(table, index, bytes)), bytes);
}

const flagsOf = (guest: TestGuest, level: number): number =>
  Number(guest.memory.get(...guestEntry(guest, level)) & 0xfffn);

const code = (result: WalkResult): string =>
  `${result.kind} 0x${bigOfPair(result.codeHi, result.codeLo).toString(16)}`;
const gpa = (result: WalkResult): bigint => bigOfPair(result.gpaHi, result.gpaLo);

describe('a walk in two dimensions makes (n+1)(m+1)-1 references', () => {
  it.each([
    ['off', 'npt4', 1, 1, 4],
    ['off', 'npt5', 1, 1, 5],
    ['32', 'npt4', 1, 1, 14],
    ['32', 'npt5', 1, 1, 17],
    ['32', 'npt4', 2, 1, 9],
    ['pae', 'ept4', 1, 1, 14],
    ['pae', 'ept5', 1, 1, 17],
    ['pae', 'npt4', 1, 1, 19],
    ['4', 'npt4', 1, 1, 24],
    ['4', 'ept4', 1, 1, 24],
    ['4', 'npt5', 1, 1, 29],
    ['5', 'npt4', 1, 1, 29],
    ['5', 'ept5', 1, 1, 35],
    ['4', 'npt4', 2, 2, 15],
    ['4', 'ept4', 3, 3, 8],
    ['4', 'npt4', 2, 1, 19],
  ] as const)(
    'guest %s, nested %s, leaves of level %i and %i: %i',
    (mode, nested, guestLeaf, nestedLeaf, count) => {
      const guest = makeGuest({ mode: GUESTS[mode], nested: format(nested), guestLeaf, nestedLeaf });
      const { result, references } = walkOf(guest, PF.user);
      expect(result.kind).toBe('ok');
      expect(result.frame).toBe(guest.hostOf(guest.gfn));
      expect(gpa(result)).toBe((BigInt(guest.gfn) << 12n) | 8n);
      expect(references.length).toBe(count);
    },
  );

  it('row after row: nested entries from the top, then the guest’s', () => {
    const guest = makeGuest({ mode: GUESTS['32'], nested: format('npt4') });
    expect(walkOf(guest, 0).references.join(' ')).toBe(
      '2:n4 2:n3 2:n2 2:n1 2:g2 1:n4 1:n3 1:n2 1:n1 1:g1 0:n4 0:n3 0:n2 0:n1',
    );
  });
});

describe('the page that both dimensions map as one', () => {
  it.each([
    ['4', 'npt4', 1, 1, 0],
    ['4', 'ept4', 2, 1, 0],
    ['4', 'ept4', 1, 2, 0],
    ['4', 'npt4', 2, 2, 9],
    ['32', 'npt4', 2, 2, 9],
    ['4', 'npt4', 3, 3, 18],
    ['off', 'npt4', 1, 2, 9],
  ] as const)(
    'guest %s, nested %s, leaves %i and %i: 2^%i frames',
    (mode, nested, guestLeaf, nestedLeaf, shift) => {
      const guest = makeGuest({ mode: GUESTS[mode], nested: format(nested), guestLeaf, nestedLeaf });
      expect(pageShift(guest.request, walkOf(guest, 0).result)).toBe(shift);
    },
  );
});

describe('a nested fault (AMD)', () => {
  const make = (): TestGuest => makeGuest({ mode: GUESTS['4'], nested: format('npt4') });

  it.each([
    ['a read', PF.user, 0x1_0000_0004n],
    ['a write', PF.write, 0x1_0000_0006n],
    ['a fetch', PF.fetch, 0x1_0000_0014n],
  ])('of %s says so, as a user’s access to the final address', (_, access, expected) => {
    const guest = make();
    setNested(guest, guest.gfn, () => 0n);
    const { result } = walkOf(guest, access);
    expect(code(result)).toBe(`nested-fault 0x${expected.toString(16)}`);
    expect(result).toMatchObject({ row: 0, nestedLevel: 1 });
    expect(gpa(result)).toBe((BigInt(guest.gfn) << 12n) | 8n);
  });

  it.each([
    ['is not present', 0n, 0x2_0000_0006n],
    ['is read-only', BigInt(PTE.present | PTE.user), 0x2_0000_0007n],
    ['is the supervisor’s', BigInt(PTE.present | PTE.write), 0x2_0000_0007n],
    ['has a reserved bit', BigInt(PTE.present | PTE.write | PTE.user) | (1n << 51n), 0x2_0000_000fn],
  ])('on a guest’s table counts as a write: an entry that %s', (_, entry, expected) => {
    const guest = make();
    const gfn = FIRST_TABLE + 2;
    setNested(guest, gfn, () => entry);
    const { result, references } = walkOf(guest, 0);
    expect(code(result)).toBe(`nested-fault 0x${expected.toString(16)}`);
    expect(gpa(result)).toBe(
      (BigInt(gfn) << 12n) | BigInt(tableIndex(GUESTS['4'], 2, ADDRESS.hi, ADDRESS.lo) * 8),
    );
    expect(references.at(-1)).toBe('2:n1');
  });

  it('of a write to a read-only page, and of a fetch from an NX one', () => {
    const guest = make();
    setNested(guest, guest.gfn, (entry) => entry & ~BigInt(PTE.write));
    expect(code(walkOf(guest, PF.write).result)).toBe('nested-fault 0x100000007');
    setNested(guest, guest.gfn, (entry) => entry | (1n << 63n));
    expect(code(walkOf(guest, PF.fetch).result)).toBe('nested-fault 0x100000015');
    expect(walkOf(guest, 0).result).toMatchObject({ kind: 'ok', nestedRights: 4 });
  });
});

describe('an EPT violation', () => {
  const make = (nested = 'ept4'): TestGuest => makeGuest({ mode: GUESTS['4'], nested: format(nested) });

  it.each([
    ['a read', PF.user, 'nested-fault 0x781'],
    ['a write', PF.write, 'nested-fault 0x782'],
    ['a fetch', PF.fetch, 'nested-fault 0x784'],
  ])('of %s of a page that is not there', (_, access, expected) => {
    const guest = make();
    setNested(guest, guest.gfn, () => 0n);
    expect(code(walkOf(guest, access).result)).toBe(expected);
  });

  it('says what the guest’s tables grant', () => {
    const guest = make();
    setNested(guest, guest.gfn, () => 0n);
    setGuest(guest, 1, (entry) => (entry & ~BigInt(PTE.user | PTE.write)) | (1n << 63n));
    expect(code(walkOf(guest, 0).result)).toBe('nested-fault 0x981');
  });

  it('on a guest’s table is a read and a write with A/D flags, a read without', () => {
    for (const [name, expected] of [
      ['ept4', 'nested-fault 0x83'],
      ['ept4WithoutFlags', 'nested-fault 0x81'],
    ] as const) {
      const guest = make(name);
      setNested(guest, FIRST_TABLE + 1, () => 0n);
      expect(code(walkOf(guest, 0).result)).toBe(expected);
    }
  });

  it('without A/D flags, meets a read-only table when an A flag must be set, and not before', () => {
    const guest = make('ept4WithoutFlags');
    setNested(guest, FIRST_TABLE + 1, (entry) => entry & ~BigInt(EPT.write));
    const { result, references } = walkOf(guest, 0);
    expect(code(result)).toBe('nested-fault 0xaa');
    expect(result).toMatchObject({ row: 1, nestedLevel: 0 });
    expect(references.at(-1)).toBe('1:g1');
    expect([4, 3, 2, 1].map((level) => flagsOf(guest, level) & PTE.accessed)).toEqual([32, 32, 32, 0]);
    setGuest(guest, 1, (entry) => entry | BigInt(PTE.accessed));
    expect(walkOf(guest, 0).result.kind).toBe('ok');
    expect(code(walkOf(guest, PF.write).result)).toBe('nested-fault 0xaa');
  });

  it('of a page-directory pointer has no linear address', () => {
    const guest = makeGuest({ mode: GUESTS.pae, nested: format('ept4') });
    setNested(guest, FIRST_TABLE + 3, () => 0n);
    const result = newWalkResult();
    expect(nestedRead(guest.request, guest.roots, 0, (FIRST_TABLE + 3) << 12, result)).toBe(false);
    expect(code(result)).toBe('nested-fault 0x1');
    expect(walkOf(guest, 0).result.kind).toBe('ok');
  });
});

describe('an EPT misconfiguration', () => {
  it.each([
    ['writable, not readable', 0x32n],
    ['of memory type 2', 0x17n],
    ['with an address bit too many', 0x37n | (1n << 40n)],
  ])('is an entry %s', (_, entry) => {
    const guest = makeGuest({ mode: GUESTS['4'], nested: format('ept4') });
    setNested(guest, guest.gfn, () => entry);
    expect(walkOf(guest, 0).result).toMatchObject({ kind: 'misconfiguration', row: 0, nestedLevel: 1 });
  });
});

describe('A and D flags', () => {
  const AD = PTE.accessed | PTE.dirty;

  it('of the guest are set before the final translation fails', () => {
    const guest = makeGuest({ mode: GUESTS['4'], nested: format('ept4') });
    setNested(guest, guest.gfn, () => 0n);
    walkOf(guest, PF.write);
    expect([4, 3, 2, 1].map((level) => flagsOf(guest, level) & AD)).toEqual([32, 32, 32, 96]);
  });

  it('of a guest’s entry are not set where its walk fails, but early ones above it', () => {
    for (const [early, expected] of [
      [false, [0, 0, 0]],
      [true, [32, 32, 0]],
    ] as const) {
      const guest = makeGuest({ mode: GUESTS['4'], nested: format('npt4') });
      setGuest(guest, 2, (entry) => entry & ~BigInt(PTE.present));
      expect(walkOf(guest, PF.write, early).result).toMatchObject({ kind: 'page-fault', error: 2, row: 2 });
      expect([4, 3, 2].map((level) => flagsOf(guest, level) & AD)).toEqual(expected);
    }
  });

  it.each(['npt4', 'ept4'])(
    'of %s: D on the leaves of guest tables, A alone on that of a page read',
    (name) => {
      const nested = format(name);
      const guest = makeGuest({ mode: GUESTS['4'], nested });
      const both = nested.accessed | nested.dirty;
      const leaf = (gfn: number): number => Number(guest.memory.get(...nestedEntry(guest, gfn))) & both;
      walkOf(guest, 0);
      expect(leaf(FIRST_TABLE + 4)).toBe(both);
      expect(leaf(FIRST_TABLE + 1)).toBe(both);
      expect(leaf(guest.gfn)).toBe(nested.accessed);
      walkOf(guest, PF.write);
      expect(leaf(guest.gfn)).toBe(both);
    },
  );

  it('of 4-byte entries are set in the right half', () => {
    const guest = makeGuest({ mode: GUESTS['32'], nested: format('npt4') });
    const [table, index] = guestEntry(guest, 1);
    expect(index & 1).toBe(1);
    guest.memory.put(table, index - 1, 0x12345003n, 4);
    walkOf(guest, PF.write);
    expect(flagsOf(guest, 1) & AD).toBe(AD);
    expect(guest.memory.get(table, index - 1, 4)).toBe(0x12345003n);
  });
});

describe('page-modification logging', () => {
  it('is told of each leaf whose D flag a walk sets, and stops the walk when it is full', () => {
    const guest = makeGuest({ mode: GUESTS['4'], nested: format('ept4') });
    const told: number[] = [];
    const log = { full: () => told.length === 5, append: (gfn: number) => told.push(gfn) };
    const request = { ...guest.request, log };
    const result = newWalkResult();
    const walk = (access: number): boolean =>
      nestedWalk(request, guest.roots, ADDRESS.hi, ADDRESS.lo, access, result);
    expect(walk(0)).toBe(true);
    expect(told).toEqual([4, 3, 2, 1].map((level) => FIRST_TABLE + level));
    expect(walk(PF.write)).toBe(true);
    expect(told.at(-1)).toBe(guest.gfn);
    expect(walk(PF.write)).toBe(true);
    setNested(guest, guest.gfn, (entry) => entry & ~BigInt(EPT.dirty));
    expect(walk(0)).toBe(true);
    expect(walk(PF.write)).toBe(false);
    expect(result.kind).toBe('log-full');
  });
});
