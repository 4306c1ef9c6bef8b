import { kvm_page_table_hashfn } from '#hypervisor/kvm/mmu/hash.ts';
import { KVM, kvmPlace, SP } from '#hypervisor/kvm/structs.ts';
import { FRAME_SHIFT, frameOwner } from '#machine/words.ts';
import type { Rule } from './structures.ts';

/** A page is in its own bucket, once, and its table's frame leads back to it. */
export const hash: Rule = ({ words, pages }, tell) => {
  const buckets = words[kvmPlace(words) + KVM.mmu_page_hash] as number;
  for (const { sp, name, gfn, table, tdp } of pages) {
    if (frameOwner(words, table >>> FRAME_SHIFT) !== sp)
      tell(`the frame of ${name} does not lead back to it`);
    if (tdp) continue;
    const chain = chainFrom(words, words[buckets + kvm_page_table_hashfn(gfn)] as number);
    const at = chain.indexOf(sp);
    if (at < 0) tell(`${name} is not in the bucket of its frame`);
    else if (words[sp + SP.hash_prev] !== (chain[at - 1] ?? 0))
      tell(`${name} does not know who is before it in its bucket`);
  }
};

function chainFrom(words: Int32Array, first: number): number[] {
  const chain: number[] = [];
  for (let sp = first; sp !== 0; sp = words[sp + SP.hash_next] as number) chain.push(sp);
  return chain;
}
