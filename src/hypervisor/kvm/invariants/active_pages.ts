import { KVM, kvmPlace, ROLE, SP } from '#hypervisor/kvm/structs.ts';
import type { Rule, Tell } from './structures.ts';

/** The counts of pages are what there is, and the list of active ones has each that is valid, once. */
export const activePages: Rule = ({ words, pages }, tell) => {
  const kvm = kvmPlace(words);
  const used = words[kvm + KVM.n_used_mmu_pages];
  const hashed = pages.filter(({ tdp }) => !tdp);
  if (used !== hashed.length) tell(`${used} pages are counted, ${hashed.length} are in the hash`);
  const valid = hashed.filter(({ role }) => !(role & ROLE.invalid));
  const indirect = valid.filter(({ role }) => !(role & ROLE.direct)).length;
  const counted = words[kvm + KVM.indirect_shadow_pages];
  if (counted !== indirect) tell(`${counted} pages with guest tables are counted, there are ${indirect}`);
  const active = listedPages(words, kvm + KVM.active_mmu_pages, tell);
  for (const { sp, name } of valid)
    if (!active.delete(sp)) tell(`${name} is not in the list of active pages`);
  for (const sp of active) tell(`the list of active pages has one that is not in use, at ${sp}`);
};

/** The shadow pages of a list, up to where it comes back to one of them. */
function listedPages(words: Int32Array, head: number, tell: Tell): Set<number> {
  const listed = new Set<number>();
  const tellTorn = (link: number): void => tell(`the list of active pages is torn at ${link}`);
  let before = head;
  let link = words[head] as number;
  while (link !== head && !listed.has(link - SP.link)) {
    if (words[link + 1] !== before) tellTorn(link);
    listed.add(link - SP.link);
    before = link;
    link = words[link] as number;
  }
  if (words[head + 1] !== before) tellTorn(head);
  return listed;
}
