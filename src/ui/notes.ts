/**
 * Notes beside moments: bookmarks that say why. A link carries them, one a line: step, place in it, and the text. What comes out of a
 * link was written by a stranger: it is cut to size, and it is text, whatever is in it.
 */
import { create } from 'zustand';
import { cleanText } from './clean-text.ts';
import type { CursorPlace } from './moment.ts';

/** Its moment is a step and a place in it: an edit of the scenario above it does not move it. */
export interface Note extends CursorPlace {
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

/** Whether a note is beside a moment. */
export const isNoteAt = (note: CursorPlace, { step, offset }: CursorPlace): boolean =>
  note.step === step && note.offset === offset;

/** The notes with one more; where it would stand beside the moment of another, it stands beside the next. */
function withNote(notes: readonly Note[], note: Note): readonly Note[] {
  let { offset } = note;
  while (notes.some((other) => isNoteAt(other, { ...note, offset }))) offset++;
  return [...notes, { ...note, offset }];
}

/** The scenario was run anew. @param movedStep where a step of the old run is in the new one */
export function carryNotes(movedStep: (step: number) => number): void {
  const { notes } = useNotes.getState();
  if (notes.every(({ step }) => movedStep(step) === step)) return;
  const moved = notes.map((note) => ({ ...note, step: movedStep(note.step) }));
  setNotes(inOrder(moved.reduce<readonly Note[]>(withNote, [])));
}

/** Puts an empty note beside a moment, where none is. False where there is no room for more. */
export function putNote(place: CursorPlace): boolean {
  const { notes } = useNotes.getState();
  if (notes.some((note) => isNoteAt(note, place))) return true;
  if (notes.length >= MOST_NOTES) return false;
  setNotes(inOrder([...notes, { ...place, text: '' }]));
  return true;
}
