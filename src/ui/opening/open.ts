/** Opening what a person brings: files and pasted texts. What cannot be opened leaves a message, and what was open. */
import { openFragment } from '#ui/address-bar.ts';
import { continueDraft, type Draft } from '#ui/drafts.ts';
import { parseNotes, setNotes } from '#ui/notes.ts';
import { openText, useSession } from '#ui/session.ts';
import { tell, useStudio } from '#ui/store.ts';
import type { Words } from '#ui/words/en.ts';
import { decodeFile, MOST_BYTES, readText } from './reading.ts';
import { noteRecent } from './recents.ts';
import { titleOf } from './title.ts';

type Problem = keyof Words['opening']['problems'];

const refuse = (name: string, problem: Problem): void =>
  tell({ tone: 'problem', text: ({ opening }) => opening.refused(name, opening.problems[problem]) });

/** Opens a scenario at its beginning. @param draft the draft that it is, if it is one */
export function openScenario(text: string, draft: Draft | null = null): void {
  continueDraft(draft);
  useStudio.setState({ selection: null });
  setNotes(parseNotes(draft?.notes ?? ''));
  tell(null);
  openText(text);
  if (useSession.getState().problems.length > 0)
    tell({ tone: 'problem', text: ({ opening }) => opening.errors });
}

/** Opens a scenario or a link. @param name what the text is called where it is neither */
export function openReadable(text: string, name: string): void {
  const found = readText(text);
  if (found?.kind === 'scenario') {
    openScenario(found.text);
    noteRecent({ title: titleOf(found.text), text: found.text });
  } else if (found) openFragment(found.fragment);
  else refuse(name, 'foreign');
}

/** Opens a file. */
export async function openFile(file: File): Promise<void> {
  if (file.size > MOST_BYTES) {
    refuse(file.name, 'large');
    return;
  }
  try {
    const text = decodeFile(new Uint8Array(await file.arrayBuffer()));
    if (text === null) refuse(file.name, 'binary');
    else openReadable(text, file.name);
  } catch {
    // A folder, or a file that has gone meanwhile.
    refuse(file.name, 'unreadable');
  }
}

/** Id of the field that holds the chosen file. */
export const PICKER_ID = 'file-picker';

/** Lets a person choose a file. */
export const pickFile = (): void => document.getElementById(PICKER_ID)?.click();
