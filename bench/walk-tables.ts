/**
 * Tables and a stream of accesses for walk.bench.ts, the same as walk.c makes: `pages` pages (a power of two) in frames 0…, the tables
 * after them; one page in 16 is read-only, one in 32 not executable; a quarter of the accesses write, one in 16 fetches.
 */
import { PTE } from '#arch/entry.ts';
import { pagingFormat } from '#arch/entry-format.ts';
import { PF } from '#arch/fault.ts';
import { nptFormat } from '#arch/npt.ts';
import { CR0, CR4, EFER, type PagingMode, pagingMode } from '#arch/paging-mode.ts';
import type { NestedWalkRequest, Roots, TableMemory, WalkRequest } from '#arch/walk-request.ts';

export const MODES = ['32', 'pae', '4', '5', '4x4'] as const;
export type ModeName = (typeof MODES)[number];

const MAXPHYADDR = 40;
const PAGED = CR0.PE | CR0.PG | CR0.WP;
const LONG = EFER.LME | EFER.LMA | EFER.NXE;
const SHAPES: Readonly<Record<ModeName, PagingMode>> = {
  '32': pagingMode(PAGED, CR4.PSE, 0),
  pae: pagingMode(PAGED, CR4.PAE, EFER.NXE),
  '4': pagingMode(PAGED, CR4.PAE, LONG),
  '5': pagingMode(PAGED, CR4.PAE | CR4.LA57, LONG),
  '4x4': pagingMode(PAGED, CR4.PAE, LONG),
};

/** First linear page of the mapped region. */
const firstPage = ({ levels }: PagingMode): number => (levels >= 4 ? 0x7_f000_0000 : 0x4_0000);

class FlatMemory implements TableMemory {
  readonly words: Int32Array;

  constructor(frames: number) {
    this.words = new Int32Array(frames << 10);
  }

  set(place: number, value: number): void {
    this.words[place] = value;
  }

  place(frame: number): number {
    return frame << 10;
  }
}

/** Tables of one mode, and the stream of accesses to the pages that they map. */
export class BenchTables {
  readonly mode: PagingMode;
  readonly memory: FlatMemory;
  readonly roots: Roots;
  readonly #pages: number;
  #frames: number;

  constructor(name: ModeName, pages: number) {
    this.mode = SHAPES[name];
    this.memory = new FlatMemory(pages + Math.ceil(pages / 100) + 64);
    this.#pages = pages;
    this.#frames = pages;
    const root = this.#frames++;
    this.roots = { guest: root, pdptes: root << 10, firstPointer: 0, nested: 0 };
    const { levels, entryBytes } = this.mode;
    for (let i = 0; i < pages; i++) {
      const nx = i % 32 === 9 && entryBytes === 8 ? PTE.nx : 0;
      const flags = PTE.present | PTE.user | (i % 16 === 5 ? 0 : PTE.write) | nx;
      this.#map(root, levels, entryBytes, firstPage(this.mode) + i, Math.imul(i, 48271) & (pages - 1), flags);
    }
    const end = this.#frames;
    this.roots.nested = this.#frames++;
    for (let gfn = 0; name === '4x4' && gfn < end; gfn++) {
      const host = gfn < pages ? Math.imul(gfn, 40503) & (pages - 1) : gfn;
      this.#map(this.roots.nested, 4, 8, gfn, host, PTE.present | PTE.write | PTE.user);
    }
  }

  request(): WalkRequest {
    const rules = { maxphyaddr: MAXPHYADDR, amd: true, gigabytePages: true, pse36Bits: 8 };
    const { mode, memory } = this;
    return {
      memory,
      mode,
      guest: pagingFormat(mode, rules),
      nested: null,
      earlyA: false,
      trace: null,
      caches: null,
    };
  }

  nestedRequest(): NestedWalkRequest {
    const nested = nptFormat({ levels: 4, maxphyaddr: MAXPHYADDR, gigabytePages: true, noExecute: true });
    return { ...this.request(), nested, log: null, caches: null };
  }

  /** Accesses, two words each: a linear address (plain pair) with PF bits in its low bits. */
  stream(): Int32Array {
    const pages = this.#pages;
    const stream = new Int32Array(pages * 2);
    for (let i = 0; i < pages; i++) {
      const page = firstPage(this.mode) + ((Math.imul(i, 0x9e3779b1) + 12345) & (pages - 1));
      const kind = Math.imul(i, 2654435761) >>> 28;
      const access = PF.user | (kind < 4 ? PF.write : kind === 4 ? PF.fetch : 0);
      stream.set([Math.floor(page / 2 ** 20), (page << 12) | access], i * 2);
    }
    return stream;
  }

  /** How many A flags and D flags are set in all tables. */
  flags(): { a: number; d: number } {
    const found = { a: 0, d: 0 };
    const narrow = this.mode.entryBytes === 4;
    for (let place = this.#pages << 10; place < this.#frames << 10; place += 2) {
      const low = this.memory.words[place + 1] as number;
      const high = narrow ? (this.memory.words[place] as number) >>> 20 : 0;
      for (const flags of [low, high]) {
        if (flags & PTE.accessed) found.a++;
        if (flags & PTE.dirty) found.d++;
      }
    }
    return found;
  }

  /** Clears A and D in all tables, so that walks set them again. */
  clearFlags(): void {
    const { words } = this.memory;
    const both = PTE.accessed | PTE.dirty;
    const narrow = this.mode.entryBytes === 4;
    for (let place = this.#pages << 10; place < this.#frames << 10; place += 2) {
      words[place + 1] = (words[place + 1] as number) & ~both;
      if (narrow) words[place] = (words[place] as number) & ~(both << 20);
    }
  }

  #map(root: number, levels: number, bytes: number, page: number, frame: number, flags: number): void {
    const width = bytes === 8 ? 9 : 10;
    let table = root;
    for (let level = levels; level > 1; level--) {
      const index = Math.floor(page / 2 ** (width * (level - 1))) % 2 ** width;
      let below = this.#frameAt(table, index, bytes);
      if (below === 0) {
        below = this.#frames++;
        const pointer = levels === 3 && level === 3;
        this.#put(table, index, bytes, below, PTE.present | (pointer ? 0 : PTE.write | PTE.user));
      }
      table = below;
    }
    this.#put(table, page % 2 ** width, bytes, frame, flags);
  }

  #frameAt(table: number, index: number, bytes: number): number {
    const { words } = this.memory;
    if (bytes === 8) return words[(table << 10) + index * 2] as number;
    const pair = (table << 10) + (index & ~1);
    return index & 1 ? (words[pair + 1] as number) >>> 12 : (words[pair] as number) & 0xfffff;
  }

  #put(table: number, index: number, bytes: number, frame: number, flags: number): void {
    const { words } = this.memory;
    if (bytes === 8) {
      words[(table << 10) + index * 2] = frame;
      words[(table << 10) + index * 2 + 1] = flags;
      return;
    }
    // The upper half of a pair: its bits 11..0 are bits 31..20 of the frame word, the others bits 31..12 of the flags word.
    const pair = (table << 10) + (index & ~1);
    const [low, high] = [words[pair] as number, words[pair + 1] as number];
    if (index & 1) {
      words[pair] = (low & 0xfffff) | (flags << 20);
      words[pair + 1] = (high & 0xfff) | (frame << 12);
    } else {
      words[pair] = (low & ~0xfffff) | frame;
      words[pair + 1] = (high & ~0xfff) | flags;
    }
  }
}
