/** The statements that change bits of control registers. */
import type { Insertion } from '#scenario/insert.ts';
import { findStatement } from '#scenario/statements.ts';
import type { Moment } from '#ui/moment.ts';
import { isDeadAfter, type Refusal } from './entry-edit.ts';
import { type BitRegister, type RegisterBit, registerBits } from './register-bits.ts';
import { wordAfter } from './step-end.ts';

/** What a bit becomes, and by which statements. */
export interface Flip {
  readonly value: 0 | 1;
  readonly insertion: Insertion;
}

/** Those that the language names. */
const changeable = (register: BitRegister): RegisterBit[] => {
  const keys = findStatement(register, false)?.keys ?? [];
  return registerBits(register).filter(({ name }) => keys.some((key) => key.name === name.toLowerCase()));
};

/** Bits that can be flipped after the step that a moment is in: what they then are, and the statements that do it. */
export function registerFlips(
  moment: Moment,
  cpu: number,
  register: BitRegister,
): (RegisterBit & Flip)[] | Refusal {
  const step = moment.reader.stepOf(moment.index);
  if (isDeadAfter(moment.run, step)) return 'dead';
  const found = moment.atlas.register(cpu, register);
  const now = found ? wordAfter(moment, step, found.place, found.lo) : 0;
  const prefix = cpu === 0 ? '' : `cpu${cpu} `;
  return changeable(register).map((bit) => {
    const value = now & bit.mask ? 0 : 1;
    const statement = `${prefix}${register} ${bit.name.toLowerCase()}=${value}`;
    return { ...bit, value, insertion: { setup: [], steps: [statement] } };
  });
}
