import { useMemo } from 'react';
import { costsOf } from '#ui/costs.ts';
import { Prose } from '#ui/design/Prose.tsx';
import { eventNumber, type Run } from '#ui/moment.ts';
import { useWords } from '#ui/words/language.ts';
import type { StepRow } from './alignment.ts';
import { goToRow, showDifference } from './cursor.ts';
import { firstOtherOutcome, partingOf } from './parting.ts';
import { figuresOf, verdictOf } from './trade-off.ts';

interface Props {
  readonly runs: readonly (Run | null)[];
  readonly rows: readonly StepRow[];
  readonly names: readonly string[];
  /** Number of the column that the others are held against. */
  readonly focus: number;
  /** Numbers of the columns whose text is another one. */
  readonly kept: readonly number[];
}

/** One sentence for each pair: the column with the focus, and another. */
function Sentences({ runs, names, focus }: Props) {
  const { compare } = useWords();
  const base = runs[focus];
  if (!base) return null;
  const own = figuresOf(names[focus] ?? '', costsOf(base.reader).total);
  return runs.map((run, i) => {
    if (!run || i === focus) return null;
    const other = figuresOf(names[i] ?? '', costsOf(run.reader).total);
    const steps = run.scenario.steps.length;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: a column is its number
      <p key={i}>
        <Prose text={compare.tradeOff(own, other, steps, verdictOf(own, other))} />
      </p>
    );
  });
}

/** Where the outcomes part. */
function Outcomes({ runs, rows }: Pick<Props, 'runs' | 'rows'>) {
  const { compare } = useWords();
  const count = runs.filter((run) => run !== null).length;
  const first = useMemo(() => firstOtherOutcome(runs, rows), [runs, rows]);
  if (count < 2) return null;
  if (first < 0) return <p className="note">{compare.sameOutcomes}</p>;
  const step = rows[first]?.find((each) => each !== null) ?? 0;
  return (
    <button type="button" className="button" onClick={() => goToRow(first)}>
      ≠ {compare.firstOutcome(step + 1)}
    </button>
  );
}

/** Where the log of a text that was kept parts from the present one's. */
function Parting({ base, run, column }: { readonly base: Run; readonly run: Run; readonly column: number }) {
  const { compare } = useWords();
  const parting = partingOf(base, run);
  if (!parting) return <p className="note">{compare.sameEvents}</p>;
  const [own, other] = parting;
  return (
    <button type="button" className="button" onClick={() => showDifference(column, own, other)}>
      ≠ {compare.firstEvent(eventNumber(base, own))}
    </button>
  );
}

/** What each costs more and what less, in words; and where the runs part. */
export function TradeOff(props: Props) {
  const { runs, rows, kept } = props;
  const [base] = runs;
  return (
    <div className="trade-off">
      <Sentences {...props} />
      <div className="partings">
        <Outcomes runs={runs} rows={rows} />
        {base &&
          kept.map((column) => {
            const run = runs[column];
            return run && <Parting key={column} base={base} run={run} column={column} />;
          })}
      </div>
    </div>
  );
}
