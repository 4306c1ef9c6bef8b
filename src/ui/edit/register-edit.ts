/** Bits of control registers, and the statements that change those that the language names. */
import { CR0, CR4, EFER } from '#arch/paging-mode.ts';
import type { Insertion } from '#scenario/insert.ts';
import { findStatement } from '#scenario/statements.ts';
import type { Moment } from '#ui/moment.ts';
import type { Words } from '#ui/words/en.ts';
import { isDeadAfter, type Refusal } from './entry-edit.ts';
import { wordAfter } from './step-end.ts';

export type RegisterBitName = keyof Words['registerBits'];

/** What a bit becomes, and by which statements. */
export interface Flip {
  readonly value: 0 | 1;
  readonly insertion: Insertion;
}

export interface RegisterBit {
  readonly name: RegisterBitName;
  /** Mask of the register's low word. */
  readonly mask: number;
}

/** Registers whose bits paging looks at. */
const BITS = { cr0: CR0, cr4: CR4, efer: EFER } as const;
export type BitRegister = keyof typeof BITS;

export const isBitRegister = (register: string): register is BitRegister => Object.hasOwn(BITS, register);

/** The bits of a register that paging looks at, the highest first. */
export function registerBits(register: BitRegister): RegisterBit[] {
  const bits = Object.entries(BITS[register]) as [RegisterBitName, number][];
  return bits.map(([name, mask]) => ({ name, mask })).sort((a, b) => (b.mask >>> 0) - (a.mask >>> 0));
}

/** The bits of a register that a statement of the language changes. */
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
