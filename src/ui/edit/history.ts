/** What a text was before its edits, and what it was before they were undone: whole texts, so that nothing can go missing. */
import { create } from 'zustand';
import type { CursorPlace } from '#ui/moment.ts';

/** A text as it was. */
export interface Version {
  readonly text: string;
  /** Where the cursor then was, if going back to the text brings it there; null: it stays where it is, by step. */
  readonly place: CursorPlace | null;
}

export interface History {
  /** The latest last. */
  readonly past: readonly Version[];
  /** The nearest last. */
  readonly future: readonly Version[];
  /** When something was typed last, in milliseconds; null where the last edit was another one. */
  readonly typedAt: number | null;
}

export const NO_HISTORY: History = { past: [], future: [], typedAt: null };

/** The history of the text that is open. */
export const useHistory = create<History>(() => NO_HISTORY);

/** Another scenario was opened: there is no way back into the old one. */
export const forgetEdits = (): void => useHistory.setState(NO_HISTORY);

/** What is typed without a longer pause is one edit. */
const PAUSE = 500;
/** Edits that can be undone, and characters that they keep together. */
const MOST_EDITS = 300;
const MOST_CHARACTERS = 20_000_000;

/** As many of the latest versions as there is room for; the last edit can be undone in any case. */
function fitting(past: readonly Version[]): readonly Version[] {
  let characters = 0;
  const first = past.findLastIndex(({ text }, i) => {
    characters += text.length;
    return i < past.length - 1 && (characters > MOST_CHARACTERS || i < past.length - MOST_EDITS);
  });
  return past.slice(first + 1);
}

/** An edit is made. @param before what it was made to */
export function edited({ past }: History, before: Version): History {
  return { past: fitting([...past, before]), future: [], typedAt: null };
}

/** Something is typed, at a time in milliseconds: a new edit, or more of the last one. */
export function typed(history: History, before: string, now: number): History {
  const { past, typedAt } = history;
  const isMore = typedAt !== null && now - typedAt < PAUSE && past.length > 0;
  const next = isMore ? { past, future: [] } : edited(history, { text: before, place: null });
  return { ...next, typedAt: now };
}

/** What an edit that is undone, or done again, comes to: the history then, and the version that holds. */
export interface Travelled {
  readonly history: History;
  readonly version: Version;
}

/** Takes the last version of one list, and leaves the present one on the other. */
function travel(history: History, now: Version, from: 'past' | 'future'): Travelled | null {
  const version = history[from].at(-1);
  if (!version) return null;
  const rest = history[from].slice(0, -1);
  // Where the edit moved the cursor, undoing and doing it again does.
  const left = { text: now.text, place: version.place && now.place };
  return {
    version,
    history:
      from === 'past'
        ? { past: rest, future: [...history.future, left], typedAt: null }
        : { past: [...history.past, left], future: rest, typedAt: null },
  };
}

/** Takes the last edit back. @param now the text and the cursor as they are. Null where there is none */
export const undone = (history: History, now: Version): Travelled | null => travel(history, now, 'past');

/** Makes the edit that was undone last again. */
export const redone = (history: History, now: Version): Travelled | null => travel(history, now, 'future');
