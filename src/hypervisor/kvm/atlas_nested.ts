/** What an atlas says of two-dimensional paging: whose nested tables they are, and where each maps a guest frame. */
import { brokenEptRule } from '#arch/ept.ts';
import type { AtlasNested, AtlasNote } from '#hypervisor/atlas.ts';
import { is_last_spte, is_shadow_present_pte, spteFormat } from '#hypervisor/kvm/mmu/spte.ts';
import { VCPU, vcpuPlace } from '#machine/vcpu.ts';
import { FRAME_SHIFT, frameOwner } from '#machine/words.ts';
import { eptRules } from './ept_rules.ts';
import { ARCH, KVM, kvmPlace, MMUS, roleLevel, SP } from './structs.ts';

/** The KVM record's word at a field. */
const kvmWord = (words: Int32Array, field: number): number => words[kvmPlace(words) + field] as number;

/** Place of the leaf that a root's tree has for a guest frame; 0 if there is none. @param root a shadow page */
function leafBelow(words: Int32Array, root: number, gfn: number): number {
  let table = words[root + SP.spt] as number;
  for (let level = roleLevel(words[root + SP.role] as number); level > 0; level--) {
    const index = Math.floor((gfn >>> 0) / 512 ** (level - 1)) % 512;
    const place = (table << FRAME_SHIFT) + index * 2;
    const flags = words[place + 1] as number;
    if (!is_shadow_present_pte(flags)) return 0;
    if (is_last_spte(flags, level)) return place;
    table = words[place] as number;
  }
  return 0;
}

/** What the processor has noted in a vCPU's PML buffer; null where there is none. */
function notes(words: Int32Array, cpu: number): AtlasNote[] | null {
  const arch = words[vcpuPlace(words, cpu) + VCPU.hypervisor] as number;
  const buffer = (words[arch + ARCH.pml_buffer] as number) << FRAME_SHIFT;
  if (buffer === 0) return null;
  const count = words[arch + ARCH.pml_count] as number;
  return Array.from({ length: count }, (_, i) => ({ gfn: words[buffer + i] as number, place: buffer + i }));
}

/** What there is of two-dimensional paging; null under shadow paging. @param roots shadow pages that walks may begin at */
export function readNested(words: Int32Array, roots: readonly number[]): AtlasNested | null {
  const mmu = MMUS[kvmWord(words, KVM.mmu)];
  if (mmu === undefined || mmu === 'shadow') return null;
  const format = spteFormat(words);
  const isAmd = kvmWord(words, KVM.amd) !== 0;
  const accessedDirty = format.accessed !== 0;
  return {
    mmu,
    vendor: isAmd ? 'amd' : 'intel',
    format: format.name,
    notes: (cpu) => notes(words, cpu),
    leaves: (gfn) => roots.map((root) => leafBelow(words, root, gfn)).filter((place) => place !== 0),
    brokenRule: (place) => {
      const sp = frameOwner(words, place >>> FRAME_SHIFT);
      if (isAmd || sp === 0) return null;
      const rules = eptRules(kvmWord(words, KVM.maxphyaddr), accessedDirty);
      const level = roleLevel(words[sp + SP.role] as number);
      return brokenEptRule(rules, level, words[place] as number, words[place + 1] as number);
    },
  };
}
