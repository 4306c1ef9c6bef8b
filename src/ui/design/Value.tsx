import { hexOfPair } from '#arch/word64.ts';

export type Space = 'gva' | 'gpa' | 'hva' | 'hpa';

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

const CODE =
  /(0x[0-9a-f]+(?:\|0x[0-9a-f]+)?|\b[th]\d+(?:\[[0-9a-f]{3}\])?(?:\|0x[0-9a-f]+)?(?:\+0x[0-9a-f]+)?|\b[0-9a-f]+\[[0-9a-f]{3}\]|`[^`]+`|\b[WUPADX] = [01])/g;

/** A sentence whose names and numbers stand in the monospaced face. */
export function Prose({ text }: { readonly text: string }) {
  return text.split(CODE).map((part, i) =>
    // Odd parts are what the pattern found; their order never changes within one text.
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text have no other name
    i % 2 === 1 ? <code key={i}>{part.replaceAll('`', '')}</code> : part,
  );
}
