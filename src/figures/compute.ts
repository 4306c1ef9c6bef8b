/** A figure's numbers: its scenarios are run, and their costs counted. */
import { Costs, type Counts } from '#machine/costs.ts';
import { LogReader } from '#machine/log-reader.ts';
import { load } from '#scenario/check.ts';
import { runScenario } from '#scenario/run.ts';
import type { Counted, Figure } from './figure.ts';

/** Numbers of a figure, row by row. Throws Error where a scenario of ours does not run to its end. */
export function figureValues(figure: Figure): number[][] {
  const runs = new Map<string, Costs>();
  return figure.rows.map(({ cells }) =>
    cells.map(({ text, from, to }, column) => {
      const costs = runs.get(text) ?? costsOf(text);
      runs.set(text, costs);
      return countOf(costs.ofSteps(from, to), figure.columns[column]!.counted);
    }),
  );
}

function costsOf(text: string): Costs {
  const { scenario, problems } = load(text);
  if (!scenario) throw new Error(`a figure's scenario: ${problems[0]?.message}\n${text}`);
  const result = runScenario(scenario);
  if ('problems' in result) throw new Error(`a figure's scenario: ${result.problems[0]?.message}\n${text}`);
  if (result.notice) throw new Error(`a figure's scenario: ${result.notice.message}\n${text}`);
  return new Costs(new LogReader(result.log));
}

function countOf(counts: Counts, counted: Counted): number {
  switch (counted) {
    case 'references':
      return counts.references;
    case 'mean-references':
      return Math.round((counts.references / counts.of('walks')) * 100) / 100;
    case 'exits':
      return counts.of('exits');
    case 'tables':
      return counts.of('tablesMade');
  }
}
