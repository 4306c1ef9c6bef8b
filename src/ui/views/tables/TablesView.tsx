import { useEffect, useRef, useState } from 'react';
import { useElementWidth } from '#ui/design/element-size.ts';
import type { Moment } from '#ui/moment.ts';
import { parsePlace, type TablePlace } from '#ui/place.ts';
import { useFocus, useMarks } from '#ui/selection.ts';
import { useMoment } from '#ui/session.ts';
import type { Words } from '#ui/words/en.ts';
import { useWords } from '#ui/words/language.ts';
import { LinkLines } from './LinkLines.tsx';
import { type Card, tablesModel } from './model.ts';
import { TableCard } from './TableCard.tsx';
import './tables.css';

/** Cards this far outside the visible part are drawn too. */
const MARGIN = 400;

/** Which part of a scrolling element is in sight. */
function useScroll() {
  const [scroll, setScroll] = useState({ top: 0, height: 800 });
  const element = useRef<HTMLElement | null>(null);
  const attach = (target: HTMLDivElement | null) => {
    element.current = target;
  };
  const onScroll = () => {
    const { scrollTop: top = 0, clientHeight: height = 800 } = element.current ?? {};
    setScroll({ top, height });
  };
  return { scroll, element, attach, onScroll };
}

const isInSight = (card: Card, top: number, height: number): boolean =>
  card.y < top + height + MARGIN && card.y + card.height > top - MARGIN;

function toggled(set: ReadonlySet<string>, id: string): Set<string> {
  const copy = new Set(set);
  if (!copy.delete(id)) copy.add(id);
  return copy;
}

/** The table to bring into sight: that of the focus, or else one with an entry that leads to what is selected. */
function tableInFocus(focus: TablePlace | null, linked: ReadonlySet<string>): string {
  if (focus) return focus.table;
  const [first = ''] = linked;
  const place = parsePlace(first);
  return place?.kind === 'entry' ? place.table : '';
}

/** Brings the card of a table into sight when the table changes. */
function useReveal(element: { current: HTMLElement | null }, cards: readonly Card[], id: string): void {
  const card = cards.find((candidate) => candidate.table.id === id);
  const y = card?.y ?? -1;
  const end = y + (card?.height ?? 0);
  useEffect(() => {
    const box = element.current;
    if (!box || y < 0) return;
    const { scrollTop, clientHeight } = box;
    if (y < scrollTop || end > scrollTop + clientHeight)
      box.scrollTop = Math.max(0, Math.min(y - 24, end - clientHeight / 2));
  }, [element, y, end]);
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

/** The guest's tables and what the hypervisor built, as two trees. */
export function TablesView() {
  const words = useWords();
  const moment = useMoment();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [measure, width] = useElementWidth<HTMLDivElement>();
  const { scroll, element, attach, onScroll } = useScroll();
  const focus = useFocus();
  const { entries: linked } = useMarks();
  const model = moment && width > 0 ? tablesModel(moment, { width, open, focus, linked }) : null;
  useReveal(element, model?.cards ?? [], tableInFocus(focus, linked));
  const isBare = moment?.atlas.machine === 'bare';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="tables" ref={attach} onScroll={onScroll} tabIndex={0} aria-label={words.panes.tables}>
      <div
        className="tables-heads"
        style={
          model?.isStacked || isBare ? undefined : { gridTemplateColumns: `${model?.right.x ?? 0}px 1fr` }
        }
      >
        <h3>
          {words.tables.guest} <small>{guestNote(words, moment)}</small>
        </h3>
        {!model?.isStacked && !isBare && <HypervisorHead />}
      </div>
      <div className="tables-space" ref={measure} style={{ height: model?.height ?? 0 }}>
        {model?.isStacked && <HypervisorHead className="tables-second" top={model.right.y - 26} />}
        {model?.cards
          .filter((card) => isInSight(card, scroll.top, scroll.height))
          .map((card) => (
            <TableCard
              key={card.table.id}
              card={card}
              focus={focus}
              linked={linked}
              isOpen={open.has(card.table.id)}
              onFold={() => setOpen(toggled(open, card.table.id))}
            />
          ))}
        {model && <LinkLines links={model.links} height={model.height} width={width} />}
      </div>
    </section>
  );
}
