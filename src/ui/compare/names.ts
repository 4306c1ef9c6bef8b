/** What the scenario and its counterparts are called beside each other. */

import { distinctNames } from '#ui/machine-text.ts';
import type { Run } from '#ui/moment.ts';
import type { Words } from '#ui/words/en.ts';
import type { Column } from './columns.ts';

/** A name for each, the scenario's own first: by its machine; a text that was kept by that. */
export function columnNames(words: Words, base: Run | null, columns: readonly Column[]): string[] {
  const scenarios = [base?.scenario ?? null, ...columns.map(({ scenario }) => scenario)];
  const known = scenarios.flatMap((scenario) => scenario?.machine ?? []);
  const names = distinctNames(known, words);
  const hasKept = columns.some(({ counterpart }) => counterpart.kind === 'text');
  let next = 0;
  return scenarios.map((scenario, i) => {
    const counterpart = columns[i - 1]?.counterpart;
    const name = scenario ? (names[next++] ?? '') : '';
    if (counterpart?.kind === 'text') return words.compare.kept(name);
    if (i === 0 && hasKept) return words.compare.edited(name);
    return counterpart && name === '' ? counterpart.words : name;
  });
}
