/**
 * What a scenario is compared with: the same text on another machine, or another text that was kept. In a link each is a letter and
 * its words, one after the other: `!mmu=tdp vendor=intel` is written `!mmmu=tdp vendor=intel`, a text `!t` and the text.
 */
import { MACHINES, type OfferedMachine, onMachine } from '#scenario/variant.ts';

export type Counterpart =
  /** Words that replace those of the `machine` statement. */
  { readonly kind: 'machine'; readonly words: string } | { readonly kind: 'text'; readonly text: string };

/** How many there can be, beside the scenario itself. */
export const MOST_COUNTERPARTS = 3;

/** The scenario text of a counterpart. @param text the scenario that it is one of */
export const counterpartText = (text: string, counterpart: Counterpart): string =>
  counterpart.kind === 'text' ? counterpart.text : onMachine(text, counterpart.words);

const MARK = '!';

const escaped = (text: string): string => text.replaceAll('%', '%25').replaceAll(MARK, '%21');
const unescaped = (text: string): string => text.replaceAll('%21', MARK).replaceAll('%25', '%');

/** Counterparts as they stand at the end of an arrangement's form; empty for none. */
export const counterpartsText = (counterparts: readonly Counterpart[]): string =>
  counterparts
    .map((each) => MARK + (each.kind === 'text' ? `t${escaped(each.text)}` : `m${escaped(each.words)}`))
    .join('');

/** Reads `counterpartsText`'s form, and what stands before it. What is no counterpart, and what is one too many, is passed over. */
export function parseCounterparts(form: string): {
  readonly rest: string;
  readonly counterparts: Counterpart[];
} {
  const [rest = '', ...parts] = form.split(MARK);
  const counterparts = parts.flatMap((part): Counterpart[] => {
    const content = unescaped(part.slice(1));
    if (part[0] === 'm') return [{ kind: 'machine', words: content }];
    return part[0] === 't' ? [{ kind: 'text', text: content }] : [];
  });
  return { rest, counterparts: counterparts.slice(0, MOST_COUNTERPARTS) };
}

/** The words that choose a machine. */
export const machineChoice = ({ kind, mmu }: OfferedMachine): string =>
  kind === 'bare' ? kind : `${kind} mmu=${mmu}`;

/** A machine that is not among those there are; one with a hypervisor first. The last of all, where there are all. */
export function anotherMachine(present: readonly OfferedMachine[]): OfferedMachine {
  const order = MACHINES.toSorted((a, b) => Number(a.kind === 'bare') - Number(b.kind === 'bare'));
  const isThere = ({ kind, mmu }: OfferedMachine): boolean =>
    present.some((other) => other.kind === kind && other.mmu === mmu);
  return (order.find((machine) => !isThere(machine)) ?? order.at(-1)) as OfferedMachine;
}
