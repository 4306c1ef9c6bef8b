import { useVirtualizer } from '@tanstack/react-virtual';
import { useDeferredValue, useEffect, useMemo, useRef } from 'react';
import { create } from 'zustand';
import { eventFields, eventLine } from '#trace/print.ts';
import { FILTER_ID } from '#ui/commands.ts';
import { EventGlyph } from '#ui/design/EventGlyph.tsx';
import { FIELD_SPACE } from '#ui/design/space.ts';
import { eventNumber, type Run } from '#ui/moment.ts';
import { DETAILS, type Detail, isCall, type Sequence } from '#ui/sequence.ts';
import { useSequence, useSession } from '#ui/session.ts';
import { arrange, setCursor, useStudio } from '#ui/store.ts';
import { useWords } from '#ui/words/language.ts';
import { matchingEvents } from './filter.ts';

const ROW = 20;

/** Kinds that read better as one line than as fields. */
const PLAIN = new Set(['step', 'outcome', 'mmio', 'title']);

function Line({ run, index }: { readonly run: Run; readonly index: number }) {
  const { reader, names } = run;
  const { name } = reader.spec(index);
  if (PLAIN.has(name)) return <b>{eventLine(reader, names, index)}</b>;
  return (
    <>
      <b>{name}</b>
      {eventFields(reader, names, index).map((field) => (
        <span key={field.name}>
          {' '}
          {field.name}=<i className={FIELD_SPACE[field.type] ?? ''}>{field.value}</i>
        </span>
      ))}
    </>
  );
}

function Rows({ run, events }: { readonly run: Run; readonly events: Sequence }) {
  const words = useWords();
  const cursor = useStudio((state) => state.cursor);
  const box = useRef<HTMLDivElement>(null);
  const count = events.length;
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 6,
    scrollPaddingStart: ROW,
    scrollPaddingEnd: 2 * ROW,
  });
  const row = events.rank(cursor);
  useEffect(() => {
    if (row >= 0 && row < count) virtual.scrollToIndex(row, { align: 'auto' });
  }, [virtual, row, count]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="event-rows" ref={box} tabIndex={0} aria-label={words.timeline.list}>
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const index = events.at(item.index);
          const state = index === cursor ? ' now' : index > cursor ? ' future' : '';
          return (
            <button
              type="button"
              key={item.key}
              className={`event-row ${run.reader.spec(index).family}${state}`}
              aria-current={index === cursor}
              style={{ height: ROW, transform: `translateY(${item.start}px)` }}
              onClick={() => setCursor(index)}
            >
              <span className="number">{isCall(run.reader.kind(index)) ? '' : eventNumber(run, index)}</span>
              <EventGlyph kind={run.reader.kind(index)} />
              <span className="line">
                <Line run={run} index={index} />
              </span>
            </button>
          );
        })}
      </div>
    </section>
  );
}

/** What the list is filtered by; shared by the box and the list, wherever the two stand. */
const useFilter = create<{ filter: string }>(() => ({ filter: '' }));

function useMatches(run: Run | null): Sequence | null {
  const sequence = useSequence(run);
  const filter = useDeferredValue(useFilter((state) => state.filter));
  return useMemo(() => run && sequence && matchingEvents(run, sequence, filter), [run, sequence, filter]);
}

/** Moves the cursor to the next event that is found, or to the first. */
function goToNext(events: Sequence | null): void {
  if (!events || events.length === 0) return;
  const rank = events.rank(useStudio.getState().cursor) + 1;
  setCursor(events.at(rank < events.length ? rank : 0));
}

/** Which events there are to step through. */
function DetailChoice() {
  const words = useWords();
  const detail = useStudio((state) => state.arrangement.detail);
  return (
    <label className="detail-choice" title={words.timeline.detailHelp}>
      {words.timeline.detail}
      <select value={detail} onChange={(event) => arrange({ detail: event.target.value as Detail })}>
        {DETAILS.map((level) => (
          <option key={level} value={level}>
            {words.timeline.details[level]}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The box that filters the events. */
export function EventFilter() {
  const words = useWords();
  const run = useSession((state) => state.run);
  const filter = useFilter((state) => state.filter);
  const events = useMatches(run);
  return (
    <div className="event-filter">
      <DetailChoice />
      <span aria-live="polite">{events && filter ? words.timeline.found(events.length) : ''}</span>
      <input
        id={FILTER_ID}
        type="search"
        value={filter}
        placeholder={`${words.timeline.filter}  /`}
        aria-label={words.timeline.filter}
        onChange={(event) => useFilter.setState({ filter: event.target.value })}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
          if (event.key === 'Enter') goToNext(events);
        }}
      />
    </div>
  );
}

/** Every event in the kernel's own words, or those that the filter leaves. */
export function EventList() {
  const run = useSession((state) => state.run);
  const events = useMatches(run);
  return <div className="event-list">{run && events && <Rows run={run} events={events} />}</div>;
}
