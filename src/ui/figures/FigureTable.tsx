import type { Cell, Figure } from '#figures/figure.ts';
import { SOURCES } from '#figures/sources.ts';
import { openScenario } from '#ui/opening/open.ts';
import { useWords } from '#ui/words/language.ts';
import { closeFigures } from './counting.ts';

/** A number, which opens its scenario, and what is published. */
function Count({
  cell,
  value,
  name,
}: {
  readonly cell: Cell;
  readonly value: number;
  readonly name: string;
}) {
  const words = useWords().figures;
  const { published } = cell;
  const open = () => {
    closeFigures();
    openScenario(cell.text);
  };
  return (
    <>
      <button
        type="button"
        aria-label={name}
        title={published ? words.published(published.value, SOURCES[published.source].short) : undefined}
        onClick={open}
      >
        {value}
      </button>
      {published?.value === value && (
        <span className="agrees" title={words.same}>
          <span aria-hidden="true">✓</span>
          <span className="visually-hidden">{words.same}</span>
        </span>
      )}
      {published && published.value !== value && <small>{words.differs(published.value)}</small>}
    </>
  );
}

interface Props {
  readonly figure: Figure;
  /** By row and column; null: not counted yet. */
  readonly values: readonly (readonly number[])[] | null;
}

/** A figure: its assumptions, and its table. */
export function FigureTable({ figure: { id, columns, rows }, values }: Props) {
  const words = useWords().figures;
  const heading = `figure-${id}`;
  return (
    <section aria-labelledby={heading}>
      <h3 id={heading}>{words.names[id]}</h3>
      <p>{words.notes[id]}</p>
      <div className="figure-scroll">
        <table aria-labelledby={heading} aria-busy={values === null}>
          <thead>
            <tr>
              <td />
              {columns.map(({ label }) => (
                <th key={label} scope="col">
                  {words.labels[label]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ label, cells }, row) => (
              <tr key={label}>
                <th scope="row">{words.labels[label]}</th>
                {cells.map((cell, column) => {
                  const { label: columnLabel } = columns[column]!;
                  const value = values?.[row]?.[column];
                  const name =
                    value === undefined
                      ? ''
                      : words.openCell(words.labels[label], words.labels[columnLabel], value);
                  return (
                    <td key={columnLabel}>
                      {value === undefined ? '…' : <Count cell={cell} value={value} name={name} />}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
