/**
 * What a person typed, kept in the browser. A draft is written by typing only; opening a scenario or a link begins a new one
 * at the next edit, so nothing that was opened ever replaces it.
 */
import { titleOf } from '#ui/opening/title.ts';
import { keepList, keptList } from './kept-list.ts';
import { tell } from './store.ts';

export interface Draft {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

const KEY = 'penumbra.drafts';
const MOST = 8;

let current: string | null = null;
/** Whether a person knows that drafts are not kept. */
let isTold = false;

function isDraft(value: unknown): value is Draft {
  const draft = value as Partial<Draft> | null;
  return typeof draft?.id === 'string' && typeof draft.title === 'string' && typeof draft.text === 'string';
}

/** The drafts, the newest first. Empty where the browser keeps nothing. */
export const drafts = (): Draft[] => keptList(KEY, isDraft).slice(0, MOST);

/** Keeps an edited text as the current draft. Says so once where the browser keeps nothing: the address bar still holds the text. */
export function keepDraft(text: string): void {
  const others = drafts().filter((draft) => draft.id !== current);
  current ??= newId(others);
  const title = titleOf(text);
  const isKept = keepList(KEY, [{ id: current, title, text }, ...others].slice(0, MOST));
  if (isKept || isTold) return;
  isTold = true;
  tell({ tone: 'notice', text: ({ opening }) => opening.notKept });
}

const newId = (others: readonly Draft[]): string =>
  String(1 + others.reduce((most, draft) => Math.max(most, Number(draft.id) || 0), 0));

/** From now on edits belong to `id`, or to a new draft. */
export function continueDraft(id: string | null): void {
  current = id;
}
