/**
 * What an instruction makes of its operands, and the flags that it leaves. Values are plain pairs, of which `size` bytes count.
 * Intel SDM vol. 1 section 3.4.3, vol. 2 appendix B.1.4 (conditions).
 */
import type { Instruction, Operation } from './instruction.ts';

/** Status flags, as bits of RFLAGS. */
export const FLAG = { carry: 1 << 0, parity: 1 << 2, zero: 1 << 6, sign: 1 << 7, overflow: 1 << 11 } as const;
const ALL = FLAG.carry | FLAG.parity | FLAG.zero | FLAG.sign | FLAG.overflow;

/** A result and the flags after it. */
export interface Computed {
  hi: number;
  lo: number;
  flags: number;
}

const computed: Computed = { hi: 0, lo: 0, flags: 0 };

/** Low `size` bytes of a pair: masks of its two words. */
const masks = (size: number): readonly [number, number] =>
  size === 8 ? [-1, -1] : [0, size === 4 ? -1 : (1 << (size * 8)) - 1];

/**
 * Computes `destination operation source`: one object that is used again each time. `mov` and `xchg` give the source, `cmp` what
 * `sub` gives.
 * @param flags RFLAGS before
 */
export function compute(
  operation: Operation,
  size: Instruction['size'],
  dhi: number,
  dlo: number,
  shi: number,
  slo: number,
  flags: number,
): Computed {
  const carry = flags & FLAG.carry;
  switch (operation) {
    case 'mov':
    case 'xchg':
      return give(shi, slo, flags);
    case 'not':
      return give(~dhi, ~dlo, flags);
    case 'and':
      return logic(size, dhi & shi, dlo & slo, flags);
    case 'or':
      return logic(size, dhi | shi, dlo | slo, flags);
    case 'xor':
      return logic(size, dhi ^ shi, dlo ^ slo, flags);
    case 'add':
      return sum(size, dhi, dlo, shi, slo, 0, flags);
    case 'adc':
      return sum(size, dhi, dlo, shi, slo, carry, flags);
    case 'sub':
    case 'cmp':
      return difference(size, dhi, dlo, shi, slo, 0, flags);
    case 'sbb':
      return difference(size, dhi, dlo, shi, slo, carry, flags);
    case 'neg':
      return difference(size, 0, 0, dhi, dlo, 0, flags);
    case 'inc':
      return keepingCarry(sum(size, dhi, dlo, 0, 1, 0, flags), carry);
    case 'dec':
      return keepingCarry(difference(size, dhi, dlo, 0, 1, 0, flags), carry);
    default:
      return give(dhi, dlo, flags);
  }
}

function give(hi: number, lo: number, flags: number): Computed {
  computed.hi = hi | 0;
  computed.lo = lo | 0;
  computed.flags = flags;
  return computed;
}

/** The result so far, with the carry flag as it was: INC and DEC leave it alone. */
function keepingCarry(result: Computed, carry: number): Computed {
  result.flags = (result.flags & ~FLAG.carry) | carry;
  return result;
}

/** Zero, sign and parity of a result. */
function statusOf(size: number, hi: number, lo: number): number {
  const [maskHi, maskLo] = masks(size);
  const isZero = (hi & maskHi) === 0 && (lo & maskLo) === 0;
  let bits = lo & 0xff;
  bits ^= bits >> 4;
  const isEven = ((0x6996 >> (bits & 0xf)) & 1) === 0;
  return (isZero ? FLAG.zero : 0) | (signOf(size, hi, lo) ? FLAG.sign : 0) | (isEven ? FLAG.parity : 0);
}

const signOf = (size: number, hi: number, lo: number): boolean =>
  size === 8 ? hi < 0 : ((lo >>> (size * 8 - 1)) & 1) === 1;

function logic(size: number, hi: number, lo: number, flags: number): Computed {
  return give(hi, lo, (flags & ~ALL) | statusOf(size, hi, lo));
}

function sum(
  size: number,
  ahi: number,
  alo: number,
  bhi: number,
  blo: number,
  carry: number,
  flags: number,
): Computed {
  const [, maskLo] = masks(size);
  const low = ((alo & maskLo) >>> 0) + ((blo & maskLo) >>> 0) + carry;
  const high = (ahi >>> 0) + (bhi >>> 0) + (low > 0xffffffff ? 1 : 0);
  const overflowed = size === 8 ? high > 0xffffffff : low > maskLo >>> 0;
  const hi = size === 8 ? high | 0 : 0;
  const lo = low | 0;
  const signs =
    signOf(size, ahi, alo) === signOf(size, bhi, blo) && signOf(size, hi, lo) !== signOf(size, ahi, alo);
  return give(
    hi,
    lo,
    (flags & ~ALL) | statusOf(size, hi, lo) | (overflowed ? FLAG.carry : 0) | (signs ? FLAG.overflow : 0),
  );
}

/** a - b - borrow, as the sum of a, the complement of b, and the opposite of the borrow. */
function difference(
  size: number,
  ahi: number,
  alo: number,
  bhi: number,
  blo: number,
  borrow: number,
  flags: number,
): Computed {
  const result = sum(size, ahi, alo, ~bhi, ~blo, 1 - borrow, flags);
  result.flags ^= FLAG.carry;
  return result;
}

/** Whether the condition of a jump (bits 3..0 of its opcode) holds. */
export function holds(condition: number, flags: number): boolean {
  const sign = (flags & FLAG.sign) !== 0;
  const overflow = (flags & FLAG.overflow) !== 0;
  const zero = (flags & FLAG.zero) !== 0;
  const carry = (flags & FLAG.carry) !== 0;
  const plain = [
    overflow,
    carry,
    zero,
    carry || zero,
    sign,
    (flags & FLAG.parity) !== 0,
    sign !== overflow,
    zero || sign !== overflow,
  ][condition >> 1] as boolean;
  return condition & 1 ? !plain : plain;
}
