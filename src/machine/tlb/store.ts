/**
 * Sets of entries in the machine's words, replaced in turn. An entry begins with its key (two words, the lower one with bit 0 set: an
 * entry of zeros holds nothing) and the two stamps (tags.ts) that it was made under; while one of those is not in use, nobody
 * finds the entry. So forgetting a whole context is forgetting a stamp, and nothing is swept.
 */
import { record } from '#machine/record.ts';
import type { Machine } from '#machine/words.ts';

const STORE = record(['sets', 'ways', 'stride', 'turns', 'entries']);

/** The words that each entry begins with. */
export const ENTRY = record(['hi', 'lo', 'linear', 'nested']);

export interface StoreSize {
  /** A power of two. */
  readonly sets: number;
  readonly ways: number;
  /** Words of an entry behind its key and stamps. */
  readonly words: number;
}

const stride = ({ words }: StoreSize): number => ENTRY.size + words;

/** Words that a store takes. */
export const storeWords = (size: StoreSize): number =>
  STORE.size + size.sets + size.sets * size.ways * stride(size);

/** Makes an empty store at a place where its words are zero. */
export function placeStore(m: Machine, store: number, size: StoreSize): void {
  m.set(store + STORE.sets, size.sets);
  m.set(store + STORE.ways, size.ways);
  m.set(store + STORE.stride, stride(size));
  m.set(store + STORE.turns, store + STORE.size);
  m.set(store + STORE.entries, store + STORE.size + size.sets);
}

/** The key of an entry that holds something. @param lo the key's lower word, with room for bit 0 */
const held = (lo: number): number => lo | 1;

/** Place of the first entry of the set that a number selects. */
function firstOf(words: Int32Array, store: number, select: number): number {
  const set = select & ((words[store + STORE.sets] as number) - 1);
  const size = (words[store + STORE.ways] as number) * (words[store + STORE.stride] as number);
  return (words[store + STORE.entries] as number) + set * size;
}

/** What an entry is looked for by. */
export interface Key {
  hi: number;
  lo: number;
  /** Stamps: of either of two contexts of linear addresses, and of nested tables. */
  linear: number;
  orLinear: number;
  nested: number;
}

/** Place of the entry with a key that was made under stamps in use; 0 if there is none. @param select chooses the set */
export function findEntry({ words }: Machine, store: number, select: number, key: Key): number {
  const ways = words[store + STORE.ways] as number;
  const step = words[store + STORE.stride] as number;
  let entry = firstOf(words, store, select);
  for (let way = 0; way < ways; way++, entry += step) {
    if (words[entry + ENTRY.lo] !== held(key.lo) || words[entry + ENTRY.hi] !== key.hi) continue;
    if (words[entry + ENTRY.nested] !== key.nested) continue;
    const linear = words[entry + ENTRY.linear];
    if (linear === key.linear || linear === key.orLinear) return entry;
  }
  return 0;
}

/**
 * An entry for a key: the one it has, one that holds nothing, or the next in turn. Returns its place.
 * @param linear stamp of the context of linear addresses that it is made in
 */
export function takeEntry(m: Machine, store: number, select: number, key: Key, linear: number): number {
  const entry =
    findEntry(m, store, select, key) || emptyEntry(m.words, store, select) || nextInTurn(m, store, select);
  m.set(entry + ENTRY.hi, key.hi);
  m.set(entry + ENTRY.lo, held(key.lo));
  m.set(entry + ENTRY.linear, linear);
  m.set(entry + ENTRY.nested, key.nested);
  return entry;
}

function emptyEntry(words: Int32Array, store: number, select: number): number {
  const ways = words[store + STORE.ways] as number;
  const step = words[store + STORE.stride] as number;
  let entry = firstOf(words, store, select);
  for (let way = 0; way < ways; way++, entry += step) if (words[entry + ENTRY.lo] === 0) return entry;
  return 0;
}

function nextInTurn(m: Machine, store: number, select: number): number {
  const ways = m.get(store + STORE.ways);
  const place = m.get(store + STORE.turns) + (select & (m.get(store + STORE.sets) - 1));
  const turn = m.get(place);
  m.set(place, (turn + 1) % ways);
  return firstOf(m.words, store, select) + turn * m.get(store + STORE.stride);
}

/** Places of the entries of the set that a number selects, or of all sets, that hold something, under whatever stamps. */
export function* heldEntries(words: Int32Array, store: number, select?: number): Generator<number> {
  if (store === 0) return;
  const ways = words[store + STORE.ways] as number;
  const step = words[store + STORE.stride] as number;
  const count = select === undefined ? ways * (words[store + STORE.sets] as number) : ways;
  const first = firstOf(words, store, select ?? 0);
  for (let entry = first; entry < first + count * step; entry += step)
    if (words[entry + ENTRY.lo] !== 0) yield entry;
}

/** Makes an entry hold nothing. */
export const emptied = (m: Machine, entry: number): void => m.set(entry + ENTRY.lo, 0);
