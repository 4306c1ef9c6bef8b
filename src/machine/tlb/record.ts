/**
 * A vCPU's TLB and what belongs to it, in the machine's words: one record for the tags and sizes, then the stores (store.ts) that hold
 *
 *     small, large      translations of linear addresses: 4 KiB pages; larger ones      translations.ts
 *     tables            paging-structure caches: pointers to tables by linear address   tables.ts
 *     nested_tables     the same of nested tables by guest-physical address             tables.ts
 *     frames            guest-physical translations                                     frames.ts
 *
 * Every vCPU has a processor of its own, so nothing is shared between vCPUs. A store that the scenario gives no entries has place 0.
 */
import { record } from '#machine/record.ts';
import { VCPU } from '#machine/vcpu.ts';
import type { Machine } from '#machine/words.ts';
import { placeStore, type StoreSize, storeWords } from './store.ts';

/** PCIDs, and nested tables, that the processor tells apart (powers of two). */
export const PCIDS = 64;
export const ROOTS = 8;

export const TLB = record([
  // Stamps (tags.ts): the last one given, those in use, and those that are void.
  'last_stamp',
  'linear',
  'globals',
  'linear_floor',
  'nested',
  'nested_floor',
  // What stands behind the stamps in use: the VPID or ASID (0: none), the PCID, the nested tables (0: none).
  'tag',
  'pcid',
  'root',
  `pcids*${PCIDS * 2}`,
  `roots*${ROOTS * 2}`,
  // Bytes of an entry of the tables that linear addresses are cut for.
  'entry_bytes',
  // Whether pieces of large pages were kept as small ones.
  'pieces',
  'small',
  'large',
  'frames',
  // By level of the table that is pointed to: 1 (PDE cache), 2 (PDPTE cache), 3 (PML4E cache), 4 (PML5E cache).
  'tables*5',
  'nested_tables*5',
]);

/** How much a processor remembers, in entries. What is 0 is not there. */
export interface TlbShape {
  /** Translations of 4 KiB pages: a power of two, not 0. */
  readonly entries: number;
  /** Entries of a set: a power of two. */
  readonly ways: number;
  /** Translations of large pages, in one set. */
  readonly large: number;
  /** Guest-physical translations: a power of two, or 0. */
  readonly frames: number;
  /** Each of the paging-structure caches, in one set, by level of the table that an entry points to (1 to 4); `[0]` is unused. */
  readonly tables: readonly number[];
}

/** Words of an entry, beside the key and the stamps (store.ts). */
const TRANSLATION_WORDS = 2;
const POINTER_WORDS = 4;
const FRAME_WORDS = 4;

const associative = (entries: number, ways: number, words: number): StoreSize => ({
  sets: ways === 0 ? 0 : entries / ways,
  ways,
  words,
});
const whole = (entries: number, words: number): StoreSize => ({ sets: 1, ways: entries, words });

/** Gives a vCPU a TLB. Without one every access walks. */
export function createTlb(m: Machine, vcpu: number, shape: TlbShape): void {
  const stores: (readonly [number, StoreSize])[] = [
    [TLB.small, associative(shape.entries, shape.ways, TRANSLATION_WORDS)],
    [TLB.large, whole(shape.large, TRANSLATION_WORDS)],
    [TLB.frames, associative(shape.frames, Math.min(shape.ways, shape.frames), FRAME_WORDS)],
  ];
  for (const first of [TLB.tables, TLB.nested_tables])
    for (let level = 1; level < shape.tables.length; level++)
      stores.push([first + level, whole(shape.tables[level] as number, POINTER_WORDS)]);
  const present = stores.filter(([, { ways }]) => ways > 0);
  const total = present.reduce((sum, [, size]) => sum + storeWords(size), TLB.size);
  const tlb = m.allocateArray(total);
  let place = tlb + TLB.size;
  for (const [field, size] of present) {
    placeStore(m, place, size);
    m.set(tlb + field, place);
    place += storeWords(size);
  }
  m.set(vcpu + VCPU.tlb, tlb);
}

/** Place of a vCPU's TLB; 0: it has none. */
export const tlbOf = (m: Machine, vcpu: number): number => m.get(vcpu + VCPU.tlb);
