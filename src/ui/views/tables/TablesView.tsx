import { useEffect, useMemo, useRef, useState } from 'react';
import { useElementWidth } from '#ui/design/element-size.ts';
import type { Place } from '#ui/place.ts';
import { useMoment } from '#ui/session.ts';
import { useStudio } from '#ui/store.ts';
import { subjectOf } from '#ui/subject.ts';
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

/** Brings the card of a place into sight when the place changes. */
function useReveal(
  element: { current: HTMLElement | null },
  cards: readonly Card[],
  focus: Place | null,
): void {
  const id = focus?.table ?? '';
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

/** The guest's tables and what the hypervisor built, as two trees. */
export function TablesView() {
  const words = useWords();
  const moment = useMoment();
  const selection = useStudio((state) => state.selection);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [measure, width] = useElementWidth<HTMLDivElement>();
  const { scroll, element, attach, onScroll } = useScroll();
  const subject = useMemo(() => moment && subjectOf(moment.reader, moment.index, moment.atlas), [moment]);
  const focus = selection ?? subject;
  const model = moment && width > 0 ? tablesModel(moment, { width, open, focus }) : null;
  useReveal(element, model?.cards ?? [], focus);
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
          {words.tables.guest} <small>{isBare ? words.tables.bare : words.tables.guestNote}</small>
        </h3>
        {!model?.isStacked && !isBare && (
          <h3>
            {words.tables.hypervisor} <small>{words.tables.hypervisorNote}</small>
          </h3>
        )}
      </div>
      <div className="tables-space" ref={measure} style={{ height: model?.height ?? 0 }}>
        {model?.isStacked && (
          <h3 className="tables-second" style={{ top: model.right.y - 26 }}>
            {words.tables.hypervisor} <small>{words.tables.hypervisorNote}</small>
          </h3>
        )}
        {model?.cards
          .filter((card) => isInSight(card, scroll.top, scroll.height))
          .map((card) => (
            <TableCard
              key={card.table.id}
              card={card}
              focus={focus}
              isOpen={open.has(card.table.id)}
              onFold={() => setOpen(toggled(open, card.table.id))}
            />
          ))}
        {model && <LinkLines links={model.links} height={model.height} width={width} />}
      </div>
    </section>
  );
}
