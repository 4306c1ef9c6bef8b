import { memo } from 'react';
import { isCall } from '#machine/events.ts';
import { eventLine } from '#trace/print.ts';
import { EventGlyph } from '#ui/design/EventGlyph.tsx';
import { EventFields } from '#ui/EventFields.tsx';
import { goTo } from '#ui/jumps.ts';
import { eventNumber, type Run } from '#ui/moment.ts';

/** Kinds that read better as one line than as fields. */
const PLAIN = new Set(['step', 'outcome', 'mmio', 'title']);

interface Props {
  readonly run: Run;
  readonly index: number;
  readonly isTabStop: boolean;
  readonly when: 'past' | 'now' | 'future';
  /** Whether it was selected by hand. */
  readonly isSelected: boolean;
  readonly top: number;
  readonly height: number;
}

/** One event: a click goes to it, a click on what a value names selects that too. */
export const EventRow = memo(function EventRow({
  run,
  index,
  when,
  isSelected,
  isTabStop,
  top,
  height,
}: Props) {
  const { reader, names } = run;
  const { family, name } = reader.spec(index);
  const isPlain = PLAIN.has(name);
  return (
    <div
      className={`event-row ${family} ${when}${isSelected ? ' selected' : ''}`}
      aria-current={when === 'now'}
      style={{ height, transform: `translateY(${top}px)` }}
    >
      <button
        type="button"
        className="event-go"
        tabIndex={isTabStop ? undefined : -1}
        onClick={() => goTo({ event: index })}
      >
        <span className="number">{isCall(reader.kind(index)) ? '' : eventNumber(run, index)}</span>
        <EventGlyph kind={reader.kind(index)} />
        <b>{isPlain ? eventLine(reader, names, index) : name}</b>
      </button>
      {!isPlain && (
        <span className="line">
          <EventFields run={run} index={index} isTabStop={isTabStop} />
        </span>
      )}
    </div>
  );
});
