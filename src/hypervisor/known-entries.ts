/** Entries of last-level tables, read again only where something in their frame changed. */
import type { AtlasEntry } from './atlas.ts';

/**
 * Entries of the last-level table in a frame of the machine: `read` says what they are, where that is not known.
 * @param form differs between ways to read a frame @param frame place of its words, divided by FRAME_WORDS
 */
export type EntryReader = (frame: number, form: number, read: () => AtlasEntry[]) => readonly AtlasEntry[];

/** Knows nothing. */
export const readAlways: EntryReader = (_frame, _form, read) => read();

/** Remembers what was read. @param version of a frame: another number after each change in it */
export function knownEntries(version: (frame: number) => number): EntryReader {
  const known = new Map<number, { version: number; form: number; entries: readonly AtlasEntry[] }>();
  return (frame, form, read) => {
    const now = version(frame);
    const last = known.get(frame);
    if (last && last.version === now && last.form === form) return last.entries;
    const entries = read();
    known.set(frame, { version: now, form, entries });
    return entries;
  };
}
