/** The neutral reading of a machine's words, whoever manages its memory. */
import { readBareAtlas } from '#hypervisor/bare/atlas.ts';
import { readKvmAtlas } from '#hypervisor/kvm/atlas.ts';
import { HEADER } from '#machine/words.ts';
import type { Atlas } from './atlas.ts';
import { type EntryReader, readAlways } from './known-entries.ts';

/**
 * The atlas of a machine at a moment. Reads only; the words may move on afterwards, the atlas then describes what was.
 * @param entriesOf how last-level tables are read: `knownEntries`, where many moments are
 */
export function readAtlas(words: Int32Array, entriesOf: EntryReader = readAlways): Atlas {
  return words[HEADER.hypervisor] ? readKvmAtlas(words, entriesOf) : readBareAtlas(words, entriesOf);
}
