/** What flips the bits that the inspector shows. */
import type { EntryEdit, Refusal } from '#ui/edit/entry-edit.ts';
import type { Flip } from '#ui/edit/register-edit.ts';

export interface Flips {
  /** Why nothing can be flipped; null where something can. */
  readonly refusal: Refusal | 'stale' | null;
  /** What flips a bit, by its position; null for one that cannot be. */
  of(bit: number): Flip | null;
}

/** Bits of an entry, and other ways to change it. */
export interface EntryFlips extends Flips {
  /** How to give it any value; null where nobody can. */
  readonly edit: EntryEdit | null;
  /** Statements by which the host makes the hypervisor change it. */
  readonly hostStatements: readonly string[];
}

/** No bit can be flipped. @param refusal null: that is not known yet */
export const noFlips = (refusal: Flips['refusal'], hostStatements: readonly string[] = []): EntryFlips => ({
  refusal,
  of: () => null,
  edit: null,
  hostStatements,
});

/** The text is not one that runs: nobody knows what a statement would find. */
export const STALE = noFlips('stale');

/** Nothing is known yet. */
export const UNKNOWN = noFlips(null);
