/**
 * What a walk may take from a processor's caches, and what it leaves there. It asks before it reads, and tells what it has used once it
 * has come to its end; what is remembered, and for how long, is for the caches to say.
 * Intel SDM vol. 3 sections 4.10.3 and 29.4; AMD APM vol. 2 sections 5.5 and 15.16.
 */

/** Pointers to tables: what stands in the entries above need not be read again. */
export interface TableCache {
  /** What the last `find` found: the level of the table, its frame, and the rights of the entries above it (as `keep` was given them). */
  level: number;
  table: number;
  rights: number;
  /** Of a guest's table behind nested ones: the host frame that it lies in, and the turned flags of the nested entries to it. */
  host: number;
  hostRights: number;
  /** Looks for the lowest table on the way to an address (plain pair). */
  find(hi: number, lo: number): boolean;
  /** The walk of an address used an entry that points to this table. All A flags to there are set. */
  keep(
    hi: number,
    lo: number,
    level: number,
    table: number,
    rights: number,
    host: number,
    hostRights: number,
  ): void;
}

/** Translations of guest-physical pages. */
export interface FrameCache {
  /** What the last `find` found: the host frame, the leaf's level, its flags, and the turned flags that all entries have. */
  frame: number;
  level: number;
  leaf: number;
  rights: number;
  /**
   * Looks for a guest frame: one that may be used so.
   * @param need flags that all entries must have, turned @param wanted flags that the leaf must have
   */
  find(gfn: number, need: number, wanted: number): boolean;
  /** A guest frame was translated; its A flags are set, and D where it was written. */
  keep(gfn: number, frame: number, level: number, leaf: number, rights: number): void;
}

/** The caches of a processor that runs a guest with nested tables. */
export interface NestedCaches {
  /** The guest's tables, by linear address. */
  readonly guest: TableCache;
  /** Nested tables, by guest-physical address. */
  readonly nested: TableCache;
  readonly frames: FrameCache;
}
