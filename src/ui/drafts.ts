/**
 * What a person typed, kept in the browser. A draft is written by typing only; opening a scenario or a link begins a new one
 * at the next edit, so nothing that was opened ever replaces it.
 */
import { titleOf } from '#ui/opening/title.ts';
import { keepList, keptList } from './kept-list.ts';
import { notesText, useNotes } from './notes.ts';
import { tell, useStudio } from './store.ts';

export interface Draft {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** As in a link; drafts of old have none. */
  readonly notes?: string;
}

const KEY = 'penumbra.drafts';
const MOST = 8;

let current: string | null = null;
/** Whether a person knows that drafts are not kept. */
let isTold = false;

function isDraft(value: unknown): value is Draft {
  const draft = value as Partial<Draft> | null;
  const texts: unknown[] = [draft?.id, draft?.title, draft?.text, draft?.notes ?? ''];
  return texts.every((text) => typeof text === 'string');
}

/** The drafts, the newest first. Empty where the browser keeps nothing. */
export const drafts = (): Draft[] => keptList(KEY, isDraft).slice(0, MOST);

/** Keeps an edited text as the current draft, with the notes that there are. Says so once where the browser keeps nothing: the address bar still holds the text. */
export function keepDraft(text: string): void {
  const others = drafts().filter((draft) => draft.id !== current);
  current ??= newId(others);
  const title = titleOf(text);
  const notes = notesText(useNotes.getState().notes);
  const isKept = keepList(KEY, [{ id: current, title, text, notes }, ...others].slice(0, MOST));
  if (isKept || isTold) return;
  isTold = true;
  tell({ tone: 'notice', text: ({ opening }) => opening.notKept });
}

const newId = (others: readonly Draft[]): string =>
  String(1 + others.reduce((most, draft) => Math.max(most, Number(draft.id) || 0), 0));

/** Whether what is open is a draft. */
export const hasDraft = (): boolean => current !== null;

/** The notes have moved with the steps that they are beside. */
export function keepDraftNotes(): void {
  if (hasDraft()) keepDraft(useStudio.getState().text);
}

/** From now on edits belong to this draft, or to a new one. */
export function continueDraft(draft: Draft | null): void {
  current = draft?.id ?? null;
}
