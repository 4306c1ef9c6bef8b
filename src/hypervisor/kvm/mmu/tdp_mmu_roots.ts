/**
 * Roots and pages of the TDP MMU (Linux 6.1: mmu/tdp_mmu.c kvm_tdp_mmu_get_vcpu_root_hpa, kvm_tdp_mmu_put_root,
 * tdp_mmu_next_root, tdp_mmu_init_sp, kvm_tdp_mmu_invalidate_all_roots).
 *
 * A root is shared by all vCPUs that need its role. It is counted: each vCPU that uses it, each walk over it while it lasts, and
 * once for the list that it is in, until it is invalidated.
 */
import { kernel } from '#hypervisor/kvm/calls.ts';
import { trace_kvm_mmu_get_page, traceRootCount } from '#hypervisor/kvm/mmutrace.ts';
import { ARCH, KVM, type Kvm, ROLE, SP, sptep_to_sp, type Vcpu } from '#hypervisor/kvm/structs.ts';
import { addFirst, remove } from '#machine/list.ts';
import { kvm_mmu_memory_cache_alloc } from './memory_cache.ts';
import { releaseRecord, takeRecord } from './sp_record.ts';
import type { TdpIter } from './tdp_iter.ts';

/** kvm_tdp_mmu_get_vcpu_root_hpa: the frame of a root with the role that the vCPU needs, found or made. */
export const kvm_tdp_mmu_get_vcpu_root_hpa = kernel('kvm_tdp_mmu_get_vcpu_root_hpa', (vcpu: Vcpu): number => {
  const { kvm } = vcpu;
  const { m } = kvm;
  const role = m.get(vcpu.arch + ARCH.root_role);
  let root = tdpRoots(kvm).find((sp) => m.get(sp + SP.role) === role);
  if (root === undefined) {
    root = tdp_mmu_alloc_sp(kvm);
    tdp_mmu_init_sp(kvm, root, 0, 0, role);
    m.set(root + SP.tdp_mmu_root_count, 2);
    addFirst(m, kvm.at + KVM.tdp_mmu_roots, root + SP.link);
    traceRootCount(m, root);
  } else kvm_tdp_mmu_get_root(kvm, root);
  return m.get(root + SP.spt);
});

/** Every root, invalid ones too, the newest first. */
export function tdpRoots({ m, at }: Kvm): number[] {
  const head = at + KVM.tdp_mmu_roots;
  const roots: number[] = [];
  for (let link = m.get(head); link !== head; link = m.get(link)) roots.push(link - SP.link);
  return roots;
}

/** tdp_mmu_alloc_sp: an empty page. */
export function tdp_mmu_alloc_sp(kvm: Kvm): number {
  for (let taken = 0; taken < 2; taken++) kvm_mmu_memory_cache_alloc(kvm);
  return takeRecord(kvm, false);
}

/** tdp_mmu_init_sp @param sptep the entry that will point to it; 0 for a root */
const tdp_mmu_init_sp = kernel(
  'tdp_mmu_init_sp',
  (kvm: Kvm, sp: number, sptep: number, gfn: number, role: number): void => {
    const { m } = kvm;
    m.set(sp + SP.role, role);
    m.set(sp + SP.gfn, gfn);
    m.set(sp + SP.ptep, sptep);
    m.set(sp + SP.tdp_mmu_page, 1);
    trace_kvm_mmu_get_page(kvm, sp, true);
  },
);

/** tdp_mmu_init_child_sp: the page below the entry that an iterator is at. */
export const tdp_mmu_init_child_sp = kernel(
  'tdp_mmu_init_child_sp',
  (kvm: Kvm, sp: number, iter: TdpIter): void => {
    const parent = kvm.m.get(sptep_to_sp(kvm.m, iter.sptep) + SP.role);
    tdp_mmu_init_sp(kvm, sp, iter.sptep, iter.gfn, (parent & ~ROLE.invalid) - 1);
  },
);

/** kvm_tdp_mmu_get_root: one user more. */
function kvm_tdp_mmu_get_root({ m }: Kvm, root: number): void {
  m.set(root + SP.tdp_mmu_root_count, m.get(root + SP.tdp_mmu_root_count) + 1);
  traceRootCount(m, root);
}

/** kvm_tdp_mmu_put_root: one user less; the last one's going frees the root, which was invalidated before. */
export const kvm_tdp_mmu_put_root = kernel('kvm_tdp_mmu_put_root', (kvm: Kvm, root: number): void => {
  const { m } = kvm;
  const count = m.get(root + SP.tdp_mmu_root_count) - 1;
  m.set(root + SP.tdp_mmu_root_count, count);
  if (count > 0) return;
  remove(m, root + SP.link);
  releaseRecord(kvm, root);
});

/** for_each_tdp_mmu_root_yield_safe: does something for each root that is left, valid ones only if so asked. */
export function forEachTdpRoot(kvm: Kvm, onlyValid: boolean, work: (root: number) => void): void {
  for (
    let root = tdp_mmu_next_root(kvm, 0, onlyValid);
    root !== 0;
    root = tdp_mmu_next_root(kvm, root, onlyValid)
  )
    work(root);
}

/** tdp_mmu_next_root: the root after another (0: the first), held while it is worked on; the one before is let go. */
const tdp_mmu_next_root = kernel(
  'tdp_mmu_next_root',
  (kvm: Kvm, previous: number, onlyValid: boolean): number => {
    const { m, at } = kvm;
    const head = at + KVM.tdp_mmu_roots;
    let link = m.get(previous === 0 ? head : previous + SP.link);
    while (link !== head && onlyValid && m.get(link - SP.link + SP.role) & ROLE.invalid) link = m.get(link);
    const next = link === head ? 0 : link - SP.link;
    if (next !== 0) m.set(next + SP.tdp_mmu_root_count, m.get(next + SP.tdp_mmu_root_count) + 1);
    if (previous !== 0) kvm_tdp_mmu_put_root(kvm, previous);
    return next;
  },
);

/** kvm_tdp_mmu_invalidate_all_roots: nobody takes them any more; they are zapped soon. */
export const kvm_tdp_mmu_invalidate_all_roots = kernel(
  'kvm_tdp_mmu_invalidate_all_roots',
  (kvm: Kvm): void => {
    const { m } = kvm;
    for (const root of tdpRoots(kvm)) {
      if (m.get(root + SP.role) & ROLE.invalid) continue;
      m.set(root + SP.tdp_mmu_scheduled_root_to_zap, 1);
      m.set(root + SP.role, m.get(root + SP.role) | ROLE.invalid);
    }
  },
);
