/** What flips the bits that the inspector shows. */
import type { AtlasTable } from '#hypervisor/atlas.ts';
import { type EntryEdit, entryEdit, type Refusal } from '#ui/edit/entry-edit.ts';
import { type BitRegister, type Flip, registerFlips as flipsOf } from '#ui/edit/register-edit.ts';
import type { Moment } from '#ui/moment.ts';

export interface Flips {
  /** Why nothing can be flipped; null where something can. */
  readonly refusal: Refusal | 'stale' | null;
  /** What flips a bit, by its position; null for one that cannot be. */
  of(bit: number): Flip | null;
}

/** Bits of an entry, and the way to give it any value. */
export interface EntryFlips extends Flips {
  readonly edit: EntryEdit | null;
}

const refused = (refusal: Flips['refusal']): EntryFlips => ({ refusal, of: () => null, edit: null });

/** The text is not the one that was run: nobody knows what a statement would find. */
export const STALE: EntryFlips = refused('stale');

export function entryFlips(moment: Moment, table: AtlasTable, index: number): EntryFlips {
  const edit = entryEdit(moment, table, index);
  if (typeof edit === 'string') return refused(edit);
  return {
    refusal: null,
    edit,
    of(bit) {
      if (bit >= edit.bytes * 8) return null;
      const value = edit.value ^ (1n << BigInt(bit));
      return { value: (value >> BigInt(bit)) & 1n ? 1 : 0, insertion: edit.insertion(value) };
    },
  };
}

/** The position of a mask's bit. */
export const positionOf = (mask: number): number => 31 - Math.clz32(mask);

/** Those bits of a register that a statement of the language changes. */
export function registerFlips(moment: Moment, cpu: number, register: BitRegister): Flips {
  const found = flipsOf(moment, cpu, register);
  if (typeof found === 'string') return refused(found);
  const byBit = new Map(found.map((flip) => [positionOf(flip.mask), flip]));
  return { refusal: null, of: (bit) => byBit.get(bit) ?? null };
}
