/** A small machine for tests of two-dimensional walks: memory, and guest tables and nested tables that map one address. */
import { PTE } from './entry.ts';
import { type NestedFormat, pagingFormat } from './entry-format.ts';
import { EPT, eptFormat } from './ept.ts';
import { nptFormat } from './npt.ts';
import { CR0, CR4, EFER, levelShift, type PagingMode, pagingMode, tableIndex } from './paging-mode.ts';
import type { NestedWalkRequest, Roots, TableMemory } from './walk-request.ts';
import { REFERENCE, WALK_WORDS, type WalkTrace } from './walk-trace.ts';
import { bigOfPair, flagsWord, frameWord, hiOfBig, hiWord, loOfBig, loWord } from './word64.ts';

export const MAXPHYADDR = 40;

/** Host frames of 1,024 words, handed out one after the other. */
export class TestMemory implements TableMemory {
  readonly words: Int32Array;
  #used = 1;

  constructor(frames: number) {
    this.words = new Int32Array(frames << 10);
  }

  set(place: number, value: number): void {
    this.words[place] = value;
  }

  place(frame: number): number {
    return frame << 10;
  }

  allocate(): number {
    return this.#used++;
  }

  /** Stores an entry of a table in a host frame. */
  put(frame: number, index: number, value: bigint, bytes = 8): void {
    const place = (frame << 10) + (bytes === 8 ? index * 2 : index & ~1);
    let [hi, lo] = [hiOfBig(value), loOfBig(value)];
    if (bytes === 4) {
      const old = this.get(frame, index >>> 1);
      [hi, lo] = index & 1 ? [lo, loOfBig(old)] : [hiOfBig(old), lo];
    }
    this.words[place] = frameWord(hi, lo);
    this.words[place + 1] = flagsWord(hi, lo);
  }

  /** An entry of a table in a host frame. */
  get(frame: number, index: number, bytes = 8): bigint {
    const place = (frame << 10) + (bytes === 8 ? index * 2 : index & ~1);
    const [frameBits, flags] = [this.words[place] as number, this.words[place + 1] as number];
    const [hi, lo] = [hiWord(frameBits, flags), loWord(frameBits, flags)];
    if (bytes === 8) return bigOfPair(hi, lo);
    return BigInt((index & 1 ? hi : lo) >>> 0);
  }
}

/** A trace that tells each reference, while its entry still is as it was read. Call `beforeStore` when a walk has ended. */
export class TellingTrace implements WalkTrace {
  readonly records = new Int32Array(WALK_WORDS);
  used = 0;
  readonly #tell: (what: number, place: number, gfn: number) => void;

  constructor(tell: (what: number, place: number, gfn: number) => void) {
    this.#tell = tell;
  }

  beforeStore(): void {
    const word = (at: number): number => this.records[at] as number;
    for (let at = 0; at < this.used; at += REFERENCE.size)
      this.#tell(word(at), word(at + REFERENCE.place), word(at + REFERENCE.gfn));
    this.used = 0;
  }
}

const PAGED = CR0.PE | CR0.PG | CR0.WP;
const LONG = EFER.LME | EFER.LMA | EFER.NXE;

export const GUESTS = {
  off: pagingMode(CR0.PE, 0, 0),
  '32': pagingMode(PAGED, CR4.PSE, 0),
  pae: pagingMode(PAGED, CR4.PAE, EFER.NXE),
  '4': pagingMode(PAGED, CR4.PAE, LONG),
  '5': pagingMode(PAGED, CR4.PAE | CR4.LA57, LONG),
} as const;

export const NESTED: Readonly<Record<string, NestedFormat>> = {
  npt4: nptFormat({ levels: 4, maxphyaddr: MAXPHYADDR, gigabytePages: true, noExecute: true }),
  npt5: nptFormat({ levels: 5, maxphyaddr: MAXPHYADDR, gigabytePages: true, noExecute: true }),
  ept4: ept(4, true),
  ept5: ept(5, true),
  ept4WithoutFlags: ept(4, false),
};

function ept(levels: 4 | 5, accessedDirty: boolean): NestedFormat {
  return eptFormat({
    levels,
    maxphyaddr: MAXPHYADDR,
    accessedDirty,
    modeBasedExecute: false,
    executeOnly: true,
    gigabytePages: true,
    exitInformation: true,
  });
}

/** How the tables of a test map its address. */
export interface Shape {
  readonly mode: PagingMode;
  readonly nested: NestedFormat;
  /** Levels of the leaves: 1 for 4 KiB, 2 for 2 MiB (4 MiB), 3 for 1 GiB. */
  readonly guestLeaf?: number;
  readonly nestedLeaf?: number;
}

export const ADDRESS = { hi: 0, lo: 0x4040_3008 } as const;
export const FIRST_TABLE = 16;
/** Guest frame of the page with 4 KiB leaves; larger ones begin where their size allows. */
const PAGE = 40;

/** The guest and its nested tables, everything allowed, and what a walk needs. */
export interface TestGuest {
  readonly memory: TestMemory;
  readonly request: NestedWalkRequest;
  readonly roots: Roots;
  /** Host frame of a guest frame, where the nested tables map it. */
  readonly hostOf: (gfn: number) => number;
  /** Guest frame that ADDRESS leads to. */
  readonly gfn: number;
}

export function makeGuest({ mode, nested, guestLeaf = 1, nestedLeaf = 1 }: Shape): TestGuest {
  const memory = new TestMemory(2048);
  // Guest frames lie a fixed way further up in the host: a page's size, or as far as fits for pages of 1 GiB.
  const offset = [0, 128, 512, 0][nestedLeaf] as number;
  const hostOf = (gfn: number): number => gfn + offset;
  const size = mode.levels === 0 ? 1 : 1 << levelShift(mode, guestLeaf);
  const first = mode.levels === 0 ? 0 : guestLeaf === 1 ? PAGE : size;
  const within = mode.levels === 0 ? ADDRESS.lo >>> 12 : (ADDRESS.lo >>> 12) & (size - 1);
  const gfn = first + within;
  mapGuest(memory, mode, guestLeaf, first, hostOf);
  const root = memory.allocate();
  for (let table = FIRST_TABLE; table <= FIRST_TABLE + 5; table++)
    mapNested(memory, nested, root, table, hostOf(table), nestedLeaf);
  mapNested(memory, nested, root, gfn, hostOf(gfn), nestedLeaf);
  const rules = { maxphyaddr: MAXPHYADDR, amd: nested.vendor === 'amd', gigabytePages: true, pse36Bits: 8 };
  const pdptes = nested.vendor === 'intel' && mode.levels === 3 ? hostOf(FIRST_TABLE + 3) << 10 : 0;
  return {
    memory,
    request: {
      memory,
      mode,
      guest: pagingFormat(mode, rules),
      nested,
      earlyA: false,
      trace: null,
      log: null,
      caches: null,
    },
    roots: { guest: FIRST_TABLE + mode.levels, pdptes, firstPointer: 0, nested: root },
    hostOf,
    gfn,
  };
}

/** Guest tables: the one of level n in guest frame FIRST_TABLE + n. */
function mapGuest(
  memory: TestMemory,
  mode: PagingMode,
  leaf: number,
  first: number,
  hostOf: (gfn: number) => number,
): void {
  for (let level: number = mode.levels; level >= leaf; level--) {
    const pointer = mode.levels === 3 && level === 3;
    const target = BigInt(level === leaf ? first : FIRST_TABLE + level - 1) << 12n;
    const rights = pointer ? PTE.present : PTE.present | PTE.write | PTE.user;
    const large = level === leaf && level > 1 ? PTE.pageSize : 0;
    const index = tableIndex(mode, level, ADDRESS.hi, ADDRESS.lo);
    memory.put(hostOf(FIRST_TABLE + level), index, target | BigInt(rights | large), mode.entryBytes);
  }
}

/** Maps a guest frame by a nested leaf of a level, with all rights; tables are made where there are none. */
export function mapNested(
  memory: TestMemory,
  nested: NestedFormat,
  root: number,
  gfn: number,
  host: number,
  leaf = 1,
): void {
  const intel = nested.vendor === 'intel';
  const execute = EPT.execute | (nested.modeBasedExecute ? EPT.userExecute : 0);
  const rights = intel ? EPT.read | EPT.write | execute : PTE.present | PTE.write | PTE.user;
  let table = root;
  for (let level = nested.levels; level > leaf; level--) {
    const index = nestedIndex(gfn, level);
    const entry = memory.get(table, index);
    const below = entry === 0n ? memory.allocate() : Number(entry >> 12n);
    if (entry === 0n) memory.put(table, index, (BigInt(below) << 12n) | BigInt(rights));
    table = below;
  }
  const size = 2 ** ((leaf - 1) * 9);
  const type = intel ? 6 << 3 : 0;
  const large = leaf > 1 ? PTE.pageSize : 0;
  const target = BigInt(Math.floor(host / size) * size) << 12n;
  memory.put(table, nestedIndex(gfn, leaf), target | BigInt(rights | type | large));
}

/** Index of a guest frame in the nested table of a level. */
export const nestedIndex = (gfn: number, level: number): number =>
  Math.floor(gfn / 2 ** ((level - 1) * 9)) % 512;
