// What a processor decides about an access: every recorded combination of control bits, entries and access, by the walk of
// arch on its own, and by KVM's walk of a guest that does it. And every other combination of the same values, against the
// manuals' rules written down a second time.
import { describe, expect, it } from 'vitest';
import { type PagingFormat, pagingFormat } from '#arch/entry-format.ts';
import { type LinearWalk, linearWalkOf, walkInFull } from '#arch/linear-walk.ts';
import { TestMemory } from '#arch/nested.fixture.ts';
import { type PagingMode, tableIndex } from '#arch/paging-mode.ts';
import { WITH_AC } from '#arch/permission.ts';
import { newWalkResult, type WalkRequest } from '#arch/walk-request.ts';
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
import { runText } from './golden-scenarios.ts';

const MAXPHYADDR = 40;
const ROWS = accessRows();

const LO = 0x40403000;
const PAGE = 0x400000n;

const formats = new Map<string, PagingFormat>();

/** The tables of a mode, as the processor of all rows has them. */
function formatOf(mode: PagingMode): PagingFormat {
  const key = JSON.stringify(mode);
  const rules = { maxphyaddr: MAXPHYADDR, amd: true, gigabytePages: true, pse36Bits: 8 };
  const format = formats.get(key) ?? pagingFormat(mode, rules);
  formats.set(key, format);
  return format;
}

/** The walks in one dimension: in full, and in a straight line as far as entries are plain. */
const WALKS: Readonly<Record<string, (request: WalkRequest) => LinearWalk>> = {
  full: () => walkInFull,
  straight: (request) => linearWalkOf(request, true),
};

/** The row's access by arch's walk, over tables in frames 16, 15, … from the top level down. */
function byWalk(one: AccessRow, walkOf: (request: WalkRequest) => LinearWalk): AccessResult {
  const mode = rowMode(one);
  const memory = new TestMemory(32);
  const { entryBytes } = mode;
  const table = (level: number): number => 12 + level;
  const index = (level: number): number => tableIndex(mode, level, 0, LO);
  const fourBytes = entryBytes === 4;
  for (let level: number = mode.levels; level >= one.leafLevel; level--) {
    const below = BigInt(table(level - 1)) << 12n;
    let value = entryValue(mode.levels === 3 && level === 3 ? 'p' : 'p|w|u', below, false, fourBytes);
    if (level === one.leafLevel + 1 && one.upper !== null)
      value = entryValue(one.upper, below, false, fourBytes);
    if (level === one.leafLevel) value = entryValue(one.leaf, PAGE, level > 1, fourBytes);
    memory.put(table(level), index(level), value, entryBytes);
  }
  const root = table(mode.levels);
  const request: WalkRequest = {
    memory,
    mode,
    guest: formatOf(mode),
    nested: null,
    earlyA: false,
    trace: null,
    caches: null,
  };
  const roots = {
    guest: root,
    pdptes: mode.levels === 3 ? memory.place(root) : 0,
    firstPointer: 0,
    nested: 0,
  };
  const result = newWalkResult();
  const access = accessCode(one) | (one.ac ? WITH_AC : 0);
  const ok = walkOf(request)(request, roots, 0, LO, access, result);
  const flagsAt = (level: number): string =>
    usedFlags(Number(memory.get(table(level), index(level), entryBytes) & 0xfffn));
  return {
    outcome: ok ? 'ok' : `0x${result.error.toString(16)}`,
    leaf: flagsAt(one.leafLevel),
    upper: one.upper === null ? '' : flagsAt(one.leafLevel + 1),
  };
}

const POOL = 0x100;
const SMALL_PAGE = 0x80_0000n;
const ROWS_PER_GUEST = 40;
/** The instruction at the start of every page, so that a fetch is all that `exec` does; writes leave it there. */
const HALT = '0xf4';

/** A row's place in a guest that holds many: its address, and where its two entries are. */
interface Placed {
  readonly gva: bigint;
  readonly leafAt: bigint;
  readonly upperAt: bigint;
  readonly upperTarget: bigint;
}

/** Places rows in one guest. Each has a lowest table of its own, and where it varies, an entry above that is its own too. */
class GuestLayout {
  readonly #paging: AccessRow['paging'];
  #used: number;

  constructor(paging: AccessRow['paging']) {
    this.#paging = paging;
    this.#used = POOL + 1;
  }

  place(one: AccessRow, number: number): Placed {
    const bytes = this.#paging === '32' ? 4n : 8n;
    const spacing = this.#paging === '4' ? 30n : 22n;
    const gva = BigInt(number + 1) << spacing;
    const entryAt = (frame: number, shift: bigint): bigint =>
      (BigInt(frame) << 12n) + ((gva >> shift) % (4096n / bytes)) * bytes;
    // Each row of a 4-level guest has a 1 GiB region: its own directory, then its own page table.
    let directory = POOL;
    if (this.#paging === 'pae') directory = this.#takeOnce();
    if (this.#paging === '4') {
      this.#takeOnce();
      directory = this.#take();
    }
    const table = one.leafLevel === 1 ? this.#take() : 0;
    const directoryShift = this.#paging === '32' ? 22n : 21n;
    const directoryAt = entryAt(directory, directoryShift);
    if (one.leafLevel === 1)
      return { gva, leafAt: entryAt(table, 12n), upperAt: directoryAt, upperTarget: BigInt(table) << 12n };
    const pointerAt = this.#paging === '4' ? entryAt(POOL + 1, 30n) : 0n;
    return { gva, leafAt: directoryAt, upperAt: pointerAt, upperTarget: BigInt(directory) << 12n };
  }

  /** The table right below the root, which all rows share. */
  #takeOnce(): number {
    this.#used = Math.max(this.#used, POOL + 2);
    return POOL + 1;
  }

  #take(): number {
    return this.#used++;
  }
}

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** One guest that makes the accesses of `rows` (all with the same control bits), and what came of each. */
function byKvm(rows: readonly AccessRow[]): AccessResult[] {
  const { paging, wp, smep, smap, nxe } = rows[0] as AccessRow;
  const bit = (on: boolean): string => (on ? '1' : '0');
  const fourBytes = paging === '32';
  const layout = new GuestLayout(paging);
  const placed = rows.map((one, number) => layout.place(one, number));
  const width = fourBytes ? 4 : 8;
  const control = `wp=${bit(wp)} smep=${bit(smep)} smap=${bit(smap)}${fourBytes ? '' : ` nxe=${bit(nxe)}`}`;
  const setup = rows.flatMap((one, number) => {
    const { gva, leafAt, upperAt, upperTarget } = placed[number] as Placed;
    const large = one.leafLevel === 2;
    const page = large ? PAGE : SMALL_PAGE;
    const size = large ? (fourBytes ? '4M' : '2M') : '4K';
    const leaf = entryValue(one.leaf, page, large, fourBytes);
    return [
      `map s ${hex(gva)} ${hex(page)} p|w|u size=${size}`,
      `poke ${hex(leafAt)} ${hex(leaf)} width=${width}`,
      ...(one.upper === null
        ? []
        : [
            `poke ${hex(upperAt)} ${hex(entryValue(one.upper, upperTarget, false, fourBytes))} width=${width}`,
          ]),
    ];
  });
  const steps = rows.map((one, number) => {
    const gva = hex((placed[number] as Placed).gva);
    const words = `${one.access} ${gva}${one.access === 'write' ? ` ${HALT}` : ''}`;
    return `${words}${one.user ? ' user' : ''}${one.ac ? ' ac' : ''}`;
  });
  const { trace } = runText(
    [
      'scenario 1',
      `machine kvm mmu=shadow tlb=off maxphyaddr=${MAXPHYADDR}`,
      `guest paging=${paging} ${control}`,
      'slot 0 gpa=0 size=16M',
      `space s pool=${hex(BigInt(POOL) << 12n)}`,
      ...[PAGE, SMALL_PAGE].map((page) => `poke ${hex(page)} ${HALT} width=1`),
      ...setup,
      ...steps,
    ].join('\n'),
  );
  return rows.map((one, number) => resultInTrace(trace, one, number, placed[number] as Placed));
}

/** What a trace says of its step `number` (from 0), and of the entries at its end. */
function resultInTrace(
  trace: string,
  one: AccessRow,
  number: number,
  { leafAt, upperAt }: Placed,
): AccessResult {
  const steps = trace.split(/^== /m);
  const outcome = /-- (?:(ok)|#PF error=(0x[0-9a-f]+)).*\n$/.exec(steps[number + 1] as string);
  const flagsAt = (gpa: bigint): string => {
    const value = new RegExp(`-- mem gpa=${hex(gpa)} value=0x([0-9a-f]+)`).exec(steps.at(-1) as string)?.[1];
    return usedFlags(Number(BigInt(`0x${value ?? '0'}`) & 0xfffn));
  };
  return {
    outcome: outcome?.[1] ?? outcome?.[2] ?? '(none)',
    leaf: flagsAt(leafAt),
    upper: one.upper === null ? '' : flagsAt(upperAt),
  };
}

/** Rows with equal control bits, some at a time. */
function guests(rows: readonly AccessRow[]): AccessRow[][] {
  const groups = new Map<string, AccessRow[]>();
  for (const one of rows) {
    const key = [one.paging, one.wp, one.smep, one.smap, one.nxe].join();
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / ROWS_PER_GUEST) }, (_, i) =>
      group.slice(i * ROWS_PER_GUEST, (i + 1) * ROWS_PER_GUEST),
    ),
  );
}

type Miss = { readonly row: string; readonly expected: AccessResult; readonly found: AccessResult };

const missOf = (one: AccessRow, found: AccessResult): Miss[] =>
  found.outcome === one.expected.outcome &&
  found.leaf === one.expected.leaf &&
  found.upper === one.expected.upper
    ? []
    : [{ row: one.name, expected: one.expected, found }];

const missesOfKvm = (rows: readonly AccessRow[]): Miss[] =>
  guests(rows).flatMap((group) => {
    const found = byKvm(group);
    return group.flatMap((one, i) => missOf(one, found[i] as AccessResult));
  });

describe(`${ROWS.length} recorded accesses`, () => {
  it('are there, in every mode', () => {
    expect(ROWS.length).toBe(8125);
    expect(new Set(ROWS.map((one) => one.paging))).toEqual(new Set(['32', 'pae', '4']));
  });

  it.each(Object.entries(WALKS))('are decided alike by the %s walk', (name, walkOf) => {
    const misses = ROWS.flatMap((one) => missOf(one, byWalk(one, walkOf)));
    console.log(
      `${ROWS.length - misses.length} of ${ROWS.length} recorded accesses match by the ${name} walk`,
    );
    expect(misses).toEqual([]);
  });

  it('are decided alike by KVM', { timeout: 60_000 }, () => {
    const misses = missesOfKvm(ROWS);
    console.log(`${ROWS.length - misses.length} of ${ROWS.length} recorded accesses match by KVM`);
    expect(misses).toEqual([]);
  });
});

describe('all combinations of the same values', () => {
  const all = allRows();
  const key = (one: AccessRow): string =>
    [
      one.paging,
      one.wp,
      one.smep,
      one.smap,
      one.nxe,
      one.leafLevel,
      one.upper,
      one.leaf,
      one.access,
      one.user,
      one.ac,
    ].join();

  it('include the recorded ones, with the result that was recorded', () => {
    const known = new Map(all.map((one) => [key(one), one.expected]));
    expect(ROWS.flatMap((one) => missOf(one, known.get(key(one)) as AccessResult))).toEqual([]);
  });

  it.each(Object.entries(WALKS))('are decided by the %s walk as the manuals say', (_, walkOf) => {
    expect(all.flatMap((one) => missOf(one, byWalk(one, walkOf)))).toEqual([]);
  });

  it('are decided by KVM as the manuals say, every ninth of them', { timeout: 60_000 }, () => {
    expect(missesOfKvm(all.filter((_, i) => i % 9 === 0))).toEqual([]);
  });
});
