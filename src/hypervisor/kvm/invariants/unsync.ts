import { SP, SPTE_ENT_PER_PAGE } from '#hypervisor/kvm/structs.ts';
import { frameOwner } from '#machine/words.ts';
import type { Rule } from './structures.ts';

/** Only last-level pages are unsync; the bits of those above lead to all of them, and are counted. */
export const unsync: Rule = ({ words, pages, present }, tell) => {
  for (const { sp, name, level } of pages) {
    if (words[sp + SP.unsync] && level !== 1) tell(`${name} is unsync above level 1`);
    const bits = countUnsyncBits(words, sp);
    const children = words[sp + SP.unsync_children];
    if (children !== bits) tell(`${name} counts ${children} unsync children, its bits ${bits}`);
  }
  for (const { page, index, place, leaf } of present) {
    if (leaf) continue;
    const child = frameOwner(words, words[place] as number);
    const isUnsync = words[child + SP.unsync] !== 0 || words[child + SP.unsync_children] !== 0;
    if (isUnsync && !hasUnsyncBit(words, page.sp, index))
      tell(`${page.name}[${index}] leads to something unsync, and has no bit`);
  }
};

const hasUnsyncBit = (words: Int32Array, sp: number, index: number): boolean =>
  ((words[sp + SP.unsync_child_bitmap + (index >>> 5)] as number) & (1 << (index & 31))) !== 0;

function countUnsyncBits(words: Int32Array, sp: number): number {
  let count = 0;
  for (let word = 0; word < SPTE_ENT_PER_PAGE / 32; word++) {
    let rest = words[sp + SP.unsync_child_bitmap + word] as number;
    for (; rest !== 0; rest &= rest - 1) count++;
  }
  return count;
}
