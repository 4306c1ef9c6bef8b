import { useMemo } from 'react';
import { useElementWidth } from '#ui/design/element-size.ts';
import { useHaste } from '#ui/haste.ts';
import type { Moment } from '#ui/moment.ts';
import { useIsSmall } from '#ui/panes/screen-room.ts';
import { parsePlace, type TablePlace } from '#ui/place.ts';
import { useFocus, useMarks } from '#ui/selection.ts';
import { useMoment } from '#ui/session.ts';
import type { Words } from '#ui/words/en.ts';
import { useWords } from '#ui/words/language.ts';
import { handleTableKey } from './keys.ts';
import { LinkLines } from './LinkLines.tsx';
import { Minimap } from './Minimap.tsx';
import { type TablesModel, tablesModel } from './model.ts';
import { isInSight, type Sight, useReveal, useSight } from './sight.ts';
import { useTables } from './state.ts';
import { TableCard } from './TableCard.tsx';
import { Tools } from './Tools.tsx';
import './tables.css';

/** From so many tables on there are tools to find one's way. */
const MANY = 12;
/** How many times higher than the pane the tables are before there is a map of them. */
const HIGH = 2;

/** The table to bring into sight: that of the focus, or else one with an entry that leads to what is selected. */
function tableInFocus(focus: TablePlace | null, linked: ReadonlySet<string>): string {
  if (focus) return focus.table;
  const [first = ''] = linked;
  const place = parsePlace(first);
  return place?.kind === 'entry' ? place.table : '';
}

function guestNote({ tables }: Words, moment: Moment | null): string {
  if (moment?.atlas.registers.every(({ paging }) => paging === 'off')) return tables.noPaging;
  return moment?.atlas.machine === 'bare' ? tables.bare : tables.guestNote;
}

/** What the tables at the right are: shadows of the guest's, or nested ones. */
function HypervisorHead({ className, top }: { readonly className?: string; readonly top?: number }) {
  const { tables } = useWords();
  const nested = useMoment()?.atlas.nested;
  return (
    <h3 className={className} style={{ top }}>
      {nested ? tables.nested[nested.vendor] : tables.hypervisor}{' '}
      <small>{nested ? tables.nestedNote : tables.hypervisorNote}</small>
    </h3>
  );
}

/** The cards of a moment, as the state of the view wants them. */
function useModel(moment: Moment | null, width: number): TablesModel | null {
  const { open, closed, least, onPath } = useTables();
  const focus = useFocus();
  const { entries: linked } = useMarks();
  return useMemo(
    () =>
      moment && width > 0
        ? tablesModel(moment, { width, open, focus, linked, folding: { closed, least }, onPath })
        : null,
    [moment, width, open, focus, linked, closed, least, onPath],
  );
}

interface SpaceProps {
  readonly moment: Moment;
  readonly model: TablesModel;
  readonly width: number;
  readonly sight: Sight;
}

/** The cards that are in sight, and the lines between them. */
function Space({ moment, model, width, sight }: SpaceProps) {
  const focus = useFocus();
  const { entries: linked } = useMarks();
  const { open, zoom } = useTables();
  const hasty = useHaste((state) => state.hasty);
  return (
    <div className="tables-scaled" style={{ scale: `${zoom}`, width, height: model.height }}>
      {model.isStacked && <HypervisorHead className="tables-second" top={model.right.y - 26} />}
      {model.cards
        .filter((card) => isInSight(card, sight, hasty))
        .map((card) => (
          <TableCard
            key={card.table.id}
            moment={moment}
            card={card}
            focus={focus}
            linked={linked}
            isOpen={open.has(card.table.id)}
          />
        ))}
      <LinkLines model={model} width={width} />
    </div>
  );
}

/** The guest's tables and what the hypervisor built, as two trees. */
export function TablesView() {
  const words = useWords();
  const moment = useMoment();
  const zoom = useTables((state) => state.zoom);
  const [measure, outerWidth] = useElementWidth<HTMLDivElement>();
  const { attach, sight: scrolled, moveTo } = useSight();
  const focus = useFocus();
  const { entries: linked } = useMarks();
  const width = outerWidth / zoom;
  const model = useModel(moment, width);
  useReveal({ sight: scrolled, moveTo }, model?.cards ?? [], tableInFocus(focus, linked), zoom);
  const sight = { top: scrolled.top / zoom, height: scrolled.height / zoom };
  // Where no pane's title says how many there are.
  const isSmall = useIsSmall();
  const isBare = moment?.atlas.machine === 'bare';
  const count = moment ? moment.atlas.guestTables.length + moment.atlas.hypervisorTables.length : 0;
  const columns = model?.isStacked || isBare ? undefined : `${(model?.right.x ?? 0) * zoom}px 1fr`;
  const go = (y: number) => moveTo(Math.max(0, y * zoom - scrolled.height / 2));
  return (
    <div className="tables-view">
      {count > MANY && <Tools />}
      <section
        className="tables"
        ref={attach}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        aria-label={words.panes.tables}
        onKeyDown={(event) => model && handleTableKey(event, model, focus)}
      >
        <div className="tables-heads" hidden={!model} style={{ gridTemplateColumns: columns }}>
          <h3>
            {words.tables.guest} <small>{guestNote(words, moment)}</small>
          </h3>
          {!model?.isStacked && !isBare && <HypervisorHead />}
          {isSmall && <small className="count">{words.tables.summary(count)}</small>}
        </div>
        <div className="tables-space" ref={measure} style={{ height: (model?.height ?? 0) * zoom }}>
          {moment && model && <Space moment={moment} model={model} width={width} sight={sight} />}
        </div>
      </section>
      {model && sight.height > 0 && model.height > HIGH * sight.height && (
        <Minimap model={model} width={width} focus={focus} sight={sight} onGo={go} />
      )}
    </div>
  );
}
