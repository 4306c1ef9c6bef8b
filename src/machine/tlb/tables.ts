/**
 * Paging-structure caches: which table is on the way to an address, and what the entries above it grant, so that a walk can begin there.
 * One store a level, as the manuals name them after the entry that they spare: PDE, PDPTE, PML4E and PML5E cache. The same again holds
 * nested tables by guest-physical address. Intel SDM vol. 3 sections 4.10.3 and 29.4.1; AMD APM vol. 2 section 5.5.1.
 *
 * An entry has its key (the address down to the bits that index the table) and stamps (store.ts), then four words: the table's frame, rights of
 * the entries above, and of a guest's table behind nested ones the host frame and the flags of the nested entries.
 */
import type { TableCache } from '#arch/walk-caches.ts';
import { EVENT, WALKER_CPU, WALKER_NESTED } from '#machine/events.ts';
import { VCPU } from '#machine/vcpu.ts';
import type { Machine } from '#machine/words.ts';
import { TLB } from './record.ts';
import { ENTRY, emptied, findEntry, heldEntries, type Key, takeEntry } from './store.ts';
import { linearStampInUse } from './tags.ts';
import type { Meant } from './translations.ts';

const TABLE = ENTRY.size;
const RIGHTS = TABLE + 1;
const HOST = TABLE + 2;
const HOST_RIGHTS = TABLE + 3;

const LEVELS = 4;

/** The lowest bit of an address that selects the entry which points to a table of a level. Entries of 4 bytes make tables of 1,024. */
const lowestBit = (entryBytes: number, level: number): number => (entryBytes === 4 ? 22 : 12 + level * 9);

/** One dimension of a vCPU's paging-structure caches, as a walk asks for them. `use` comes first. */
export class CachedTables implements TableCache {
  level = 0;
  table = 0;
  rights = 0;
  host = 0;
  hostRights = 0;
  readonly #m: Machine;
  readonly #isNested: boolean;
  readonly #beforeHit: () => void;
  readonly #key: Key = { hi: 0, lo: 0, linear: 0, orLinear: 0, nested: 0 };
  #stores = 0;
  #entryBytes = 8;

  constructor(m: Machine, isNested: boolean, beforeHit: () => void) {
    this.#m = m;
    this.#isNested = isNested;
    this.#beforeHit = beforeHit;
  }

  /** Whose caches they are, with the tags in use. */
  use(tlb: number): void {
    const m = this.#m;
    this.#stores = tlb + (this.#isNested ? TLB.nested_tables : TLB.tables);
    this.#entryBytes = this.#isNested ? 8 : m.get(tlb + TLB.entry_bytes);
    this.#key.linear = this.#isNested ? 0 : m.get(tlb + TLB.linear);
    this.#key.orLinear = this.#key.linear;
    this.#key.nested = m.get(tlb + TLB.nested);
  }

  find(hi: number, lo: number): boolean {
    for (let level = 1; level <= LEVELS; level++) {
      const store = this.#m.get(this.#stores + level);
      const entry = store === 0 ? 0 : findEntry(this.#m, store, 0, this.#keyOf(hi, lo, level));
      if (entry === 0) continue;
      this.#found(entry, level, hi, lo);
      return true;
    }
    return false;
  }

  keep(
    hi: number,
    lo: number,
    level: number,
    table: number,
    rights: number,
    host: number,
    hostRights: number,
  ): void {
    const m = this.#m;
    const store = m.get(this.#stores + level);
    if (store === 0) return;
    const entry = takeEntry(m, store, 0, this.#keyOf(hi, lo, level), this.#key.linear);
    m.set(entry + TABLE, table);
    m.set(entry + RIGHTS, rights);
    m.set(entry + HOST, host);
    m.set(entry + HOST_RIGHTS, hostRights);
  }

  #found(entry: number, level: number, hi: number, lo: number): void {
    const m = this.#m;
    this.level = level;
    this.table = m.get(entry + TABLE);
    this.rights = m.get(entry + RIGHTS);
    this.host = m.get(entry + HOST);
    this.hostRights = m.get(entry + HOST_RIGHTS);
    this.#beforeHit();
    const walker = this.#isNested ? WALKER_NESTED : WALKER_CPU;
    m.log.emit(EVENT.tableHit, walker | ((level + 1) << 8), hi, lo, this.table);
  }

  #keyOf(hi: number, lo: number, level: number): Key {
    const key = this.#key;
    const bit = lowestBit(this.#entryBytes, level);
    key.hi = bit < 32 ? hi : hi & (-1 << (bit - 32));
    key.lo = bit < 32 ? lo & (-1 << bit) : 0;
    return key;
  }
}

/** Forgets all pointers to tables by linear address, in the contexts that are meant. Returns whether there were any. */
export function forgetTables(m: Machine, tlb: number, isMeant: Meant): boolean {
  let found = false;
  for (let level = 1; level <= LEVELS; level++)
    for (const entry of heldEntries(m.words, m.get(tlb + TLB.tables + level))) {
      if (!isMeant(m.get(entry + ENTRY.linear))) continue;
      emptied(m, entry);
      found = true;
    }
  return found;
}

/**
 * Forgets the pointers to tables on the way to one address (plain pair): a linear one, in the contexts that are meant, or a guest-physical
 * one, through the nested tables in use (`isMeant` null). Returns whether there were any.
 */
export function forgetPath(m: Machine, tlb: number, hi: number, lo: number, isMeant: Meant | null): boolean {
  const stores = tlb + (isMeant === null ? TLB.nested_tables : TLB.tables);
  const inUse = m.get(tlb + TLB.nested);
  let found = false;
  for (let level = 1; level <= LEVELS; level++) {
    const bit = lowestBit(isMeant === null ? 8 : m.get(tlb + TLB.entry_bytes), level);
    const [hiMask, loMask] = bit < 32 ? [-1, -1 << bit] : [-1 << (bit - 32), 0];
    for (const entry of heldEntries(m.words, m.get(stores + level))) {
      if ((m.get(entry + ENTRY.hi) ^ hi) & hiMask || (m.get(entry + ENTRY.lo) ^ lo) & loMask) continue;
      const isWanted = isMeant ? isMeant(m.get(entry + ENTRY.linear)) : m.get(entry + ENTRY.nested) === inUse;
      if (!isWanted) continue;
      emptied(m, entry);
      found = true;
    }
  }
  return found;
}

/** A pointer to a table that a walk may begin at, for who looks at the caches from outside. */
export interface KnownTable {
  readonly hi: number;
  readonly lo: number;
  readonly level: number;
  readonly table: number;
  readonly rights: number;
  readonly host: number;
  readonly hostRights: number;
}

/** The pointers that a vCPU may use with its PCID and nested tables, read from words alone. */
export function knownTables(words: Int32Array, vcpu: number, isNested: boolean): KnownTable[] {
  const word = (place: number): number => words[place] as number;
  const tlb = word(vcpu + VCPU.tlb);
  const linear = isNested ? 0 : linearStampInUse(words, vcpu);
  const stores = tlb + (isNested ? TLB.nested_tables : TLB.tables);
  return [1, 2, 3, 4].flatMap((level) =>
    [...heldEntries(words, word(stores + level))]
      .filter((entry) => word(entry + ENTRY.linear) === linear)
      .filter((entry) => word(entry + ENTRY.nested) === word(tlb + TLB.nested))
      .map((entry) => ({
        hi: word(entry + ENTRY.hi),
        lo: word(entry + ENTRY.lo) & ~1,
        level,
        table: word(entry + TABLE),
        rights: word(entry + RIGHTS),
        host: word(entry + HOST),
        hostRights: word(entry + HOST_RIGHTS),
      })),
  );
}
