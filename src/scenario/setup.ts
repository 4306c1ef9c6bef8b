/**
 * The guest before the start: `space`, `map` and `poke` write its tables and memory, as a boot loader would.
 */

import { tableIndex } from '#arch/paging-mode.ts';
import { flagsWord, frameWord, hiOfBig, hiWord, loOfBig, loWord } from '#arch/word64.ts';
import { loadedHi, loadedLo, loadGuest, storeGuest } from '#machine/memory.ts';
import type { Machine } from '#machine/words.ts';
import { problem } from './messages.ts';
import type { Paging, Problem, Scenario, SetupStatement, Span } from './scenario.ts';

/** Where a scenario's own tables lie, for the report of them at the end. */
export interface GuestLayout {
  /** Guest frames handed out to tables, ascending. */
  readonly tableFrames: readonly number[];
  /** Bytes of an entry. */
  readonly entryBytes: 4 | 8;
}

interface Space {
  readonly root: number;
  next: number;
  readonly paging: Exclude<Paging, 'off'>;
}

const LEVELS = { '32': 2, pae: 3, '4': 4, '5': 5 } as const;
const TABLE_BITS = 0x7;
const PAE_POINTER_BITS = 0x1;
const PAGE_SIZE_BIT = 0x80n;
const LEAF_LEVEL: Readonly<Record<number, number>> = { 4096: 1, 2097152: 2, 4194304: 2, 1073741824: 3 };

const hex = (value: number): string => `0x${value.toString(16)}`;

/** What cannot be set up, with its place. */
export class SetupProblem extends Error {
  readonly problem: Problem;
  constructor(found: Problem) {
    super(found.message);
    this.problem = found;
  }
}

/** Writes the scenario's tables and pokes into the machine's memory. Throws SetupProblem. */
export function setUpGuest(m: Machine, scenario: Scenario): GuestLayout {
  const paging = scenario.guest.paging === 'off' ? '32' : scenario.guest.paging;
  const builder = new TableBuilder(m, paging);
  for (const statement of scenario.setup) builder.apply(statement);
  return { tableFrames: [...builder.tableFrames].sort((a, b) => a - b), entryBytes: paging === '32' ? 4 : 8 };
}

class TableBuilder {
  readonly tableFrames = new Set<number>();
  readonly #m: Machine;
  readonly #paging: Exclude<Paging, 'off'>;
  readonly #bytes: 4 | 8;
  readonly #spaces = new Map<string, Space>();

  constructor(m: Machine, paging: Exclude<Paging, 'off'>) {
    this.#m = m;
    this.#paging = paging;
    this.#bytes = paging === '32' ? 4 : 8;
  }

  apply(statement: SetupStatement): void {
    if (statement.kind === 'space') {
      const root = statement.pool / 4096;
      this.#take(root, statement.span);
      this.#spaces.set(statement.name, { root, next: root + 1, paging: this.#paging });
    } else if (statement.kind === 'poke') {
      this.#poke(statement.gpa, statement.value, statement.width, statement.span);
    } else {
      this.#map(statement);
    }
  }

  #poke(gpa: number, value: bigint, width: number, span: Span): void {
    for (let i = 0; i < width; i++) {
      const at = gpa + i;
      const stored = storeGuest(
        this.#m,
        Math.floor(at / 4096),
        at % 4096,
        1,
        0,
        Number((value >> BigInt(8 * i)) & 0xffn),
      );
      if (!stored) throw new SetupProblem(problem(span, 'in-no-slot', '', hex(at)));
    }
  }

  #map(statement: Extract<SetupStatement, { kind: 'map' }>): void {
    const space = this.#spaces.get(statement.space) as Space;
    const leaf = LEAF_LEVEL[statement.size] as number;
    const hi = hiOfBig(statement.gva);
    const lo = loOfBig(statement.gva);
    let table = space.root;
    for (let level: number = LEVELS[this.#paging]; level > leaf; level--) {
      const index = this.#index(level, hi, lo);
      this.#load(table, index, statement.span);
      let next = frameWord(loadedHi, loadedLo);
      if (!(flagsWord(loadedHi, loadedLo) & 1)) {
        next = space.next++;
        this.#take(next, statement.span);
        const bits = this.#paging === 'pae' && level === 3 ? PAE_POINTER_BITS : TABLE_BITS;
        this.#store(table, index, hiWord(next, bits), loWord(next, bits));
      }
      table = next;
    }
    const value = statement.gpa | statement.bits | (leaf > 1 ? PAGE_SIZE_BIT : 0n);
    this.#load(table, this.#index(leaf, hi, lo), statement.span);
    this.#store(table, this.#index(leaf, hi, lo), hiOfBig(value), loOfBig(value));
  }

  #index(level: number, hi: number, lo: number): number {
    return this.#paging === 'pae' && level === 3
      ? lo >>> 30
      : tableIndex({ entryBytes: this.#bytes }, level, hi, lo);
  }

  #take(frame: number, span: Span): void {
    if (!loadGuest(this.#m, frame, 0, 8))
      throw new SetupProblem(problem(span, 'pool-in-no-slot', hex(frame * 4096)));
    if (this.tableFrames.has(frame)) throw new SetupProblem(problem(span, 'pool-taken', hex(frame * 4096)));
    this.tableFrames.add(frame);
  }

  #load(table: number, index: number, span: Span): void {
    if (!loadGuest(this.#m, table, index * this.#bytes, this.#bytes))
      throw new SetupProblem(problem(span, 'table-in-no-slot', hex(table * 4096)));
  }

  #store(table: number, index: number, hi: number, lo: number): void {
    storeGuest(this.#m, table, index * this.#bytes, this.#bytes, hi, lo);
  }
}

/** All entries of the scenario's tables that are not zero: guest-physical address and value (plain pair), ascending. */
export function tableEntries(m: Machine, layout: GuestLayout): { gpa: number; hi: number; lo: number }[] {
  const entries: { gpa: number; hi: number; lo: number }[] = [];
  for (const frame of layout.tableFrames) {
    for (let offset = 0; offset < 4096; offset += layout.entryBytes) {
      if (loadGuest(m, frame, offset, layout.entryBytes) && (loadedHi !== 0 || loadedLo !== 0)) {
        entries.push({ gpa: frame * 4096 + offset, hi: loadedHi, lo: loadedLo });
      }
    }
  }
  return entries;
}
