import { type KeyboardEvent, type MouseEvent, useMemo, useState } from 'react';
import type { Costs } from '#machine/costs.ts';
import type { LogReader } from '#machine/log-reader.ts';
import { MEASURES } from '#ui/costs.ts';
import { useElementWidth } from '#ui/design/element-size.ts';
import { setCursor } from '#ui/store.ts';
import type { Words } from '#ui/words/en.ts';
import { useWords } from '#ui/words/language.ts';
import { CostDrawing, type Scales, scalesOf } from './CostDrawing.tsx';
import { type Bin, binOf, type CostChart, costChart, soFar } from './model.ts';

/** Marks that a drawing may have, and the least width of a bar with its gap. */
const MOST_MARKS = 1000;
const LEAST_BAND = 5;

const binName = (bin: Bin, words: Words['cost']): string => words.steps(bin.from + 1, bin.to + 1);

const numbersText = (chart: CostChart, bin: Bin, words: Words['cost']): string =>
  chart.measures.map((measure, i) => words.counts[measure](bin.values[i] ?? 0)).join(' · ');

function useChart(costs: Costs, stepCount: number, width: number): CostChart {
  const most = Math.floor(Math.min(width / LEAST_BAND, MOST_MARKS / (MEASURES.length + 1)));
  return useMemo(() => costChart(costs, stepCount, most), [costs, stepCount, most]);
}

/** Which steps, and what they cost. */
function Readout({
  chart,
  bin,
  reader,
}: {
  readonly chart: CostChart;
  readonly bin: Bin;
  readonly reader: LogReader;
}) {
  const words = useWords().cost;
  return (
    <div className="cost-readout">
      <p>
        <b>{binName(bin, words)}</b>{' '}
        {bin.from === bin.to && <code>{reader.text(reader.payload(reader.stepStart(bin.from), 1))}</code>}
      </p>
      <p>{numbersText(chart, bin, words)}</p>
    </div>
  );
}

/** Steps (bins of them) that a key leads to from the present one. */
function keyTarget(event: KeyboardEvent, current: number, last: number): number | undefined {
  if (event.shiftKey || event.altKey) return undefined;
  return { ArrowLeft: current - 1, ArrowRight: current + 1, Home: 0, End: last }[event.key];
}

interface CostBarsProps {
  readonly reader: LogReader;
  readonly costs: Costs;
  readonly index: number;
}

/** A bar for each step and measure; a click goes to the step, the arrow keys from one to the next. */
export function CostBars({ reader, costs, index }: CostBarsProps) {
  const words = useWords().cost;
  const [measureWidth, width] = useElementWidth<HTMLDivElement>();
  const [pointed, setPointed] = useState<number | null>(null);
  const chart = useChart(costs, reader.stepCount, width);
  const current = Math.max(0, binOf(chart, reader.stepOf(index)));
  const here = chart.bins[current];
  const scales = useMemo(() => scalesOf(chart, width), [chart, width]);
  if (!here) return <div className="cost-slider" ref={measureWidth} />;
  const go = (to: number | null | undefined) => {
    const target = to == null ? undefined : chart.bins[Math.max(0, Math.min(chart.bins.length - 1, to))];
    if (target) setCursor(reader.stepStart(target.from));
  };
  return (
    <div className="cost-chart">
      <Readout chart={chart} bin={chart.bins[pointed ?? current] ?? here} reader={reader} />
      <div
        ref={measureWidth}
        role="slider"
        tabIndex={0}
        className="cost-slider"
        aria-label={words.chart}
        aria-valuemin={1}
        aria-valuemax={reader.stepCount}
        aria-valuenow={reader.stepOf(index) + 1}
        aria-valuetext={`${binName(here, words)}: ${numbersText(chart, here, words)}`}
        title={words.help}
        onKeyDown={(event) => {
          const to = keyTarget(event, current, chart.bins.length - 1);
          if (to === undefined) return;
          event.preventDefault();
          setPointed(null);
          go(to);
        }}
        onPointerMove={(event) => setPointed(binAt(event, chart, scales))}
        onPointerLeave={() => setPointed(null)}
        onClick={(event) => go(binAt(event, chart, scales))}
      >
        {width > 0 && (
          <CostDrawing
            chart={chart}
            scales={scales}
            costs={costs}
            now={soFar(chart, costs, reader, index)}
            current={current}
            pointed={pointed}
          />
        )}
      </div>
    </div>
  );
}

/** The bin under the pointer. */
function binAt(event: MouseEvent, chart: CostChart, scales: Scales): number | null {
  const bin = Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left) / scales.step);
  return bin >= 0 && bin < chart.bins.length ? bin : null;
}
