import { useMemo } from 'react';
import { MEASURES, type Measure } from '#ui/costs.ts';
import { useRowWindow } from '#ui/design/use-row-window.ts';
import type { Run } from '#ui/moment.ts';
import { useWords } from '#ui/words/language.ts';
import type { StepRow } from './alignment.ts';
import { goToRow } from './cursor.ts';
import { mostOf, stepValues } from './differences.ts';
import { hasOtherOutcome, outcomesOf } from './parting.ts';
import './step-bars.css';

const ROW = 24;

interface RowProps {
  readonly runs: readonly (Run | null)[];
  readonly rows: readonly StepRow[];
  readonly index: number;
  readonly measure: Measure;
  readonly most: number;
}

/** A statement: its number and text where any run has it. */
function statementOf(runs: readonly (Run | null)[], row: StepRow): { number: number; text: string } {
  const column = row.findIndex((step) => step !== null);
  const step = row[column] ?? 0;
  return { number: step + 1, text: runs[column]?.scenario.steps[step]?.text ?? '' };
}

function Bar({
  value,
  most,
  measure,
}: {
  readonly value: number | null;
  readonly most: number;
  readonly measure: Measure;
}) {
  return (
    <span className={`step-bar ${measure}`}>
      <i style={{ width: `${(100 * (value ?? 0)) / most}%` }} />
      <b className={value === 0 ? 'none' : ''}>{value ?? '–'}</b>
    </span>
  );
}

/** One statement, and what its step costs in each run. */
function Row({ runs, rows, index, measure, most }: RowProps) {
  const { compare } = useWords();
  const row = rows[index] as StepRow;
  const { number, text } = statementOf(runs, row);
  const outcomes = outcomesOf(runs, row);
  const differs = hasOtherOutcome(outcomes);
  return (
    <>
      <span className="number">{number}</span>
      <code title={text}>{text}</code>
      <span
        className="outcome"
        title={differs ? compare.otherOutcome(outcomes.map((each) => each ?? '–').join(' | ')) : undefined}
      >
        {differs ? '≠' : ''}
      </span>
      {stepValues(runs, row, measure).map((value, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a column is its number
        <Bar key={i} value={value} most={most} measure={measure} />
      ))}
    </>
  );
}

interface Props {
  readonly runs: readonly (Run | null)[];
  readonly rows: readonly StepRow[];
  readonly current: number;
  readonly names: readonly string[];
  readonly measure: Measure;
  readonly onMeasure: (measure: Measure) => void;
}

function MeasureChoice({ measure, onMeasure }: Pick<Props, 'measure' | 'onMeasure'>) {
  const words = useWords();
  return (
    <select
      aria-label={words.compare.measure}
      value={measure}
      onChange={({ target }) => onMeasure(target.value as Measure)}
    >
      {MEASURES.map((each) => (
        <option key={each} value={each}>
          {words.cost.measures[each]}
        </option>
      ))}
    </select>
  );
}

/** Every step, with what it costs in each run as bars; a click goes there. */
export function StepBars({ runs, rows, current, names, measure, onMeasure }: Props) {
  const { compare } = useWords();
  const sight = useRowWindow<HTMLElement>({
    count: rows.length,
    row: ROW,
    shown: [current],
    margin: [1, 1],
    beyond: 6,
  });
  const most = useMemo(() => mostOf(runs, measure), [runs, measure]);
  return (
    <div className="step-bars" style={{ '--runs': runs.length } as React.CSSProperties}>
      <div className="step-bars-head step-bars-row">
        <MeasureChoice measure={measure} onMeasure={onMeasure} />
        {names.map((name, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a column is its number
          <span key={i} title={name}>
            {name}
          </span>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="step-bars-rows" ref={sight.attach} tabIndex={0} aria-label={compare.bars}>
        <div style={{ height: sight.height, position: 'relative' }}>
          {sight.rows.map(({ index, top }) => (
            <button
              type="button"
              key={index}
              className={`step-bars-row${index === current ? ' now' : index > current ? ' future' : ''}`}
              aria-current={index === current}
              style={{ height: ROW, transform: `translateY(${top}px)` }}
              onClick={() => goToRow(index)}
            >
              <Row runs={runs} rows={rows} index={index} measure={measure} most={most} />
            </button>
          ))}
        </div>
      </section>
    </div>
  );
}
