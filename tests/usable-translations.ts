/** Which translations a vCPU may still use, given what it has flushed. */
import {
  bit,
  type EntryValues,
  readGuest,
  type Translation,
  translate,
  translations,
  type Walked,
} from './guest-translation.ts';

/** Whether two translations are the same but for A and D flags. */
const sameTranslation = (one: Translation, other: Translation): boolean =>
  one.gfn === other.gfn &&
  one.fault === other.fault &&
  one.outside === other.outside &&
  one.entries.length === other.entries.length &&
  one.entries.every(
    ({ gpa, value }, i) =>
      gpa === other.entries[i]?.gpa && withoutFlags(value) === withoutFlags(other.entries[i]?.value ?? 0n),
  );

const FLAGS = 0x60n;
const withoutFlags = (value: bigint): bigint => value & ~FLAGS;

/** What a vCPU may take a page for. */
interface Usable {
  /** The last one is what the tables say now. */
  translations: Translation[];
  /** Values of the entries on the way, A and D aside, by address; the last one is the present one. */
  entries: Map<number, readonly (bigint | null)[]>;
  /** A or D was taken away from an entry: whether it comes back depends on what is remembered. */
  flagsLost: boolean;
}

/**
 * The translations that each vCPU may still use, by page. A processor may remember a page, and pointers to tables: what it
 * remembers of one entry may go with what it reads of the next one later.
 */
export class UsableTranslations {
  readonly #walked: Walked;
  readonly #remembers: boolean;
  readonly #vcpus: readonly ReadonlyMap<bigint, Usable>[];

  /** @param pages addresses of the pages that a scenario touches @param remembers whether anything is remembered at all */
  constructor(
    words: Int32Array,
    vcpus: number,
    walked: Walked,
    pages: readonly bigint[],
    remembers: boolean,
  ) {
    this.#walked = walked;
    this.#remembers = remembers;
    this.#vcpus = Array.from(
      { length: vcpus },
      () => new Map(pages.map((page) => [page, { translations: [], entries: new Map(), flagsLost: false }])),
    );
    this.observe(words);
  }

  /** The last one is what the tables say now. */
  usable(cpu: number, gva: bigint): readonly Translation[] {
    return this.#page(cpu, gva).translations;
  }

  /** Whether the A and D flags of a page's entries tell whether it was used. */
  areFlagsKept(cpu: number, gva: bigint): boolean {
    return !this.#page(cpu, gva).flagsLost;
  }

  /** Notes what the tables say now, where that is news. */
  observe(words: Int32Array): void {
    this.#vcpus.forEach((pages, cpu) => {
      if (!this.#remembers) this.forgetAll(cpu, false);
      for (const [page, usable] of pages) this.#observe(words, cpu, page, usable);
    });
  }

  #observe(words: Int32Array, cpu: number, page: bigint, usable: Usable): void {
    const now = translate(words, cpu, this.#walked, page);
    const last = usable.translations.at(-1);
    usable.flagsLost ||= now.entries.some(
      ({ gpa, value }, i) => last?.entries[i]?.gpa === gpa && (last.entries[i].value & ~value & FLAGS) !== 0n,
    );
    const values: EntryValues = (gpa, bytes) => remembered(usable.entries, gpa, readGuest(words, gpa, bytes));
    const found = [...usable.translations, ...translations(words, cpu, this.#walked, page, values)];
    usable.translations = found.filter(
      (one, i) => !sameTranslation(one, now) && found.findIndex((other) => sameTranslation(one, other)) === i,
    );
    usable.translations.push(now);
  }

  /** A vCPU forgets all pages, and all pointers to tables. @param keepsGlobals but for pages whose leaf is global */
  forgetAll(cpu: number, keepsGlobals: boolean): void {
    for (const usable of this.#vcpus[cpu]?.values() ?? []) {
      usable.translations = keepsGlobals ? usable.translations.filter(isGlobal) : [];
      usable.entries = new Map();
      usable.flagsLost = usable.translations.length > 0;
    }
  }

  /** It forgets one page, and all pointers to tables. */
  forgetPage(cpu: number, gva: bigint): void {
    for (const usable of this.#vcpus[cpu]?.values() ?? []) usable.entries = new Map();
    this.forgetPath(cpu, gva);
  }

  /** It forgets one page, and the pointers to tables on the way to it. */
  forgetPath(cpu: number, gva: bigint): void {
    Object.assign(this.#page(cpu, gva), { translations: [], entries: new Map(), flagsLost: false });
  }

  /** A page; of one that the scenario does not touch nothing is noted. */
  #page(cpu: number, gva: bigint): Usable {
    return this.#vcpus[cpu]?.get(gva & ~0xfffn) ?? { translations: [], entries: new Map(), flagsLost: false };
  }
}

const isGlobal = ({ gfn, entries }: Translation): boolean =>
  gfn !== null && bit(entries.at(-1)?.value ?? 0n, 8);

/** All values that an entry had, the present one last. */
function remembered(entries: Usable['entries'], gpa: number, now: bigint | null): readonly (bigint | null)[] {
  const plain = now === null ? null : withoutFlags(now);
  const all = [...(entries.get(gpa) ?? []).filter((value) => value !== plain), plain];
  entries.set(gpa, all);
  return all;
}
