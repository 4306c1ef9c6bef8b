/** The scenarios that were opened last from files, links and pasted text, kept in the browser. */
import { keepList, keptList } from '#ui/kept-list.ts';

export interface Recent {
  readonly title: string;
  readonly text: string;
}

const KEY = 'penumbra.recents';
const MOST = 6;

function isRecent(value: unknown): value is Recent {
  const recent = value as Partial<Recent> | null;
  return typeof recent?.title === 'string' && typeof recent.text === 'string';
}

/** The newest first. */
export const recents = (): Recent[] => keptList(KEY, isRecent);

/** Notes that a scenario was opened. */
export function noteRecent(recent: Recent): void {
  const others = recents().filter(({ text }) => text !== recent.text);
  keepList(KEY, [recent, ...others].slice(0, MOST));
}
