import { goTo } from '#ui/jumps.ts';
import { eventNumber, type Run } from '#ui/moment.ts';
import { useNotes } from '#ui/notes.ts';
import { noteEvent } from '#ui/noting.ts';
import type { Sequence } from '#ui/sequence.ts';
import { useWords } from '#ui/words/language.ts';
import { type Range, rankX } from './model.ts';

interface Props {
  readonly run: Run;
  readonly sequence: Sequence;
  readonly range: Range;
  readonly width: number;
  /** The event at the cursor, whose number a flag must not hide. */
  readonly cursor: number;
}

/** A flag for each note in sight; a click goes to its moment. */
export function NoteFlags({ run, sequence, range, width, cursor }: Props) {
  const words = useWords();
  const notes = useNotes((state) => state.notes);
  return notes.map((note) => {
    const event = noteEvent(run, note);
    const x = event === null ? -1 : rankX(range, width, Math.max(0, sequence.rank(event)));
    if (event === null || x < 0 || x > width) return null;
    const number = eventNumber(run, event);
    const place = words.marks.goTo(number, note.step + 1);
    const aside = event === cursor ? `calc(${String(number).length / 2}ch + 7px)` : '0px';
    return (
      <button
        key={`${note.step}:${note.offset}`}
        type="button"
        className="timeline-flag"
        style={{ transform: `translateX(${x}px)`, translate: aside }}
        aria-label={note.text === '' ? place : `${place}: ${note.text}`}
        title={note.text}
        onClick={() => goTo({ event })}
      >
        <svg viewBox="0 0 12 16" width="12" height="16" aria-hidden="true">
          <path d="M0 0h2V16H0ZM2 0h9l-2 3.5 2 3.5H2Z" fill="currentColor" />
        </svg>
      </button>
    );
  });
}
