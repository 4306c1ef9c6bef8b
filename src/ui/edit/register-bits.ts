/** Bits of control registers that paging looks at. */
import { CR0, CR4, EFER } from '#arch/paging-mode.ts';
import type { Words } from '#ui/words/en.ts';

export type RegisterBitName = keyof Words['registerBits'];

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

/** The position of a mask's bit. */
export const positionOf = (mask: number): number => 31 - Math.clz32(mask);
