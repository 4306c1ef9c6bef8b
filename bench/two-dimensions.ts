// What rates are measured against: the product's own walk in two dimensions, four levels by four, of which nobody is told.
import { PTE } from '#arch/entry.ts';
import { pagingFormat } from '#arch/entry-format.ts';
import { PF } from '#arch/fault.ts';
import { nestedWalk } from '#arch/nested-walk.ts';
import { nptFormat } from '#arch/npt.ts';
import { CR0, CR4, EFER, pagingMode } from '#arch/paging-mode.ts';
import { newWalkResult } from '#arch/walk-request.ts';

const FRAME = 1024;
const FLAGS = PTE.present | PTE.write | PTE.user | PTE.accessed | PTE.dirty;

/** Tables that map `pages` pages one after the other from address 0, `first` being the first frame that tables may take. */
class Mapper {
  readonly #words: Int32Array;
  readonly root: number;
  next: number;

  constructor(words: Int32Array, first: number) {
    this.#words = words;
    this.root = first;
    this.next = first + 1;
  }

  /** @param place of a frame's words */
  map(page: number, frame: number, place: (frame: number) => number): void {
    let table = this.root;
    for (let level = 4; level > 1; level--) {
      const entry = place(table) + ((page >>> ((level - 1) * 9)) & 511) * 2;
      if (this.#words[entry] === 0) this.#put(entry, this.next++);
      table = this.#words[entry] as number;
    }
    this.#put(place(table) + (page & 511) * 2, frame);
  }

  #put(entry: number, frame: number): void {
    this.#words[entry] = frame;
    this.#words[entry + 1] = FLAGS;
  }
}

/** A walk for one page after the other, in an order that no prefetcher knows. The value is a host frame. */
export function walksInTwoDimensions(pages = 4096): () => number {
  const guestFrames = pages + pages / 512 + 8;
  const words = new Int32Array((2 * guestFrames + 16) * FRAME);
  const inHost = (gfn: number): number => gfn * FRAME;
  const guest = new Mapper(words, pages + 1);
  for (let page = 0; page < pages; page++) guest.map(page, page + 1, inHost);
  const nested = new Mapper(words, guestFrames);
  for (let gfn = 1; gfn < guest.next; gfn++) nested.map(gfn, gfn, inHost);
  const mode = pagingMode(CR0.PE | CR0.PG | CR0.WP, CR4.PAE, EFER.LME | EFER.LMA | EFER.NXE);
  const request = {
    memory: {
      words,
      set(place: number, value: number): void {
        words[place] = value;
      },
      place: inHost,
    },
    mode,
    guest: pagingFormat(mode, { maxphyaddr: 40, amd: true, gigabytePages: true, pse36Bits: 8 }),
    nested: nptFormat({ levels: 4, maxphyaddr: 40, gigabytePages: true, noExecute: true }),
    earlyA: false,
    trace: null,
    log: null,
    caches: null,
  };
  const roots = { guest: guest.root, pdptes: 0, firstPointer: 0, nested: nested.root };
  const result = newWalkResult();
  let page = 0;
  return () => {
    page = (page * 5 + 12_345) % pages;
    if (!nestedWalk(request, roots, 0, page << 12, PF.user, result)) throw new Error('a walk failed');
    return result.frame;
  };
}
