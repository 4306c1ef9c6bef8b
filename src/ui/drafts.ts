/**
 * What a person typed, kept in the browser. A draft is written by typing only; opening a scenario or a link begins a new one
 * at the next edit, so nothing that was opened ever replaces it.
 */
import { load } from '#scenario/check.ts';

export interface Draft {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

const KEY = 'penumbra.drafts';
const MOST = 8;

let current: string | null = null;

function isDraft(value: unknown): value is Draft {
  const draft = value as Partial<Draft> | null;
  return typeof draft?.id === 'string' && typeof draft.title === 'string' && typeof draft.text === 'string';
}

/** The drafts, the newest first. Empty where the browser keeps nothing. */
export function drafts(): Draft[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isDraft).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

/** Keeps an edited text as the current draft. */
export function keepDraft(text: string): void {
  const others = drafts().filter((draft) => draft.id !== current);
  current ??= newId(others);
  const title = load(text).scenario?.title || text.match(/^title (.*)$/m)?.[1] || '';
  try {
    localStorage.setItem(KEY, JSON.stringify([{ id: current, title, text }, ...others].slice(0, MOST)));
  } catch {
    // Storage is full or forbidden: the address bar still holds the text.
  }
}

const newId = (others: readonly Draft[]): string =>
  String(1 + others.reduce((most, draft) => Math.max(most, Number(draft.id) || 0), 0));

/** From now on edits belong to `id`, or to a new draft. */
export function continueDraft(id: string | null): void {
  current = id;
}
