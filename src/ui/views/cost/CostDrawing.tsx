import { scaleBand, scaleLinear } from 'd3-scale';
import { memo } from 'react';
import type { Costs, Counts } from '#machine/costs.ts';
import type { Measure } from '#ui/costs.ts';
import { useWords } from '#ui/words/language.ts';
import type { CostChart } from './model.ts';

/** The widest bar with its gap. */
const MOST_BAND = 64;
/** Least width of a bar that has its number above it. */
const NUMBERED_BAND = 12;

/** Heights: a measure's name, its bars with a number above each, and the gap below; the numbers of steps at the end. */
const NAME = 14;
const NUMBER = 11;
const BARS = 26;
const GAP = 4;
const ROW = NAME + NUMBER + BARS + GAP;
const AXIS = 16;

export interface Scales {
  readonly x: (bin: number) => number;
  readonly band: number;
  readonly step: number;
  readonly width: number;
}

/** Where bars stand in a drawing of so much width. */
export function scalesOf(chart: CostChart, width: number): Scales {
  const count = chart.bins.length;
  const used = Math.min(width, count * MOST_BAND);
  const scale = scaleBand(
    chart.bins.map((_, i) => i),
    [0, used],
  ).paddingInner(0.25);
  return {
    x: (bin) => scale(bin) ?? 0,
    band: scale.bandwidth(),
    step: scale.step(),
    width: used,
  };
}

/** Which part of a reference's bar is which, where a run has both. */
function Legend({ total }: { readonly total: Counts }) {
  const words = useWords();
  const guest = total.of('guestReferences');
  if (guest === 0 || guest === total.references) return null;
  return (
    <>
      <tspan className="key hypervisor" dx="8">
        ■
      </tspan>{' '}
      {words.cost.legend.hypervisor}
      <tspan className="key guest" dx="6">
        ▨
      </tspan>{' '}
      {words.cost.legend.guest}
    </>
  );
}

interface MeasureProps {
  readonly chart: CostChart;
  readonly measure: Measure;
  readonly costs: Costs;
  readonly scales: Scales;
  readonly top: number;
  readonly current: number;
}

/** How high a measure's values are drawn. */
const heightOf = (chart: CostChart, row: number) => scaleLinear([0, chart.most[row] ?? 1], [0, BARS]);

/** One measure's bars: what was, the cursor's step, and what is to come. They are made anew when the step changes, not at each event. */
const MeasureBars = memo(function MeasureBars({ chart, measure, costs, scales, top, current }: MeasureProps) {
  const words = useWords();
  const row = chart.measures.indexOf(measure);
  const height = heightOf(chart, row);
  const { band, x } = scales;
  const bottom = top + NAME + NUMBER + BARS;
  return (
    <g className={`cost-bars ${measure}`}>
      <text className="name" y={top + 11}>
        {words.cost.measures[measure]} {measure === 'references' && <Legend total={costs.total} />}
      </text>
      {chart.bins.map((bin, i) => {
        const all = bin.values[row] ?? 0;
        const guest = measure === 'references' ? bin.guestReferences : 0;
        const state = i < current ? 'past' : i === current ? 'current' : 'future';
        if (all === 0) return null;
        return (
          <g key={bin.from} className={state} transform={`translate(${x(i)} ${bottom})`}>
            <rect className="all" width={band} y={-height(all)} height={height(all)} />
            {guest > 0 && <rect className="guest" width={band} y={-height(guest)} height={height(guest)} />}
            {band >= NUMBERED_BAND && (
              <text x={band / 2} y={-height(all) - 2} textAnchor="middle" className="number">
                {all}
              </text>
            )}
          </g>
        );
      })}
      <path className="axis" d={`M0 ${bottom + 0.5}H${scales.width}`} />
    </g>
  );
});

/** In outline, what there has been of the cursor's step. */
function SoFar({ chart, scales, now, current }: Omit<CostDrawingProps, 'costs' | 'pointed'>) {
  return now.map((value, row) => {
    const height = heightOf(chart, row)(value);
    const bottom = row * ROW + NAME + NUMBER + BARS;
    return (
      <rect
        key={chart.measures[row]}
        className="cost-now"
        x={scales.x(current)}
        y={bottom - height}
        width={scales.band}
        height={height}
      />
    );
  });
}

/** The numbers of some steps, below all bars. */
function Axis({
  chart,
  scales,
  y,
}: {
  readonly chart: CostChart;
  readonly scales: Scales;
  readonly y: number;
}) {
  const every = Math.max(1, Math.ceil(34 / scales.step));
  return (
    <g className="cost-axis">
      {chart.bins.map(
        (bin, i) =>
          i % every === 0 && (
            <text key={bin.from} x={scales.x(i) + scales.band / 2} y={y + 11} textAnchor="middle">
              {bin.from + 1}
            </text>
          ),
      )}
    </g>
  );
}

interface CostDrawingProps {
  readonly chart: CostChart;
  readonly scales: Scales;
  readonly costs: Costs;
  readonly now: readonly number[];
  readonly current: number;
  readonly pointed: number | null;
}

/** All bars of a run, a row a measure, with the cursor's step marked through all of them. */
export function CostDrawing({ chart, scales, costs, now, current, pointed }: CostDrawingProps) {
  const height = chart.measures.length * ROW + AXIS;
  const around = (bin: number) => ({ x: scales.x(bin) - 2, width: scales.band + 4, height, rx: 3 });
  return (
    <svg width="100%" height={height} aria-hidden="true">
      <defs>
        <pattern
          id="cost-hatch"
          width="4"
          height="4"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="4" height="4" />
          <path d="M0 0V4" />
        </pattern>
      </defs>
      <rect className="here" {...around(current)} />
      {pointed !== null && <rect className="pointed" {...around(pointed)} />}
      {chart.measures.map((measure, i) => (
        <MeasureBars
          key={measure}
          chart={chart}
          measure={measure}
          costs={costs}
          scales={scales}
          top={i * ROW}
          current={current}
        />
      ))}
      <SoFar chart={chart} scales={scales} now={now} current={current} />
      <Axis chart={chart} scales={scales} y={height - AXIS} />
    </svg>
  );
}
