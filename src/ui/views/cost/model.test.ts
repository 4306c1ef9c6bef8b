import { describe, expect, it } from 'vitest';
import PAGE_TABLE_WRITE from '#content/scenarios/04-page-table-write.scn?raw';
import { EVENT } from '#machine/events.ts';
import { costsOf } from '#ui/costs.ts';
import { momentOf, runText } from '#ui/run.fixture.ts';
import { binOf, costChart, costRows, soFar } from './model.ts';

const { reader } = runText(PAGE_TABLE_WRITE);
const costs = costsOf(reader);
const last = reader.length - 1;

const rowsAt = (index: number) =>
  new Map(
    costRows(costs, reader, index).map(({ group, what, step, run }) => [
      typeof what === 'object' ? what.reason : what === 'total' ? group : what,
      [...step, ...run],
    ]),
  );

describe('the table', () => {
  it('counts the step at the cursor and the run, up to the cursor and as a whole', () => {
    const fault = momentOf(runText(PAGE_TABLE_WRITE), EVENT.fault, 2).index;
    const rows = rowsAt(fault);
    expect(rows.get('references')).toEqual([2, 6, 7, 35]);
    expect(rows.get('exits')).toEqual([0, 1, 1, 6]);
    expect(rows.get('tables')).toEqual([0, 2, 4, 6]);
    expect(rowsAt(fault + 1).get('#PF')).toEqual([1, 1, 2, 4]);
  });

  it('has the same numbers so far and as a whole at the end', () => {
    for (const [, [stepSoFar, step, runSoFar, run]] of rowsAt(last)) {
      expect(stepSoFar).toBe(step);
      expect(runSoFar).toBe(run);
    }
  });

  it('leaves out what the run never does, but for the totals', () => {
    const rows = rowsAt(last);
    expect(rows.has('flushes')).toBe(true);
    expect(rows.has('nestedReferences')).toBe(false);
    expect(rows.has('mmio')).toBe(false);
    expect(rows.has('INVLPG')).toBe(true);
  });
});

describe('the chart', () => {
  const chart = costChart(costs, reader.stepCount, 100);

  it('has a bar a step, and a row for each measure that there is any of', () => {
    expect(chart.measures).toEqual(['references', 'exits', 'tablesMade', 'kvmWalks']);
    expect(chart.bins.map((bin) => bin.values[0])).toEqual([5, 6, 4, 0, 8, 4, 0, 8]);
    expect(chart.most).toEqual([8, 1, 4, 1]);
  });

  it('has bars for several steps where there is no room for each, which add up to the same', () => {
    const narrow = costChart(costs, reader.stepCount, 3);
    expect(narrow.bins.map(({ from, to }) => [from, to])).toEqual([
      [0, 2],
      [3, 5],
      [6, 7],
    ]);
    expect(narrow.bins.map((bin) => bin.values[0])).toEqual([15, 12, 8]);
    expect(binOf(narrow, 4)).toBe(1);
  });

  it('tells what there has been of the cursor’s step', () => {
    expect(soFar(chart, costs, reader, reader.stepStart(1))).toEqual([0, 0, 0, 0]);
    expect(soFar(chart, costs, reader, reader.stepEnd(1) - 1)).toEqual([6, 1, 2, 1]);
  });
});
