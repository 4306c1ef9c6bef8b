import { runCommand } from '#ui/commands.ts';
import { goTo } from '#ui/jumps.ts';
import { eventNumber, type Run } from '#ui/moment.ts';
import { LONGEST_NOTE, type Note, useNotes } from '#ui/notes.ts';
import { noteEvent, removeNote, writeNote } from '#ui/noting.ts';
import { useSession } from '#ui/session.ts';
import { useStudio } from '#ui/store.ts';
import { useWords } from '#ui/words/language.ts';

function Row({ run, note }: { readonly run: Run; readonly note: Note }) {
  const words = useWords();
  const cursor = useStudio((state) => state.cursor);
  const event = noteEvent(run, note);
  const number = event === null ? 0 : eventNumber(run, event);
  return (
    <li className={event === cursor ? 'now' : ''}>
      {event === null ? (
        <span className="note-place">{words.marks.away}</span>
      ) : (
        <button
          type="button"
          className="note-place"
          aria-label={words.marks.goTo(number, note.step + 1)}
          onClick={() => goTo({ event })}
        >
          {number}
        </button>
      )}
      <input
        type="text"
        value={note.text}
        maxLength={LONGEST_NOTE}
        placeholder={words.marks.placeholder}
        aria-label={words.marks.noteOf(number)}
        data-note={`${note.step}:${note.offset}`}
        onChange={(change) => writeNote(note, change.target.value)}
      />
      <button type="button" aria-label={words.marks.removeNote(number)} onClick={() => removeNote(note)}>
        ✕
      </button>
    </li>
  );
}

/** Notes beside moments, each a way back to its moment. */
export function NoteList() {
  const words = useWords();
  const run = useSession((state) => state.run);
  const notes = useNotes((state) => state.notes);
  return (
    <section className="notes" aria-label={words.marks.notes}>
      <h3>
        {words.marks.notes} <small>{words.marks.notesNote}</small>
      </h3>
      {notes.length === 0 && <p className="none">{words.marks.noNotes}</p>}
      <ul>{run && notes.map((note) => <Row key={`${note.step}:${note.offset}`} run={run} note={note} />)}</ul>
      <button type="button" className="add-note" onClick={() => runCommand('note')}>
        {words.marks.addNote}
      </button>
    </section>
  );
}
