/** What one run costs more than another, and what less: the facts of one sentence. */
import type { Counts } from '#machine/costs.ts';

/** What a sentence says of one run. */
export interface Figures {
  readonly name: string;
  readonly exits: number;
  readonly references: number;
  /** References that a TLB miss costs; 0 where there was none. */
  readonly perMiss: number;
  readonly tables: number;
}

/**
 * Which of two has the better of it: each pays with something else (`trade`: the first with exits; `trade-back`: the second), one is
 * cheaper in both, or in one of them only, or neither.
 */
export type Verdict =
  | 'trade'
  | 'trade-back'
  | 'first'
  | 'second'
  | 'first-exits'
  | 'second-exits'
  | 'first-references'
  | 'second-references'
  | 'same';

export const figuresOf = (name: string, counts: Counts): Figures => ({
  name,
  exits: counts.of('exits'),
  references: counts.references,
  perMiss: counts.referencesPerWalk,
  tables: counts.tables,
});

/** By the signs of what the first has more of: exits, references. */
const VERDICTS: Readonly<Record<string, Verdict>> = {
  '1,-1': 'trade',
  '-1,1': 'trade-back',
  '1,1': 'second',
  '-1,-1': 'first',
  '1,0': 'second-exits',
  '-1,0': 'first-exits',
  '0,1': 'second-references',
  '0,-1': 'first-references',
  '0,0': 'same',
};

export function verdictOf(first: Figures, second: Figures): Verdict {
  const signs = [
    Math.sign(first.exits - second.exits),
    Math.sign(first.references - second.references),
  ].join();
  return VERDICTS[signs] as Verdict;
}
