/** What a person does with notes; it is kept as what is typed. */
import { hasDraft, keepDraft } from './drafts.ts';
import { goTo } from './jumps.ts';
import { type CursorPlace, cursorAt, cursorPlace, type Run } from './moment.ts';
import { cleanNote, isNoteAt, type Note, putNote, setNotes, useNotes } from './notes.ts';
import { useSession } from './session.ts';
import { useStudio } from './store.ts';

/** Keeps the notes with the draft. An empty one alone is no beginning of a draft. */
function keep(): void {
  const isBegun = hasDraft() || useNotes.getState().notes.some(({ text }) => text !== '');
  if (isBegun) keepDraft(useStudio.getState().text);
}

/** Notes something beside the event at the cursor, if nothing stands there yet. False where there is no room for more. */
export function addNote(): boolean {
  const { run } = useSession.getState();
  if (!run || run.reader.length === 0) return false;
  const isThere = putNote(cursorPlace(run, useStudio.getState().cursor));
  if (isThere) keep();
  return isThere;
}

export function writeNote(place: CursorPlace, text: string): void {
  const { notes } = useNotes.getState();
  setNotes(notes.map((note) => (isNoteAt(note, place) ? { ...note, text: cleanNote(text) } : note)));
  keep();
}

export function removeNote(place: CursorPlace): void {
  setNotes(useNotes.getState().notes.filter((note) => !isNoteAt(note, place)));
  keep();
}

/** The event that a note is beside; null where the run does not come to it. */
export function noteEvent(run: Run, note: Note): number | null {
  const { index, exact } = cursorAt(run, note);
  return exact ? index : null;
}

/** Moves the cursor to the next or the last note. */
export function goToNote(direction: 1 | -1): void {
  const { run } = useSession.getState();
  if (!run) return;
  const { cursor } = useStudio.getState();
  const events = useNotes.getState().notes.flatMap((note) => noteEvent(run, note) ?? []);
  const next =
    direction === 1 ? events.find((event) => event > cursor) : events.findLast((event) => event < cursor);
  if (next !== undefined) goTo({ event: next });
}
