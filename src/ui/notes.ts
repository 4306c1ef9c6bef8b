/**
 * Notes beside moments: bookmarks that say why. A link carries them, one a line: step, place in it, and the text. What comes out of a
 * link was written by a stranger: it is cut to size, and it is text, whatever is in it.
 */
import { create } from 'zustand';
import { cleanText } from './clean-text.ts';
import { goTo } from './jumps.ts';
import { cursorAt, cursorPlace, type Run } from './moment.ts';
import { useSession } from './session.ts';
import { useStudio } from './store.ts';

export interface Note {
  /** The moment: an edit of the scenario above it does not move it. */
  readonly step: number;
  readonly offset: number;
  readonly text: string;
}

export const MOST_NOTES = 50;
/** Characters of a note. */
export const LONGEST_NOTE = 280;

export const useNotes = create<{ readonly notes: readonly Note[] }>(() => ({ notes: [] }));

/** A note's text as it is kept. */
export const cleanNote = (text: string): string => cleanText(text, LONGEST_NOTE);

/** The notes as a text for a link; empty for none. */
export const notesText = (notes: readonly Note[]): string =>
  notes.map(({ step, offset, text }) => `${step}:${offset}:${cleanNote(text)}\n`).join('');

const inOrder = (notes: readonly Note[]): Note[] =>
  [...notes].sort((a, b) => a.step - b.step || a.offset - b.offset);

/** Reads `notesText`'s form. What is no note is left out, and so is what there is too much of. */
export function parseNotes(text: string): Note[] {
  const notes = new Map<string, Note>();
  for (const line of text.split('\n', MOST_NOTES * 2)) {
    const [, step, offset, said = ''] = /^(-?\d{1,7}):(\d{1,9}):(.*)$/s.exec(line) ?? [];
    if (step === undefined || offset === undefined || notes.size >= MOST_NOTES) continue;
    const note = { step: Number(step), offset: Number(offset), text: cleanNote(said) };
    notes.set(`${note.step}:${note.offset}`, note);
  }
  return inOrder([...notes.values()]);
}

export const setNotes = (notes: readonly Note[]): void => useNotes.setState({ notes });

const isAt =
  (place: Pick<Note, 'step' | 'offset'>) =>
  (note: Note): boolean =>
    note.step === place.step && note.offset === place.offset;

/** Notes something beside the event at the cursor, if nothing stands there yet. False where there is no room for more. */
export function addNote(): boolean {
  const { run } = useSession.getState();
  const { notes } = useNotes.getState();
  if (!run || run.reader.length === 0) return false;
  const place = cursorPlace(run, useStudio.getState().cursor);
  if (notes.some(isAt(place))) return true;
  if (notes.length >= MOST_NOTES) return false;
  setNotes(inOrder([...notes, { ...place, text: '' }]));
  return true;
}

export function writeNote(place: Pick<Note, 'step' | 'offset'>, text: string): void {
  const { notes } = useNotes.getState();
  setNotes(notes.map((note) => (isAt(place)(note) ? { ...note, text: cleanNote(text) } : note)));
}

export const removeNote = (place: Pick<Note, 'step' | 'offset'>): void =>
  setNotes(useNotes.getState().notes.filter((note) => !isAt(place)(note)));

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
