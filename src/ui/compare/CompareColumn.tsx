import { textOf } from '#scenario/messages.ts';
import { costsOf } from '#ui/costs.ts';
import { Prose } from '#ui/design/Prose.tsx';
import { goOnWith } from '#ui/edit/edits.ts';
import { isEmbedded } from '#ui/embed.ts';
import { machineSwitches } from '#ui/machine-text.ts';
import { eventNumber, type Run } from '#ui/moment.ts';
import { sentence } from '#ui/sentence/sentence.ts';
import { Scope, useMoment } from '#ui/session.ts';
import { arrange } from '#ui/store.ts';
import { WalkHeading, WalkView } from '#ui/views/walk/WalkView.tsx';
import { useWords } from '#ui/words/language.ts';
import { ColumnMachine } from './ColumnMachine.tsx';
import { type Column, removeCounterpart } from './columns.ts';
import { focusColumn } from './cursor.ts';

interface Props {
  /** Number of the column: 0 is the scenario itself. */
  readonly number: number;
  readonly name: string;
  readonly run: Run | null;
  readonly cursor: number;
  readonly isFocused: boolean;
  /** Whether the cursor is at the first event that tells something else. */
  readonly isParting: boolean;
  /** The counterpart; null for the scenario itself. */
  readonly column: Column | null;
}

/** What just happened in a column; told to screen readers where it has the focus. */
function ColumnSentence({ isFocused, isParting }: Pick<Props, 'isFocused' | 'isParting'>) {
  const words = useWords();
  const moment = useMoment();
  if (!moment) return null;
  return (
    <p
      className="column-sentence"
      aria-live={isFocused ? 'polite' : 'off'}
      data-testid={isFocused ? 'sentence' : undefined}
    >
      <b className="event-number">{eventNumber(moment.run, moment.index)}</b>{' '}
      {isParting && <b className="parting">≠ {words.compare.partHere}</b>}{' '}
      <Prose text={sentence(words, moment)} />
    </p>
  );
}

/** References, exits and tables: of the step up to the cursor, and of all up to there. */
function ColumnFigures() {
  const { compare } = useWords();
  const moment = useMoment();
  if (!moment) return null;
  const { reader, index } = moment;
  const costs = costsOf(reader);
  const counts = {
    step: costs.between(reader.stepStart(reader.stepOf(index)), index),
    soFar: costs.upTo(index),
  };
  return (
    <dl className="column-figures">
      {(['step', 'soFar'] as const).map((span) => (
        <div key={span}>
          <dt>{compare.spans[span]}</dt>
          <dd>{compare.figures(counts[span].references, counts[span].of('exits'), counts[span].tables)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What a column's machine cannot do. */
function Refused({ column, title }: { readonly column: Column; readonly title: string }) {
  const words = useWords();
  return (
    <div className="column-state" role="status">
      <p>{title}</p>
      <ul>
        {column.problems.map((problem) => (
          <li key={`${problem.span.line} ${problem.message}`}>
            {words.compare.line(problem.span.line)}: {textOf(words.problems, problem)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Why a column has no run. */
function ColumnState({ column }: { readonly column: Column }) {
  const words = useWords();
  const { problems, failure, state } = column;
  if (failure) return <p className="column-state">{words.messages.crash(failure)}</p>;
  if (problems.length > 0) return <Refused column={column} title={words.compare.refused} />;
  return <p className="column-state">{state === 'done' ? '' : words.status.running}</p>;
}

function use(text: string): void {
  arrange({ compare: [] });
  goOnWith(text);
}

function ColumnTools({ name, number, column }: Pick<Props, 'name' | 'number'> & { readonly column: Column }) {
  const { compare } = useWords();
  const { counterpart, text } = column;
  return (
    <span className="column-tools">
      {counterpart.kind === 'machine' && (
        <ColumnMachine index={number - 1} words={counterpart.words} text={text} />
      )}
      <button
        type="button"
        className="button"
        aria-label={compare.use(name)}
        title={compare.use(name)}
        onClick={() => use(text)}
      >
        ↗
      </button>
      <button
        type="button"
        className="button"
        aria-label={compare.remove(name)}
        title={compare.remove(name)}
        onClick={() => removeCounterpart(number - 1)}
      >
        ✕
      </button>
    </span>
  );
}

/** One machine: its name, its walk, what just happened on it, and what it has cost so far. */
export function CompareColumn({ number, name, run, cursor, isFocused, isParting, column }: Props) {
  const words = useWords();
  return (
    <section className={`compare-column${isFocused ? ' focused' : ''}`} aria-label={name}>
      <div className="column-head">
        <button
          type="button"
          className="column-name"
          aria-pressed={isFocused}
          title={words.compare.focus(name)}
          onClick={() => focusColumn(number)}
        >
          {name}
        </button>
        {column && !isEmbedded() && <ColumnTools name={name} number={number} column={column} />}
      </div>
      {column?.notice && (
        <p className="column-state">{words.messages.stopped(textOf(words.problems, column.notice))}</p>
      )}
      {run && column && column.problems.length > 0 && (
        <Refused column={column} title={words.compare.leftOut} />
      )}
      {run ? (
        <Scope value={{ run, cursor }}>
          <p className="column-heading">
            <span>
              <WalkHeading />
            </span>
            <code>{machineSwitches(run.scenario.machine).join(' ')}</code>
          </p>
          <div className="column-walk">
            <WalkView />
          </div>
          <ColumnSentence isFocused={isFocused} isParting={isParting} />
          <ColumnFigures />
        </Scope>
      ) : (
        column && <ColumnState column={column} />
      )}
    </section>
  );
}
