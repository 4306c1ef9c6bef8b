/** What a person does to the scenario's text, wherever it is done: each can be undone, and is kept in the draft. */
import { type Insertion, inserted } from '#scenario/insert.ts';
import { keepBoth } from '#ui/compare/cursor.ts';
import { keepDraft } from '#ui/drafts.ts';
import { editText, herePlace, typeText } from '#ui/session.ts';
import { type Message, tell, useStudio } from '#ui/store.ts';
import { edited, redone, type Travelled, typed, undone, useHistory } from './history.ts';

/** What the page says of the last edit goes with the next. */
function forgetMessage(): void {
  if (useStudio.getState().message?.tone === 'edit') tell(null);
}

/** Takes the text as it is typed. */
export function takeTyped(text: string): void {
  const before = useStudio.getState().text;
  useHistory.setState(typed(useHistory.getState(), before, Date.now()));
  keepDraft(text);
  forgetMessage();
  typeText(text);
}

/** Goes on with another text. */
export function goOnWith(text: string): void {
  const version = { text: useStudio.getState().text, place: null };
  useHistory.setState(edited(useHistory.getState(), version));
  keepDraft(text);
  forgetMessage();
  editText(text, null);
}

/** Inserts statements after the step at the cursor, which goes to the first step of them. */
export function putIn(insertion: Insertion): void {
  const { text } = useStudio.getState();
  const place = herePlace();
  const next = inserted(text, insertion, place.step);
  useHistory.setState(edited(useHistory.getState(), { text, place }));
  keepDraft(next);
  editText(next, insertion.steps.length > 0 ? { step: place.step + 1, offset: 0 } : place);
  tell(putInMessage(insertion, place.step, text));
}

function putInMessage({ setup, steps }: Insertion, step: number, before: string): Message {
  return {
    tone: 'edit',
    text: ({ edits }) => edits.isIn(setup, steps, step + 1),
    actions: [
      { label: ({ edits }) => edits.undo, run: undo },
      { label: ({ compare }) => compare.both, run: () => keepVersion(before) },
    ],
  };
}

function travel(found: Travelled | null): void {
  if (!found) return;
  const { version, history } = found;
  useHistory.setState(history);
  keepDraft(version.text);
  forgetMessage();
  editText(version.text, version.place);
}

const now = () => ({ text: useStudio.getState().text, place: herePlace() });

function keepVersion(text: string): void {
  forgetMessage();
  keepBoth(text);
}

/** Keeps the text before the last edit beside the present one. */
export function fork(): void {
  const before = useHistory.getState().past.at(-1);
  if (before) keepVersion(before.text);
}

/** Takes the last edit back. */
export const undo = (): void => travel(undone(useHistory.getState(), now()));

/** Makes the edit that was undone last again. */
export const redo = (): void => travel(redone(useHistory.getState(), now()));
