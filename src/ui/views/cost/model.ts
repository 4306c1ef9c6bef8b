/** What a run cost at a moment, as plain shapes: the lines of a table, and bars of each measure, a bar a step. */
import type { Costs } from '#machine/costs.ts';
import type { LogReader } from '#machine/log-reader.ts';
import { type CostLine, costLines, MEASURES, type Measure, measured } from '#ui/costs.ts';

export interface CostRow extends Pick<CostLine, 'group' | 'what'> {
  /** In the step at the cursor, and in the run: up to the cursor, and as a whole. */
  readonly step: readonly [soFar: number, all: number];
  readonly run: readonly [soFar: number, all: number];
}

/** The table at event `index`. */
export function costRows(costs: Costs, reader: LogReader, index: number): CostRow[] {
  const step = reader.stepOf(index);
  const stepSoFar = costs.between(reader.stepStart(step), index);
  const stepAll = costs.ofStep(step);
  const runSoFar = costs.upTo(index);
  const { total } = costs;
  return costLines(total).map(({ group, what, count }) => ({
    group,
    what,
    step: [count(stepSoFar), count(stepAll)],
    run: [count(runSoFar), count(total)],
  }));
}

/** Steps that a bar stands for, one or, in a long run, several that follow each other. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  /** Of each measure that the chart has. */
  readonly values: readonly number[];
  /** How many of the references lie in the guest's tables. */
  readonly guestReferences: number;
}

export interface CostChart {
  /** What the run has any of. */
  readonly measures: readonly Measure[];
  readonly bins: readonly Bin[];
  /** The largest value of each measure. */
  readonly most: readonly number[];
}

/** Bars of a whole run. @param most bars that there is room for */
export function costChart(costs: Costs, stepCount: number, most: number): CostChart {
  const { total } = costs;
  const measures = MEASURES.filter((measure) => measure === 'references' || measured(total, measure) > 0);
  const size = Math.max(1, Math.ceil(stepCount / Math.max(1, most)));
  const bins: Bin[] = [];
  for (let from = 0; from < stepCount; from += size) {
    const to = Math.min(stepCount, from + size) - 1;
    const counts = costs.ofSteps(from, to);
    const values = measures.map((measure) => measured(counts, measure));
    bins.push({ from, to, values, guestReferences: counts.of('guestReferences') });
  }
  const largest = measures.map((_, i) => Math.max(1, ...bins.map((bin) => bin.values[i] ?? 0)));
  return { measures, bins, most: largest };
}

/** The bin that a step is in; -1 for none. */
export const binOf = ({ bins }: CostChart, step: number): number =>
  bins.findIndex((bin) => step >= bin.from && step <= bin.to);

/** What the cursor's bin has cost so far, of each measure. */
export function soFar(chart: CostChart, costs: Costs, reader: LogReader, index: number): readonly number[] {
  const bin = chart.bins[binOf(chart, reader.stepOf(index))];
  if (!bin) return chart.measures.map(() => 0);
  const counts = costs.between(reader.stepStart(bin.from), index);
  return chart.measures.map((measure) => measured(counts, measure));
}
