/**
 * The page's own state: text, cursor, selection, arrangement, message. Everything else follows from these and the log.
 * Actions are functions beside the store; they need no component.
 */
import { create } from 'zustand';
import type { Words } from '#ui/words/en.ts';
import { type Arrangement, DEFAULT_ARRANGEMENT, type PaneId, withFolded } from './arrangement.ts';
import type { Place } from './place.ts';

/** Something that can be done about a message. */
export interface MessageAction {
  readonly label: (words: Words) => string;
  readonly run: () => void;
}

/** Something the page has to tell, until it is dismissed. Of an edit: until the next. */
export interface Message {
  readonly tone: 'problem' | 'notice' | 'edit';
  /** In the language that the page is in when it is looked at. */
  readonly text: (words: Words) => string;
  readonly actions?: readonly MessageAction[];
}

interface StudioState {
  readonly text: string;
  /** Index of the event that every view shows. */
  readonly cursor: number;
  /** What was selected by hand; null: the views follow the cursor. */
  readonly selection: Place | null;
  readonly arrangement: Arrangement;
  readonly message: Message | null;
}

export const useStudio = create<StudioState>(() => ({
  text: '',
  cursor: 0,
  selection: null,
  arrangement: DEFAULT_ARRANGEMENT,
  message: null,
}));

export const setText = (text: string): void => useStudio.setState({ text });
export const setCursor = (cursor: number): void => useStudio.setState({ cursor });

export function arrange(change: Partial<Arrangement>): void {
  useStudio.setState(({ arrangement }) => ({ arrangement: { ...arrangement, ...change } }));
}

/** Folds a pane to its title, or opens it; either ends a maximised pane's time. */
export function foldPane(pane: PaneId, isFolded: boolean): void {
  const { folded } = useStudio.getState().arrangement;
  arrange({ folded: withFolded(folded, pane, isFolded), maximised: null, isLarge: false });
}

/** Gives a pane all the room; null: gives the others theirs again. */
export function maximisePane(pane: PaneId | null): void {
  arrange(pane ? { maximised: pane } : { maximised: null, isLarge: false });
}

export const tell = (message: Message | null): void => useStudio.setState({ message });

/** Brings a pane into view, with what is to be seen in it, whatever the size of the screen. */
function showPane(pane: PaneId, change: Partial<Arrangement>): void {
  const { folded, maximised } = useStudio.getState().arrangement;
  arrange({
    ...change,
    folded: withFolded(folded, pane, false),
    maximised: maximised === null ? null : pane,
  });
}

/** Brings stops and notes into view. */
export const showMarks = (): void => showPane('lower', { tab: 'marks', lower: 'marks' });

/** Brings the list of events into view. */
export const showEvents = (): void => showPane('events', { tab: 'events' });
