import { memo } from 'react';
import type { AtlasTable } from '#hypervisor/atlas.ts';
import { Lock } from '#ui/design/Lock.tsx';
import { indexText, slotText } from '#ui/entry-text.ts';
import { select } from '#ui/jumps.ts';
import { PlaceLink } from '#ui/PlaceLink.tsx';
import { placeText, type TablePlace } from '#ui/place.ts';
import { useWords } from '#ui/words/language.ts';
import type { Card, EntryRow } from './model.ts';

const access = (bits: number): string =>
  (bits & 2 ? 'w' : '-') + (bits & 4 ? 'u' : '-') + (bits & 1 ? 'x' : '-');

/** What a table of the hypervisor's is, in badges. */
function Badges({ table, isNew }: { readonly table: AtlasTable; readonly isNew: boolean }) {
  const words = useWords();
  const { role } = table;
  return (
    <span className="badges">
      {isNew && <b className="badge fresh">{words.tables.fresh}</b>}
      {table.unsync && <b className="badge inverse">{words.tables.unsync}</b>}
      {(table.obsolete || role?.invalid) && <b className="badge">{words.tables.obsolete}</b>}
      {table.rootCount > 0 && <b className="badge strong">{words.tables.root(table.rootCount)}</b>}
      {role?.fourByteEntries && <span className="badge">q{role.quadrant}</span>}
      {role && <span className="badge">{role.direct ? words.tables.direct : words.tables.indirect}</span>}
      {role && <span className="badge">{access(role.access)}</span>}
    </span>
  );
}

function GuestRole({ table }: { readonly table: AtlasTable }) {
  const words = useWords();
  const roots = table.rootOf.map((cpu) => `cpu${cpu}`).join(' ');
  return (
    <span className="badges">
      {roots && <span className="badge strong">{words.tables.rootOf(roots)}</span>}
      {table.writable !== null && (
        <span className="protection">
          {table.writable ? words.tables.writable : words.tables.protected}
          <Lock open={table.writable} />
        </span>
      )}
    </span>
  );
}

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

/** The guest's frame that a hypervisor's table stands for. */
function StandsFor({ table, isTabStop }: { readonly table: AtlasTable; readonly isTabStop: boolean }) {
  const words = useWords();
  if (table.side === 'guest' || table.gfn === null) return null;
  return (
    <span className="stands-for">
      {table.role?.fourByteEntries ? '' : words.tables.standsFor}
      <PlaceLink
        place={{ kind: 'frame', of: 'guest', frame: table.gfn }}
        className="gpa"
        isTabStop={isTabStop}
      >
        {table.gfn.toString(16)}
      </PlaceLink>
    </span>
  );
}

interface Props {
  readonly card: Card;
  readonly focus: TablePlace | null;
  /** Entries that lead to what is selected, as `placeText`. */
  readonly linked: ReadonlySet<string>;
  readonly isOpen: boolean;
  readonly onFold: () => void;
}

/** One table: its role, and the entries in it that are not zero. */
export const TableCard = memo(function TableCard({ card, focus, linked, isOpen, onFold }: Props) {
  const words = useWords();
  const { table } = card;
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
        <button
          type="button"
          className="row-go"
          aria-pressed={isTableFocus}
          onClick={() => select({ kind: 'table', table: table.id })}
        >
          <span className="level">L{table.level}</span>
          <span className={`name ${isGuest ? 'gpa' : ''}`}>{table.name}</span>
        </button>
        <StandsFor table={table} isTabStop={isTableFocus} />
        {isGuest ? <GuestRole table={table} /> : <Badges table={table} isNew={card.isNew} />}
      </div>
      {card.rows.map((row) => (
        <Row
          key={row.index}
          table={table}
          row={row}
          isFocus={row.index === entryFocus}
          isLinked={linked.has(placeText({ kind: 'entry', table: table.id, index: row.index }))}
        />
      ))}
      {card.rows.length === 0 && <div className="entry none">{words.tables.empty}</div>}
      {(card.hidden > 0 || isOpen) && (
        <button type="button" className="entry fold" onClick={onFold}>
          {isOpen ? words.tables.fewer : words.tables.more(card.hidden)}
        </button>
      )}
    </div>
  );
});
