/**
 * The rows of golden/ept-exits.csv: what an access meets whose guest-physical page, or one of the guest's tables, is mapped by
 * given EPT entries. Each row is built and walked.
 *
 * All rows are about guest-physical page 0x8040201000, which has index 1 at every level of EPT, in tables of its own. The data
 * lie there (linear address 0x10000), or a table of the guest (of 0x600000 its page table, of 0x40000000 its page
 * directory, of 0x8000000000 its directory pointers). All else is mapped with all rights.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PTE } from '#arch/entry.ts';
import { type NestedFormat, pagingFormat } from '#arch/entry-format.ts';
import { EPT, eptFormat } from '#arch/ept.ts';
import { PF } from '#arch/fault.ts';
import { GUESTS, MAXPHYADDR, mapNested, TestMemory } from '#arch/nested.fixture.ts';
import { nestedWalk } from '#arch/nested-walk.ts';
import { tableIndex } from '#arch/paging-mode.ts';
import { newWalkResult } from '#arch/walk-request.ts';
import { bigOfPair, hiOfBig, loOfBig } from '#arch/word64.ts';
import { GOLDEN } from './golden-scenarios.ts';

export interface ExitRow {
  /** The row's columns up to the result. */
  readonly name: string;
  readonly accessedDirty: boolean;
  readonly modeBasedExecute: boolean;
  /** Which EPT entries vary: `pte`, `pde`, `pdpte`, `pml4e`, `pde+pte`, or a large page such as `pde2M ok`. */
  readonly varied: string;
  readonly upper: bigint;
  readonly leaf: bigint;
  readonly access: string;
  readonly expected: Exit;
}

/** What came of an access; cells of the file. */
export interface Exit {
  readonly exit: string;
  readonly qualification: string;
  readonly gpa: string;
  /** A and D flags of the four EPT entries afterwards, where there was no exit. */
  readonly flags: string;
}

/**
 * With mode-based execute control the emulator shifts the entries' rights into place with bit 10 (execute for user pages) among
 * them, so that it comes out as bit 13; for fetches alone it uses bit 6, which is the manual's place in all cases.
 */
const manualQualification = (cell: string, modeBasedExecute: boolean): string => {
  const value = Number(cell);
  if (!modeBasedExecute || !(value & 0x2000)) return cell;
  return `0x${((value & ~0x2000) | 0x40).toString(16)}`;
};

export function exitRows(): ExitRow[] {
  const [, ...lines] = readFileSync(join(GOLDEN, 'ept-exits.csv'), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const cells = line.split(',');
    const cell = (index: number): string => cells[index] as string;
    const modeBasedExecute = cell(2) === '1';
    return {
      name: cells.slice(0, 7).join(','),
      accessedDirty: cell(1) === '1',
      modeBasedExecute,
      varied: cell(3),
      upper: BigInt(cell(4)),
      leaf: BigInt(cell(5)),
      access: cell(6),
      expected: {
        exit: cell(8),
        qualification: manualQualification(cell(9), modeBasedExecute),
        gpa: cell(10),
        flags: cell(24),
      },
    };
  });
}

const TARGET = 0x8040201;
const FIRST_TABLE = 0x10;
const DATA = 0x20;

/** What an access of the file means: which table of the guest is in TARGET (0: the data are), and the guest's leaf. */
interface AccessKind {
  readonly gla: bigint;
  readonly tableLevel: number;
  readonly code: number;
  /** Flags of the guest's last entry, and of the entry in the table that is in TARGET. */
  readonly leafFlags: bigint;
  readonly tableFlags: bigint;
}

const ALL = BigInt(PTE.present | PTE.write | PTE.user | PTE.accessed | PTE.dirty);
const SUPERVISOR = BigInt(PTE.present | PTE.accessed | PTE.dirty);
const LEAVES: Readonly<Record<string, bigint>> = {
  rotpte: SUPERVISOR,
  nxpte: SUPERVISOR | BigInt(PTE.write) | (1n << 63n),
};
const WALKED: Readonly<Record<string, readonly [number, bigint]>> = {
  pte: [1, 0x60_0000n],
  pde: [2, 0x4000_0000n],
  pdpte: [3, 0x80_0000_0000n],
};
const CODES: Readonly<Record<string, number>> = {
  read: 0,
  write: PF.write,
  rmw: PF.write,
  fetch: PF.fetch,
};

function accessKind(access: string): AccessKind {
  const walk = /^walk-(\w+)\((.*); (\w+)\)$/.exec(access);
  if (walk) {
    const [, entry = '', state = '', kind = ''] = walk;
    const [tableLevel, gla] = WALKED[entry] as readonly [number, bigint];
    const clear = state.includes('A clear')
      ? PTE.accessed | PTE.dirty
      : state.includes('D clear')
        ? PTE.dirty
        : 0;
    return { gla, tableLevel, code: CODES[kind] as number, leafFlags: ALL, tableFlags: ALL & ~BigInt(clear) };
  }
  const user = access.startsWith('user-');
  const [kind = '', leaf = ''] = access.replace('user-', '').split('-');
  return {
    gla: 0x1_0000n,
    tableLevel: 0,
    code: (CODES[kind] as number) | (user ? PF.user : 0),
    leafFlags: LEAVES[leaf] ?? ALL,
    tableFlags: ALL,
  };
}

const formats = new Map<string, NestedFormat>();

function formatOf(accessedDirty: boolean, modeBasedExecute: boolean): NestedFormat {
  const key = `${accessedDirty} ${modeBasedExecute}`;
  const known = formats.get(key);
  if (known) return known;
  const format = eptFormat({
    levels: 4,
    maxphyaddr: MAXPHYADDR,
    accessedDirty,
    modeBasedExecute,
    executeOnly: true,
    gigabytePages: true,
    exitInformation: true,
  });
  formats.set(key, format);
  return format;
}

const GUEST = pagingFormat(GUESTS['4'], {
  maxphyaddr: MAXPHYADDR,
  amd: false,
  gigabytePages: true,
  pse36Bits: 8,
});

/** Builds the row's tables, walks, and says what came of it in the file's words. */
export function walkRow(row: ExitRow): Exit {
  const memory = new TestMemory(64);
  const nested = formatOf(row.accessedDirty, row.modeBasedExecute);
  const kind = accessKind(row.access);
  const root = memory.allocate();
  const tables = mapTarget(memory, root, row);
  const hosts = mapGuest(memory, nested, root, kind);
  const target = tables[0] as number;
  putGuestEntries(memory, kind, (level) => (level === kind.tableLevel ? target : (hosts[level] as number)));
  const request = {
    memory,
    mode: GUESTS['4'],
    guest: GUEST,
    nested,
    earlyA: false,
    trace: null,
    log: null,
    caches: null,
  };
  const roots = { guest: FIRST_TABLE + 4, pdptes: 0, firstPointer: 0, nested: root };
  const result = newWalkResult();
  nestedWalk(request, roots, hiOfBig(kind.gla), loOfBig(kind.gla), kind.code, result);
  const gpa = `0x${bigOfPair(result.gpaHi, result.gpaLo).toString(16)}`;
  if (result.kind === 'misconfiguration') return { exit: 'EPT_MISCONFIG', qualification: '', gpa, flags: '' };
  if (result.kind === 'nested-fault')
    return { exit: 'EPT_VIOLATION', qualification: `0x${result.codeLo.toString(16)}`, gpa, flags: '' };
  if (result.kind !== 'ok') return { exit: result.kind, qualification: '', gpa, flags: '' };
  const flags = [4, 3, 2, 1].map((level) => usedFlags(memory.get(tables[level] as number, 1))).join('/');
  return { exit: 'none(vmcall)', qualification: '', gpa: '', flags };
}

/** EPT tables of TARGET, by level; `[0]` is the host frame of the page. */
function mapTarget(memory: TestMemory, root: number, row: ExitRow): number[] {
  const all = 7n | (row.modeBasedExecute ? BigInt(EPT.userExecute) : 0n);
  const tables = [memory.allocate(), memory.allocate(), memory.allocate(), memory.allocate(), root];
  const names = ['', 'pte', 'pde', 'pdpte', 'pml4e'];
  const leafVaries = ['pte', 'pde+pte'].includes(row.varied);
  for (let level = 4; level >= 1; level--) {
    const large = row.varied.startsWith(level === 2 ? 'pde2M' : 'pdpte1G');
    const varies = level > 1 && (large || row.varied.split('+').includes(names[level] as string));
    const flags = level === 1 && leafVaries ? row.leaf : varies ? row.upper : level === 1 ? row.leaf : all;
    const below = large ? 0n : BigInt(tables[level - 1] as number) << 12n;
    memory.put(tables[level] as number, 1, flags | below);
  }
  return tables;
}

/** Maps the guest's tables outside TARGET, and its data. Returns their host frames, by level. */
function mapGuest(memory: TestMemory, nested: NestedFormat, root: number, kind: AccessKind): number[] {
  return [0, 1, 2, 3, 4].map((level) => {
    const host = memory.allocate();
    const gfn = level === 0 ? DATA : FIRST_TABLE + level;
    if (level !== kind.tableLevel || level === 0) mapNested(memory, nested, root, gfn, host);
    return host;
  });
}

function putGuestEntries(memory: TestMemory, kind: AccessKind, hostOf: (level: number) => number): void {
  const gfnOf = (level: number): number => {
    if (level === kind.tableLevel) return TARGET;
    return level === 0 ? DATA : FIRST_TABLE + level;
  };
  for (let level = 4; level >= 1; level--) {
    const index = tableIndex(GUESTS['4'], level, hiOfBig(kind.gla), loOfBig(kind.gla));
    let flags = level === 1 ? kind.leafFlags : ALL;
    if (level === kind.tableLevel) flags = kind.tableFlags;
    memory.put(hostOf(level), index, (BigInt(gfnOf(level - 1)) << 12n) | flags);
  }
}

const usedFlags = (entry: bigint): string =>
  (entry & BigInt(EPT.accessed) ? 'A' : '') + (entry & BigInt(EPT.dirty) ? 'D' : '') || '-';
