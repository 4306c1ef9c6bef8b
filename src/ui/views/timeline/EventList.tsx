import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useDeferredValue, useEffect, useMemo, useRef } from 'react';
import { create } from 'zustand';
import { FILTER_ID } from '#ui/commands.ts';
import { goTo } from '#ui/jumps.ts';
import type { Run } from '#ui/moment.ts';
import { useSelectedEvent } from '#ui/selection.ts';
import { DETAILS, type Detail, moved, type Sequence } from '#ui/sequence.ts';
import { useSequence, useSession } from '#ui/session.ts';
import { arrange, setCursor, useStudio } from '#ui/store.ts';
import { useWords } from '#ui/words/language.ts';
import { EventRow } from './EventRow.tsx';
import { matchingEvents } from './filter.ts';

const ROW = 20;

/** Up and down in the list: the cursor goes from listed event to listed event. */
function moveInList(event: KeyboardEvent, events: Sequence): void {
  const move = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (move === undefined || events.length === 0) return;
  event.preventDefault();
  setCursor(moved(events, useStudio.getState().cursor, move));
}

function Rows({ run, events }: { readonly run: Run; readonly events: Sequence }) {
  const words = useWords();
  const cursor = useStudio((state) => state.cursor);
  const selected = useSelectedEvent(run);
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
  const selectedRow = selected < 0 ? -1 : events.rank(selected);
  useEffect(() => {
    if (row >= 0 && row < count) virtual.scrollToIndex(row, { align: 'auto' });
  }, [virtual, row, count]);
  useEffect(() => {
    if (selectedRow >= 0) virtual.scrollToIndex(selectedRow, { align: 'auto' });
  }, [virtual, selectedRow]);
  return (
    <section
      className="event-rows"
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      aria-label={words.timeline.list}
      onKeyDown={(event) => moveInList(event, events)}
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const index = events.at(item.index);
          return (
            <EventRow
              key={item.key}
              run={run}
              index={index}
              when={index === cursor ? 'now' : index > cursor ? 'future' : 'past'}
              isSelected={index === selected}
              isTabStop={item.index === Math.max(0, row)}
              top={item.start}
              height={ROW}
            />
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
  goTo({ event: events.at(rank < events.length ? rank : 0) });
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
