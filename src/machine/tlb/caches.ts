/** All that a processor may take from its caches in a walk, for whichever vCPU it runs. */
import type { NestedCaches } from '#arch/walk-caches.ts';
import type { Machine } from '#machine/words.ts';
import { CachedFrames } from './frames.ts';
import { TLB, tlbOf } from './record.ts';
import { CachedTables } from './tables.ts';
import { selectPcid, selectRoot } from './tags.ts';

export class WalkCaches implements NestedCaches {
  readonly guest: CachedTables;
  readonly nested: CachedTables;
  readonly frames: CachedFrames;
  readonly #m: Machine;

  /** @param beforeHit called before a hit is told, so that what the walk has read up to there can be told first */
  constructor(m: Machine, beforeHit: () => void) {
    this.#m = m;
    this.guest = new CachedTables(m, false, beforeHit);
    this.nested = new CachedTables(m, true, beforeHit);
    this.frames = new CachedFrames(m, beforeHit);
  }

  /**
   * Before a walk, and before a look at the TLB: whose caches they are, and under which tags.
   * @param root the nested tables (tags.ts); 0: there are none
   * @param entryBytes of the tables that a linear address is cut for
   */
  use(vcpu: number, root: number, entryBytes: 4 | 8): void {
    const tlb = tlbOf(this.#m, vcpu);
    selectPcid(this.#m, vcpu, tlb);
    selectRoot(this.#m, tlb, root);
    this.#m.set(tlb + TLB.entry_bytes, entryBytes);
    this.guest.use(tlb);
    this.nested.use(tlb);
    this.frames.use(tlb);
  }
}

/** The caches of a machine's processors; null where they have none. @param vcpu any of them @param beforeHit see WalkCaches */
export const walkCaches = (m: Machine, vcpu: number, beforeHit: () => void = () => {}): WalkCaches | null =>
  tlbOf(m, vcpu) === 0 ? null : new WalkCaches(m, beforeHit);
