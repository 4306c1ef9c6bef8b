/** Which shadow pages there are, and what their entries stand for, read from the machine's words alone. */
import { FRAME_SHIFT, HEADER } from '#machine/words.ts';
import { KVM, KVM_MMU_HASH_SIZE, ROLE, roleLevel, SP } from './structs.ts';

/** Place of the KVM record. */
export const kvmPlace = (words: Int32Array): number => words[HEADER.hypervisor] as number;

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

/** Whether a page is of an older generation than the VM's, or taken out of use: only its users keep it alive (is_obsolete_sp). */
export function isObsolete(words: Int32Array, sp: number): boolean {
  if ((words[sp + SP.role] as number) & ROLE.invalid) return true;
  // Pages of the TDP MMU have no generation.
  if (words[sp + SP.tdp_mmu_page]) return false;
  return words[sp + SP.mmu_valid_gen] !== words[kvmPlace(words) + KVM.mmu_valid_gen];
}

/** The guest frame that entry `index` of a page was made for (kvm_mmu_page_get_gfn). */
export function entryGfn(words: Int32Array, sp: number, index: number): number {
  const role = words[sp + SP.role] as number;
  if (role & ROLE.direct) return (words[sp + SP.gfn] as number) + (index << ((roleLevel(role) - 1) * 9));
  const translations = (words[sp + SP.shadowed_translation] as number) << FRAME_SHIFT;
  return words[translations + index * 2] as number;
}
