import { memo } from 'react';
import type { AtlasTable } from '#hypervisor/atlas.ts';
import { indexText, slotText } from '#ui/entry-text.ts';
import { select } from '#ui/jumps.ts';
import type { Moment } from '#ui/moment.ts';
import { PlaceLink } from '#ui/PlaceLink.tsx';
import { placeText, type TablePlace } from '#ui/place.ts';
import { useWords } from '#ui/words/language.ts';
import type { Card } from './card.ts';
import { Role } from './Role.tsx';
import { type EntryRow, rowsOf } from './rows.ts';
import { setClosed, toggleEntries } from './state.ts';

interface RowProps {
  readonly table: AtlasTable;
  readonly row: EntryRow;
  readonly isFocus: boolean;
  /** Whether it leads to what is selected. */
  readonly isLinked: boolean;
}

/** One entry: a click selects it, a click on where it points selects that. */
function Row({ table, row, isFocus, isLinked }: RowProps) {
  const { index, text, rights } = row;
  const address = <span className={`address ${text.space}`}>{text.address}</span>;
  return (
    <div
      className={`entry${row.changed ? ' now' : ''}${isFocus ? ' focus' : ''}${isLinked ? ' linked' : ''}`}
      data-entry={`${table.id}[${index}]`}
    >
      <button
        type="button"
        className="row-go"
        aria-pressed={isFocus}
        aria-label={`${slotText(table, index)}: ${text.address} ${text.flags} ${rights}`}
        onClick={() => select({ kind: 'entry', table: table.id, index })}
      >
        <span className="index">{indexText(index)}</span>
      </button>
      {row.target ? (
        <PlaceLink place={row.target} isTabStop={isFocus}>
          {address}
        </PlaceLink>
      ) : (
        address
      )}
      <span className="flags">{text.flags}</span>
      <span className="rights">{rights}</span>
    </div>
  );
}

/** Folds the tables below away, and says how many there are. */
function Fold({ card, isTabStop }: { readonly card: Card; readonly isTabStop: boolean }) {
  const { tables } = useWords();
  const { table, below } = card;
  const isClosed = below > 0;
  return (
    <button
      type="button"
      className="fold-tables"
      aria-expanded={!isClosed}
      aria-label={isClosed ? tables.unfold(table.name, below) : tables.foldTables(table.name)}
      title={isClosed ? tables.unfold(table.name, below) : tables.foldTables(table.name)}
      tabIndex={isTabStop ? 0 : -1}
      onClick={() => setClosed(table.id, !isClosed)}
    >
      {isClosed ? `▸ ${below}` : '▾'}
    </button>
  );
}

interface Props {
  readonly moment: Moment;
  readonly card: Card;
  readonly focus: TablePlace | null;
  /** Entries that lead to what is selected, as `placeText`. */
  readonly linked: ReadonlySet<string>;
  /** Whether all its entries are shown, however many. */
  readonly isOpen: boolean;
}

/** One table: its role, and the entries in it that are not zero. */
export const TableCard = memo(function TableCard({ moment, card, focus, linked, isOpen }: Props) {
  const words = useWords();
  const { table } = card;
  const rows = rowsOf(moment, card);
  const hidden = table.entries.length - rows.length;
  const isGuest = table.side === 'guest';
  const isTableFocus = focus?.kind === 'table' && focus.table === table.id;
  const entryFocus = focus?.kind === 'entry' && focus.table === table.id ? focus.index : -1;
  const className = `card ${table.side}${table.unsync ? ' unsync' : ''}${isTableFocus ? ' focus' : ''}${table.obsolete ? ' old' : ''}`;
  return (
    <div
      className={className}
      data-table={table.id}
      style={{ transform: `translate(${card.x}px, ${card.y}px)`, width: card.width, height: card.height }}
    >
      <div className="card-head">
        {card.isParent && <Fold card={card} isTabStop={isTableFocus} />}
        <button
          type="button"
          className="row-go"
          aria-pressed={isTableFocus}
          onClick={() => select({ kind: 'table', table: table.id })}
        >
          <span className="level">L{table.level}</span>
          <span className={`name ${isGuest ? 'gpa' : ''}`}>{table.name}</span>
        </button>
        <Role card={card} isTabStop={isTableFocus} />
      </div>
      {rows.map((row) => (
        <Row
          key={row.index}
          table={table}
          row={row}
          isFocus={row.index === entryFocus}
          isLinked={linked.has(placeText({ kind: 'entry', table: table.id, index: row.index }))}
        />
      ))}
      {rows.length === 0 && <div className="entry none">{words.tables.empty}</div>}
      {(hidden > 0 || isOpen) && (
        <button type="button" className="entry fold" onClick={() => toggleEntries(table.id)}>
          {isOpen ? words.tables.fewer : words.tables.more(hidden)}
        </button>
      )}
    </div>
  );
});
