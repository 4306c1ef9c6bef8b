import type { Counts } from '#machine/costs.ts';
import type { Run } from '#ui/moment.ts';
import { useWords } from '#ui/words/language.ts';
import '#ui/design/cost-table.css';
import { type DifferenceLine, differenceLines, SPANS, type Span } from './differences.ts';

interface Props {
  readonly runs: readonly (Run | null)[];
  readonly counts: readonly (Counts | null)[];
  readonly names: readonly string[];
  readonly span: Span;
  readonly onSpan: (span: Span) => void;
}

function Cell({ value, most }: { readonly value: number | null; readonly most: number }) {
  return (
    <td className={value ? '' : 'none'}>
      <span style={{ '--share': `${(100 * Math.max(0, value ?? 0)) / most}%` } as React.CSSProperties}>
        {value ?? '–'}
      </span>
    </td>
  );
}

function Line({ line }: { readonly line: DifferenceLine }) {
  const { cost } = useWords();
  const { group, what, values } = line;
  const text =
    what === 'total' ? cost.groups[group] : typeof what === 'object' ? what.reason : cost.counters[what];
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  const differs = new Set(values.filter((value) => value !== null)).size > 1;
  return (
    <tr className={`${what === 'total' ? 'total' : ''}${differs ? ' differs' : ''}`}>
      <th scope="row">{text}</th>
      {values.map((value, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a column is its number
        <Cell key={i} value={value} most={most} />
      ))}
    </tr>
  );
}

/** What is counted: the step at the cursor, all up to its end, or the whole run. */
function SpanChoice({ span, onSpan }: Pick<Props, 'span' | 'onSpan'>) {
  const { compare } = useWords();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset's name is a legend, for which there is no room
    <div className="span-choice" role="group" aria-label={compare.span}>
      {SPANS.map((each) => (
        <button key={each} type="button" aria-pressed={each === span} onClick={() => onSpan(each)}>
          {compare.spans[each]}
        </button>
      ))}
    </div>
  );
}

/** Every cost of every run, beside each other; lines that differ stand out. */
export function DifferenceTable({ runs, counts, names, span, onSpan }: Props) {
  const { compare, cost } = useWords();
  const lines = differenceLines(runs, counts);
  const untitled = lines.find(({ group }) => group === 'kvm');
  return (
    <table className="cost-table difference-table" aria-label={compare.costs}>
      <thead>
        <tr>
          <td>
            <SpanChoice span={span} onSpan={onSpan} />
          </td>
          {names.map((name, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a column is its number
            <th key={i} scope="col" title={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => [
          line === untitled && (
            <tr key="kvm" className="total">
              <th scope="rowgroup" colSpan={names.length + 1}>
                {cost.groups.kvm}
              </th>
            </tr>
          ),
          <Line
            key={`${line.group} ${typeof line.what === 'object' ? line.what.reason : line.what}`}
            line={line}
          />,
        ])}
      </tbody>
    </table>
  );
}
