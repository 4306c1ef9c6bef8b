import { hexOfPair } from '#arch/word64.ts';
import type { Space } from './space.ts';

/** A 64-bit address (plain pair) with its digits in groups of four. */
export function GroupedHex({
  hi,
  lo,
  space,
}: {
  readonly hi: number;
  readonly lo: number;
  readonly space: Space;
}) {
  const digits = hexOfPair(hi, lo);
  const groups = digits.replace(/\B(?=([0-9a-f]{4})+$)/g, '\u2009');
  return <span className={`value ${space}`}>0x{groups}</span>;
}
