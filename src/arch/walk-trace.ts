/**
 * The references of walks, one record of fixed size each, in the order in which the processor makes them. A record says where an
 * entry is; its words have not been changed since it was read when `beforeStore` is called, or when the walk has ended.
 */

/** Who looks an entry up: the guest's dimension or the nested one. */
export const DIMENSION = { guest: 0, nested: 1 } as const;

/** Words of a record, as offsets. */
export const REFERENCE = {
  /** DIMENSION | row << 8 (level of the guest's entry that is looked for, 0 the data) | level of the entry << 16 | HIGH_HALF. */
  what: 0,
  /** Place of the entry's words. */
  place: 1,
  /** The guest frame that is looked for: that of the guest's table, or of the data. */
  gfn: 2,
  size: 3,
} as const;

/** A 4-byte entry is the upper half of the pair at its place. */
const HIGH_HALF = 1 << 24;

/** The most words that a walk adds: 5 guest levels and 5 nested ones. */
export const WALK_WORDS = 35 * REFERENCE.size;

export interface WalkTrace {
  /** The records. Room for one walk more (WALK_WORDS) must be left before each. */
  readonly records: Int32Array;
  /** Words in use. */
  used: number;
  /** Called before a walk changes an entry. May take the records away (`used` to 0). */
  beforeStore(): void;
}

/** Whose entry it is (DIMENSION); the level of the guest's entry that is looked for, 0 for the data; the level of the entry. */
export const referenceDimension = (what: number): number => what & 0xff;
export const referenceRow = (what: number): number => (what >> 8) & 0xff;
export const referenceLevel = (what: number): number => (what >> 16) & 0xff;

/** Index of an entry in its table. @param bytes of an entry */
export const referenceIndex = (what: number, place: number, bytes: 4 | 8): number =>
  bytes === 8 ? (place & 1023) >> 1 : (place & 1022) | (what & HIGH_HALF ? 1 : 0);

/** The first word of a record. @param index of the entry, where entries have 4 bytes; 0 otherwise */
export const reference = (dimension: number, row: number, level: number, index = 0): number =>
  dimension | (row << 8) | (level << 16) | ((index & 1) << 24);

/** Adds a record at `used`. Returns where the next one begins. */
export function addReference(
  records: Int32Array,
  used: number,
  what: number,
  place: number,
  gfn: number,
): number {
  records[used] = what;
  records[used + 1] = place;
  records[used + 2] = gfn;
  return (used + REFERENCE.size) | 0;
}
