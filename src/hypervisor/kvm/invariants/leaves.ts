import { is_writable_pte, spteFormat } from '#hypervisor/kvm/mmu/spte.ts';
import type { SpteFormat } from '#hypervisor/kvm/mmu/spte_format.ts';
import { kvm_mmu_page_get_gfn } from '#hypervisor/kvm/structs.ts';
import { knownHostFrame } from '#machine/host-pages.ts';
import { findSlot, SLOT } from '#machine/slots.ts';
import type { Rule } from './structures.ts';

/** Each leaf maps the host's memory behind its guest frame, and has its rights in order. */
export const leaves: Rule = ({ words, present }, tell) => {
  const format = spteFormat(words);
  for (const { page, index, place, leaf } of present) {
    if (!leaf) continue;
    const name = `${page.name}[${index}]`;
    const gfn = kvm_mmu_page_get_gfn(words, page.sp, index);
    const slot = findSlot(words, gfn);
    if (slot === 0) {
      tell(`${name} maps 0x${gfn.toString(16)}, which lies in no slot`);
      continue;
    }
    const first = gfn & ~((1 << ((page.level - 1) * 9)) - 1);
    if (knownHostFrame(words, slot, first - (words[slot + SLOT.base_gfn] as number)) !== words[place])
      tell(`${name} does not map the host frame behind 0x${gfn.toString(16)}`);
    const disorder = disorderOf(format, words[place + 1] as number);
    if (disorder !== null) tell(`${name} is ${disorder}`);
  }
};

/** W needs MMU-writable, which needs host-writable; null where that is so. */
function disorderOf({ mmuWritable, hostWritable }: SpteFormat, flags: number): string | null {
  if (is_writable_pte(flags) && !(flags & mmuWritable)) return 'writable, but not MMU-writable';
  if (flags & mmuWritable && !(flags & hostWritable)) return 'MMU-writable, but not host-writable';
  return null;
}
