import { goTo } from '#ui/jumps.ts';
import { PlaceLink } from '#ui/PlaceLink.tsx';
import { useWords } from '#ui/words/language.ts';
import type { HistoryRow } from './entry-model.ts';
import type { Fact } from './facts.ts';
import type { ListRow, PlaceList } from './lists-model.ts';

/** Names and values; what leads somewhere can be followed. */
export function FactList({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map((fact) => (
        <div key={`${fact.name} ${fact.value}`}>
          <dt>{fact.name}</dt>
          <dd className={fact.space}>
            {fact.place ? <PlaceLink place={fact.place}>{fact.value}</PlaceLink> : fact.value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Row({ row }: { readonly row: ListRow }) {
  const text = (
    <>
      <code>{row.name}</code> <span>{row.detail}</span>
    </>
  );
  if (row.isHere || !row.place)
    return (
      <li className={row.isHere ? 'here' : ''} aria-current={row.isHere}>
        {text}
      </li>
    );
  return (
    <li>
      <PlaceLink place={row.place}>{text}</PlaceLink>
    </li>
  );
}

/** Lists of entries and tables, each of which can be followed. */
export function PlaceLists({ lists }: { readonly lists: readonly PlaceList[] }) {
  const words = useWords();
  return lists.map(({ title, rows, hidden, note }) => (
    <section key={title} aria-label={title}>
      <h4>
        {title} <small>{rows.length + hidden}</small>
      </h4>
      {note && <p className="note">{note}</p>}
      {rows.length === 0 && <p className="note">{words.inspector.lists.empty}</p>}
      <ol className="place-list">
        {rows.map((row) => (
          <Row key={row.name} row={row} />
        ))}
      </ol>
      {hidden > 0 && <p className="note">{words.inspector.lists.more(hidden)}</p>}
    </section>
  ));
}

/** Who wrote an entry, and when; a click goes there. */
export function HistoryList({
  rows,
  cursor,
}: {
  readonly rows: readonly HistoryRow[];
  readonly cursor: number;
}) {
  const words = useWords();
  if (rows.length === 0) return <p className="note">{words.inspector.noHistory}</p>;
  const last = rows.findLast((row) => row.event <= cursor)?.event;
  return (
    <ol className="history">
      {rows.map((row) => (
        <li
          key={row.event}
          className={row.event === cursor ? 'now' : row.event > cursor ? 'future' : ''}
          title={row.event === last ? words.inspector.last : undefined}
        >
          <button type="button" onClick={() => goTo({ event: row.event })}>
            <b className="at">{row.number}</b>
            <span className="history-name">{row.name}</span>
            <span className="history-value">
              {row.from} → {row.to}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
