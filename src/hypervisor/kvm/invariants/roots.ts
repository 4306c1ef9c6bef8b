import { ARCH, KVM_NUM_MMU_PREV_ROOTS, ROOT, SP } from '#hypervisor/kvm/structs.ts';
import { VCPU, vcpuPlace } from '#machine/vcpu.ts';
import { FRAME_SHIFT, frameOwner, HEADER } from '#machine/words.ts';
import { countOne, type Rule, type ShadowPage, type Tell } from './structures.ts';

/** A page is a root as often as vCPUs name it: current, former, or one of four pointers. */
export const roots: Rule = ({ words, pages }, tell) => {
  const named = new Map<number, number>();
  for (let cpu = 0; cpu < (words[HEADER.vcpuCount] as number); cpu++)
    for (const frame of namedRoots(words, cpu, tell)) countOne(named, frameOwner(words, frame));
  for (const page of pages) {
    const count = rootCount(words, page);
    const times = named.get(page.sp) ?? 0;
    if (count !== times) tell(`${page.name} counts ${count} as a root, is named ${times} times`);
    named.delete(page.sp);
  }
  for (const sp of named.keys()) tell(`a root is no page in use, at ${sp}`);
};

/** Frames of the shadow pages that a vCPU's walks may begin at. */
function namedRoots(words: Int32Array, cpu: number, tell: Tell): number[] {
  const arch = words[vcpuPlace(words, cpu) + VCPU.hypervisor] as number;
  const frames: number[] = [];
  const root = words[arch + ARCH.root_hpa] as number;
  if (root !== 0 && frameOwner(words, root) !== 0) frames.push(root);
  const pointers = (words[arch + ARCH.pae_root] as number) << FRAME_SHIFT;
  for (let i = 0; i < 4; i++) {
    if (!words[pointers + i * 2 + 1]) continue;
    frames.push(words[pointers + i * 2] as number);
    if (root !== pointers >>> FRAME_SHIFT)
      tell(`cpu${cpu} has a pointer ${i}, and no root that it belongs to`);
  }
  for (let i = 0; i < KVM_NUM_MMU_PREV_ROOTS; i++) {
    const former = words[arch + ARCH.prev_roots + i * ROOT.size] as number;
    if (former !== 0) frames.push(former);
  }
  return frames;
}

/** How often a page is counted as a root of a vCPU's. */
function rootCount(words: Int32Array, { sp, tdp, level, obsolete }: ShadowPage): number {
  if (!tdp) return words[sp + SP.root_count] as number;
  // The list of the TDP MMU's roots counts for one, until a root is invalidated.
  const ofList = words[sp + SP.ptep] === 0 && level > 1 && !obsolete ? 1 : 0;
  return (words[sp + SP.tdp_mmu_root_count] as number) - ofList;
}
