/** The neutral reading of a machine's words, whoever manages its memory. */
import { readBareAtlas } from '#hypervisor/bare/atlas.ts';
import { readKvmAtlas } from '#hypervisor/kvm/atlas.ts';
import { HEADER } from '#machine/words.ts';
import type { Atlas } from './atlas.ts';

/** The atlas of a machine at a moment. Reads only; the words may move on afterwards, the atlas then describes what was. */
export function readAtlas(words: Int32Array): Atlas {
  return words[HEADER.hypervisor] ? readKvmAtlas(words) : readBareAtlas(words);
}
