import type { AtlasTable } from '#hypervisor/atlas.ts';
import { Lock } from '#ui/design/Lock.tsx';
import { coverage, hex, slotText } from '#ui/entry-text.ts';
import { PlaceLink } from '#ui/PlaceLink.tsx';
import type { TablePlace } from '#ui/place.ts';
import { useMoment } from '#ui/session.ts';
import { useWords } from '#ui/words/language.ts';
import type { Card } from './card.ts';
import { reachingLeaves } from './rows.ts';

const access = (bits: number): string =>
  (bits & 2 ? 'w' : '-') + (bits & 4 ? 'u' : '-') + (bits & 1 ? 'x' : '-');

interface TableProps {
  readonly table: AtlasTable;
  readonly isTabStop: boolean;
}

/** A guest frame as a link: where a table begins to map, or the table that it shadows. */
function Frame({ gfn, text, isTabStop }: { gfn: number; text: string; isTabStop: boolean }) {
  return (
    <PlaceLink place={{ kind: 'frame', of: 'guest', frame: gfn }} className="gpa" isTabStop={isTabStop}>
      {text}
    </PlaceLink>
  );
}

/** What part of guest memory a nested table covers, and what it is beyond that. */
function NestedRole({ table, isNew, isTabStop }: TableProps & { readonly isNew: boolean }) {
  const { tables } = useWords();
  const { gfn, rootCount, byWalk, forCode, obsolete, level } = table;
  return (
    <>
      {gfn !== null && (
        <span className="stands-for">
          <Frame gfn={gfn} text={hex(gfn * 4096)} isTabStop={isTabStop} /> + {coverage(level)}
        </span>
      )}
      <span className="badges">
        {isNew && <b className="badge fresh">{tables.fresh}</b>}
        {forCode && (
          <span className="badge" title={tables.forCodeHelp}>
            {tables.forCode}
          </span>
        )}
        {obsolete && <b className="badge">{byWalk ? tables.invalid : tables.obsolete}</b>}
        {rootCount > 0 && (
          <b className="badge strong">{byWalk ? tables.references(rootCount) : tables.root(rootCount)}</b>
        )}
      </span>
    </>
  );
}

/** The guest's table that a shadow page stands for, and its role. */
function ShadowRole({ table, isNew, isTabStop }: TableProps & { readonly isNew: boolean }) {
  const { tables } = useWords();
  const { role, gfn } = table;
  return (
    <>
      {gfn !== null && (
        <span className="stands-for">
          {role?.fourByteEntries ? '' : tables.standsFor}
          <Frame gfn={gfn} text={gfn.toString(16)} isTabStop={isTabStop} />
        </span>
      )}
      <span className="badges">
        {isNew && <b className="badge fresh">{tables.fresh}</b>}
        {table.unsync && <b className="badge inverse">{tables.unsync}</b>}
        {(table.obsolete || role?.invalid) && <b className="badge">{tables.obsolete}</b>}
        {table.rootCount > 0 && <b className="badge strong">{tables.root(table.rootCount)}</b>}
        {role?.fourByteEntries && <span className="badge">q{role.quadrant}</span>}
        {role && <span className="badge">{role.direct ? tables.direct : tables.indirect}</span>}
        {role && <span className="badge">{access(role.access)}</span>}
      </span>
    </>
  );
}

/** The nested leaf by which the processor comes to a table. */
function Reached({ place, isTabStop }: { readonly place: TablePlace; readonly isTabStop: boolean }) {
  const { tables } = useWords();
  const table = useMoment()?.atlas.table(place.table);
  if (!table || place.kind !== 'entry') return null;
  const name = slotText(table, place.index);
  return (
    <span className="reached" title={tables.reachedHelp(name)}>
      {tables.reached}
      <PlaceLink place={place} className="hpa" isTabStop={isTabStop}>
        {name}
      </PlaceLink>
    </span>
  );
}

function GuestRole({ table, isTabStop }: TableProps) {
  const { tables } = useWords();
  const atlas = useMoment()?.atlas;
  const reachedBy = atlas ? reachingLeaves(atlas, table) : [];
  const isNested = reachedBy.length > 0;
  return (
    <span className="badges">
      {table.rootOf.length > 0 && (
        <span className="badge strong">
          {tables.rootOf(table.rootOf.map((cpu) => `cpu${cpu}`).join(' '))}
        </span>
      )}
      {table.writable !== null && !(isNested && table.writable) && (
        <span className="protection">
          {table.writable ? tables.writable : tables.protected}
          <Lock open={table.writable} />
        </span>
      )}
      {reachedBy.map((place) => (
        <Reached key={place.table} place={place} isTabStop={isTabStop} />
      ))}
    </span>
  );
}

/** What a table is, in the head of its card. */
export function Role({ card, isTabStop }: { readonly card: Card; readonly isTabStop: boolean }) {
  const { table, isNew } = card;
  if (table.side === 'guest') return <GuestRole table={table} isTabStop={isTabStop} />;
  const HypervisorRole = table.translates === 'gpa' ? NestedRole : ShadowRole;
  return <HypervisorRole table={table} isTabStop={isTabStop} isNew={isNew} />;
}
