/** Page-fault error codes, bit by bit. Intel SDM vol. 3 section 4.7; AMD APM vol. 2 section 8.4.2. */

/** Bits of a page-fault error code; the access that is asked for is written with the same bits (W, U, F). */
export const PF = {
  /** The entry was present: a right was missing, or a reserved bit was set. */
  present: 1,
  write: 2,
  user: 4,
  reserved: 8,
  fetch: 16,
} as const;

export interface BitMeaning {
  readonly bit: number;
  readonly name: string;
  readonly set: string;
  readonly clear: string;
}

export const PF_BITS = [
  { bit: 0, name: 'P', set: 'the entry was present, a right was missing', clear: 'an entry was not present' },
  { bit: 1, name: 'W', set: 'a write', clear: 'not a write' },
  { bit: 2, name: 'U', set: 'user mode', clear: 'supervisor mode' },
  { bit: 3, name: 'RSVD', set: 'a reserved bit was set in an entry', clear: 'no reserved bit' },
  { bit: 4, name: 'F', set: 'an instruction fetch', clear: 'not a fetch' },
] as const satisfies readonly BitMeaning[];

const LETTERS = ['P', 'W', 'U', 'RSVD', 'F', 'PK'];

/** An error code in letters, joined by a bar: `P|W|U`. Empty for 0. */
export const faultLetters = (code: number): string => LETTERS.filter((_, bit) => code & (1 << bit)).join('|');
