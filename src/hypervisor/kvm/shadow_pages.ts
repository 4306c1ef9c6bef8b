/** Which shadow pages there are, and what they are called, read from the machine's words alone. */
import { KVM, KVM_MMU_HASH_SIZE, kvmPlace, SP } from './structs.ts';

/** What people call a shadow page: `t3`. */
export const pageName = (words: Int32Array, sp: number): string => `t${words[sp + SP.serial]}`;

/** Places of all pages in use: those in the hash, bucket by bucket, then the TDP MMU's roots and tables. */
export function shadowPagesInUse(words: Int32Array): number[] {
  const kvm = kvmPlace(words);
  const hash = words[kvm + KVM.mmu_page_hash] as number;
  const sps: number[] = [];
  for (let bucket = hash; bucket < hash + KVM_MMU_HASH_SIZE; bucket++) {
    for (let sp = words[bucket] as number; sp !== 0; sp = words[sp + SP.hash_next] as number) sps.push(sp);
  }
  for (const list of [KVM.tdp_mmu_roots, KVM.tdp_mmu_pages]) {
    const head = kvm + list;
    for (let link = words[head] as number; link !== head; link = words[link] as number)
      sps.push(link - SP.link);
  }
  return sps;
}
