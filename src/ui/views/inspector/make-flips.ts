/** Works out what flips the bits that the inspector shows; loaded when the page has shown what happened. */
import { entryEdit } from '#ui/edit/entry-edit.ts';
import { hostStatements } from '#ui/edit/host-statements.ts';
import { type BitRegister, positionOf } from '#ui/edit/register-bits.ts';
import { registerFlips as flipsOf } from '#ui/edit/register-edit.ts';
import type { Moment } from '#ui/moment.ts';
import type { Place } from '#ui/place.ts';
import { type EntryFlips, type Flips, noFlips, UNKNOWN } from './flips.ts';

export function entryFlips(moment: Moment, place: Extract<Place, { kind: 'entry' }>): EntryFlips {
  const table = moment.atlas.table(place.table);
  if (!table) return UNKNOWN;
  const edit = entryEdit(moment, table, place.index);
  if (typeof edit === 'string') return noFlips(edit, hostStatements(moment, table, place.index));
  return {
    refusal: null,
    edit,
    hostStatements: [],
    of(bit) {
      if (bit >= edit.bytes * 8) return null;
      const value = edit.value ^ (1n << BigInt(bit));
      return { value: (value >> BigInt(bit)) & 1n ? 1 : 0, insertion: edit.insertion(value) };
    },
  };
}

/** Those bits of a register that a statement of the language changes. */
export function registerFlips(moment: Moment, cpu: number, register: BitRegister): Flips {
  const found = flipsOf(moment, cpu, register);
  if (typeof found === 'string') return noFlips(found);
  const byBit = new Map(found.map((flip) => [positionOf(flip.mask), flip]));
  return { refusal: null, of: (bit) => byBit.get(bit) ?? null };
}
