/**
 * Guest-physical translations: the host frame of a guest frame, so that the nested tables need not be walked for it, neither for the
 * guest's tables nor for the page itself. Intel SDM vol. 3 section 29.4.1; AMD's processors have the like.
 *
 * An entry has its key (the guest frame) and stamps (store.ts), then four words: the host frame, the level of the leaf, its flags,
 * and the flags that all entries on the way have (turned: arch/nested-rights.ts). A large page is kept in pieces of 4 KiB.
 */
import type { FrameCache } from '#arch/walk-caches.ts';
import { EVENT } from '#machine/events.ts';
import { VCPU } from '#machine/vcpu.ts';
import type { Machine } from '#machine/words.ts';
import { TLB } from './record.ts';
import { ENTRY, emptied, findEntry, heldEntries, type Key, takeEntry } from './store.ts';

const FRAME = ENTRY.size;
const LEVEL = FRAME + 1;
const LEAF = FRAME + 2;
const RIGHTS = FRAME + 3;

/** A vCPU's guest-physical translations, as a walk asks for them. `use` comes first. */
export class CachedFrames implements FrameCache {
  frame = 0;
  level = 0;
  leaf = 0;
  rights = 0;
  readonly #m: Machine;
  readonly #beforeHit: () => void;
  readonly #key: Key = { hi: 0, lo: 0, linear: 0, orLinear: 0, nested: 0 };
  #store = 0;

  constructor(m: Machine, beforeHit: () => void) {
    this.#m = m;
    this.#beforeHit = beforeHit;
  }

  /** Whose translations they are, with the tags in use. */
  use(tlb: number): void {
    this.#store = this.#m.get(tlb + TLB.frames);
    this.#key.nested = this.#m.get(tlb + TLB.nested);
  }

  find(gfn: number, need: number, wanted: number): boolean {
    if (this.#store === 0) return false;
    const m = this.#m;
    this.#key.hi = gfn;
    const entry = findEntry(m, this.#store, gfn, this.#key);
    if (entry === 0 || need & ~m.get(entry + RIGHTS) || wanted & ~m.get(entry + LEAF)) return false;
    this.frame = m.get(entry + FRAME);
    this.level = m.get(entry + LEVEL);
    this.leaf = m.get(entry + LEAF);
    this.rights = m.get(entry + RIGHTS);
    this.#beforeHit();
    m.log.emit(EVENT.frameHit, gfn, this.frame);
    return true;
  }

  keep(gfn: number, frame: number, level: number, leaf: number, rights: number): void {
    if (this.#store === 0) return;
    const m = this.#m;
    this.#key.hi = gfn;
    const entry = takeEntry(m, this.#store, gfn, this.#key, 0);
    m.set(entry + FRAME, frame);
    m.set(entry + LEVEL, level);
    m.set(entry + LEAF, leaf);
    m.set(entry + RIGHTS, rights);
  }
}

/** Forgets a guest frame, as the nested tables in use gave it. Returns whether it was known. */
export function forgetFrame(m: Machine, tlb: number, gfn: number): boolean {
  let found = false;
  for (const entry of heldEntries(m.words, m.get(tlb + TLB.frames), gfn)) {
    if (m.get(entry + ENTRY.hi) !== gfn || m.get(entry + ENTRY.nested) !== m.get(tlb + TLB.nested)) continue;
    emptied(m, entry);
    found = true;
  }
  return found;
}

/** A guest-physical translation, for who looks at the cache from outside. */
export interface KnownFrame {
  readonly gfn: number;
  readonly frame: number;
  readonly level: number;
  readonly leaf: number;
  readonly rights: number;
}

/** The guest frames that a vCPU knows through the nested tables in use, read from words alone. */
export function knownFrames(words: Int32Array, vcpu: number): KnownFrame[] {
  const word = (place: number): number => words[place] as number;
  const tlb = word(vcpu + VCPU.tlb);
  return [...heldEntries(words, word(tlb + TLB.frames))]
    .filter((entry) => word(entry + ENTRY.nested) === word(tlb + TLB.nested))
    .map((entry) => ({
      gfn: word(entry + ENTRY.hi),
      frame: word(entry + FRAME),
      level: word(entry + LEVEL),
      leaf: word(entry + LEAF),
      rights: word(entry + RIGHTS),
    }));
}
