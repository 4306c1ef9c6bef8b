/** The four page-directory pointers of a PAE guest, which are loaded from memory at once. Intel SDM vol. 3 section 4.4.1. */
import { bitsMask, PTE } from '#arch/entry.ts';
import { flagsWord, frameWord } from '#arch/word64.ts';
import { loadedHi, loadedLo } from '#machine/memory.ts';
import { VCPU } from '#machine/vcpu.ts';
import type { Machine } from '#machine/words.ts';

/**
 * Reads the pointers, as four swizzled pairs; null if one that is present has a reserved bit set, or one is in no memory.
 * @param load loads eight bytes at an offset into the frame that CR3 names, as loadFrame does; false where no memory is
 * @param cr3Lo the low word of CR3, of which bits 11..5 say where in the frame the pointers are
 */
export function readPointers(
  load: (offset: number) => boolean,
  cr3Lo: number,
  maxphyaddr: number,
): number[] | null {
  const reserved = [bitsMask(1, 2), bitsMask(5, 8), bitsMask(maxphyaddr, 63)];
  const words: number[] = [];
  for (let i = 0; i < 4; i++) {
    if (!load((cr3Lo & 0xfe0) + i * 8)) return null;
    const frame = frameWord(loadedHi, loadedLo);
    const flags = flagsWord(loadedHi, loadedLo);
    if (flags & PTE.present && reserved.some((mask) => frame & mask.frame || flags & mask.flags)) return null;
    words.push(frame, flags);
  }
  return words;
}

/** Puts the pointers into a vCPU's registers. */
export function setPointers(m: Machine, vcpu: number, pointers: readonly number[]): void {
  pointers.forEach((word, i) => {
    m.set(vcpu + VCPU.pdptes + i, word);
  });
}
