import { type KeyboardEvent, useDeferredValue } from 'react';
import { useRowWindow } from '#ui/design/use-row-window.ts';
import type { Run } from '#ui/moment.ts';
import { useIsSmall } from '#ui/panes/screen-room.ts';
import { foundSequence, useSearch } from '#ui/search.ts';
import { useSelectedEvent } from '#ui/selection.ts';
import { moved, type Sequence } from '#ui/sequence.ts';
import { useSequence, useSession } from '#ui/session.ts';
import { setCursor, useStudio } from '#ui/store.ts';
import { useWords } from '#ui/words/language.ts';
import { EventRow } from './EventRow.tsx';

/** Height of a row for a pointer, and for a finger. */
const ROW = { large: 20, small: 32 } as const;

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
  const rowHeight = ROW[useIsSmall() ? 'small' : 'large'];
  const row = events.rank(cursor);
  const { attach, height, rows } = useRowWindow<HTMLElement>({
    count: events.length,
    row: rowHeight,
    shown: [row, selected < 0 ? -1 : events.rank(selected)],
    margin: [1, 2],
    beyond: 4,
  });
  return (
    <section
      className="event-rows"
      ref={attach}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      aria-label={words.timeline.list}
      onKeyDown={(event) => moveInList(event, events)}
    >
      <div style={{ height, position: 'relative' }}>
        {rows.map((at) => {
          const index = events.at(at.index);
          return (
            <EventRow
              key={at.index}
              run={run}
              index={index}
              when={index === cursor ? 'now' : index > cursor ? 'future' : 'past'}
              isSelected={index === selected}
              isTabStop={at.index === Math.max(0, row)}
              top={at.top}
              height={rowHeight}
            />
          );
        })}
      </div>
    </section>
  );
}

/** The events that are listed: those that are found, or all that are stepped through. */
function useListed(run: Run | null): Sequence | null {
  const sequence = useSequence(run);
  const found = useSearch((state) => state.found);
  return useDeferredValue(foundSequence(found) ?? sequence);
}

/** Every event in the kernel's own words, or those that are found. */
export function EventList() {
  const run = useSession((state) => state.run);
  const events = useListed(run);
  return <div className="event-list">{run && events && <Rows run={run} events={events} />}</div>;
}
