/**
 * Roots: which table the hardware's walk begins at (Linux 6.1: mmu/mmu.c kvm_mmu_load, kvm_mmu_free_roots, kvm_mmu_sync_roots).
 *
 * With four or five levels the root is a shadow page. With fewer, it is a page of four pointers that belongs to the vCPU
 * (pae_root), each of which leads to a level-2 shadow page. Up to three former roots are kept for the next change of CR3.
 */

import { PTE } from '#arch/entry.ts';
import { CR4 } from '#arch/paging-mode.ts';
import { kernel } from '#hypervisor/kvm/calls.ts';
import { kvm_vcpu_is_visible_gfn } from '#hypervisor/kvm/memslot.ts';
import { traceRootCount } from '#hypervisor/kvm/mmutrace.ts';
import {
  ARCH,
  is_obsolete_sp,
  isChanged,
  KVM,
  KVM_NUM_MMU_PREV_ROOTS,
  type Kvm,
  ROLE,
  ROOT,
  SP,
  to_shadow_page,
  type Vcpu,
  WHAT_IF,
} from '#hypervisor/kvm/structs.ts';
import { load_mmu_pgd } from '#hypervisor/kvm/vendor_ops.ts';
import { flush_tlb_current } from '#hypervisor/kvm/vendor_tlb.ts';
import { cr3Frame, VCPU, vcpuMode } from '#machine/vcpu.ts';
import { make_mmu_pages_available } from './limit.ts';
import { mmu_topup_memory_caches } from './memory_cache.ts';
import { vcpu_clear_mmio_info } from './mmio.ts';
import { kvm_page_track_write_tracking_enabled } from './page_track.ts';
import { setSpte } from './rmap.ts';
import { __kvm_mmu_get_shadow_page } from './shadow_page.ts';
import { isUnsync, mmu_sync_children } from './sync.ts';
import { kvm_tdp_mmu_get_vcpu_root_hpa, kvm_tdp_mmu_put_root } from './tdp_mmu_roots.ts';
import { zapUnrooted } from './unrooted.ts';
import { __kvm_mmu_prepare_zap_page, type InvalidList, kvm_mmu_commit_zap_page } from './zap.ts';

/** Frame of the present root; 0 for none. */
export const root = (vcpu: Vcpu): number => vcpu.kvm.m.get(vcpu.arch + ARCH.root_hpa);
/** Role of the root that the vCPU needs. */
export const rootRole = (vcpu: Vcpu): number => vcpu.kvm.m.get(vcpu.arch + ARCH.root_role);
/** Place of the record of a former root. */
export const prevRoot = (vcpu: Vcpu, i: number): number => vcpu.arch + ARCH.prev_roots + i * ROOT.size;
const pointer = (vcpu: Vcpu, i: number): number => (vcpu.kvm.m.get(vcpu.arch + ARCH.pae_root) << 10) + i * 2;

/** kvm_mmu_load: makes the root that the vCPU needs. False if CR3 leads nowhere: the guest dies. */
export const kvm_mmu_load = kernel('kvm_mmu_load', (vcpu: Vcpu): boolean => {
  const direct = (rootRole(vcpu) & ROLE.direct) !== 0;
  mmu_topup_memory_caches(vcpu, !direct);
  if (!(direct ? mmu_alloc_direct_roots(vcpu) : mmu_alloc_shadow_roots(vcpu))) return false;
  kvm_mmu_sync_roots(vcpu);
  load_mmu_pgd(vcpu);
  flush_tlb_current(vcpu);
  return true;
});

/** mmu_first_shadow_root_alloc: what is only needed once there is a shadow root. Here slots have it from the start. */
function mmu_first_shadow_root_alloc(kvm: Kvm): void {
  if (kvm.m.get(kvm.at + KVM.shadow_root_allocated)) return;
  kvm_page_track_write_tracking_enabled(kvm);
  kvm.m.set(kvm.at + KVM.shadow_root_allocated, 1);
}

/** mmu_alloc_root: a shadow page that is used as a root once more. Returns its table's frame. */
const mmu_alloc_root = kernel(
  'mmu_alloc_root',
  (vcpu: Vcpu, gfn: number, quadrant: number, level: number): number => {
    const { m } = vcpu.kvm;
    const role = (rootRole(vcpu) & ~(ROLE.level | ROLE.quadrant)) | level | (quadrant << ROLE.quadrantShift);
    const sp = __kvm_mmu_get_shadow_page(vcpu, gfn, role);
    m.set(sp + SP.root_count, m.get(sp + SP.root_count) + 1);
    traceRootCount(m, sp);
    return m.get(sp + SP.spt);
  },
);

const mmu_alloc_direct_roots = kernel('mmu_alloc_direct_roots', (vcpu: Vcpu): boolean => {
  const level = rootRole(vcpu) & ROLE.level;
  make_mmu_pages_available(vcpu.kvm);
  if (vcpu.kvm.tdpMmu) {
    setRoot(vcpu, kvm_tdp_mmu_get_vcpu_root_hpa(vcpu), 0, 0);
    return true;
  }
  if (level >= 4) {
    setRoot(vcpu, mmu_alloc_root(vcpu, 0, 0, level), 0, 0);
    return true;
  }
  for (let i = 0; i < 4; i++)
    setSpte(vcpu.kvm.m, pointer(vcpu, i), mmu_alloc_root(vcpu, i << 18, 0, 2), PTE.present);
  setRoot(vcpu, vcpu.kvm.m.get(vcpu.arch + ARCH.pae_root), 0, 0);
  return true;
});

const mmu_alloc_shadow_roots = kernel('mmu_alloc_shadow_roots', (vcpu: Vcpu): boolean => {
  const { kvm } = vcpu;
  const { m } = kvm;
  const mode = vcpuMode(m.words, vcpu.regs);
  const gfn = cr3Frame(m.words, vcpu.regs);
  if (!kvm_vcpu_is_visible_gfn(vcpu, gfn)) return false;
  for (let i = 0; i < 4 && mode.levels === 3; i++) {
    if (pdpte(vcpu, i).present && !kvm_vcpu_is_visible_gfn(vcpu, pdpte(vcpu, i).gfn)) return false;
  }
  mmu_first_shadow_root_alloc(kvm);
  make_mmu_pages_available(kvm);
  const hi = m.get(vcpu.regs + VCPU.cr3_hi);
  const lo = m.get(vcpu.regs + VCPU.cr3_lo);
  if (mode.levels >= 4) {
    setRoot(vcpu, mmu_alloc_root(vcpu, gfn, 0, mode.levels), hi, lo);
    return true;
  }
  for (let i = 0; i < 4; i++) {
    if (mode.levels === 3 && !pdpte(vcpu, i).present) setSpte(m, pointer(vcpu, i), 0, 0);
    else
      setSpte(
        m,
        pointer(vcpu, i),
        mmu_alloc_root(vcpu, mode.levels === 3 ? pdpte(vcpu, i).gfn : gfn, mode.levels === 2 ? i : 0, 2),
        PTE.present,
      );
  }
  setRoot(vcpu, m.get(vcpu.arch + ARCH.pae_root), hi, lo);
  return true;
});

function pdpte(vcpu: Vcpu, i: number): { gfn: number; present: boolean } {
  const place = vcpu.regs + VCPU.pdptes + i * 2;
  return { gfn: vcpu.kvm.m.get(place), present: (vcpu.kvm.m.get(place + 1) & PTE.present) !== 0 };
}

function setRoot(vcpu: Vcpu, frame: number, pgdHi: number, pgdLo: number): void {
  const { m } = vcpu.kvm;
  m.set(vcpu.arch + ARCH.root_hpa, frame);
  m.set(vcpu.arch + ARCH.root_pgd_hi, pgdHi);
  m.set(vcpu.arch + ARCH.root_pgd_lo, pgdLo);
}

/** kvm_mmu_sync_roots: syncs everything unsync below the current root. */
export const kvm_mmu_sync_roots = kernel('kvm_mmu_sync_roots', (vcpu: Vcpu): void => {
  const { kvm } = vcpu;
  if (rootRole(vcpu) & ROLE.direct || root(vcpu) === 0) return;
  vcpu_clear_mmio_info(vcpu);
  const sp = to_shadow_page(kvm.m, root(vcpu));
  if (sp !== 0) {
    if (isUnsync(kvm, sp)) mmu_sync_children(vcpu, sp);
    return;
  }
  for (let i = 0; i < 4; i++) {
    const frame = kvm.m.get(pointer(vcpu, i));
    if (kvm.m.get(pointer(vcpu, i) + 1)) mmu_sync_children(vcpu, to_shadow_page(kvm.m, frame));
  }
});

/** kvm_mmu_sync_prev_roots: former roots with something unsync below are let go. */
export const kvm_mmu_sync_prev_roots = kernel('kvm_mmu_sync_prev_roots', (vcpu: Vcpu): void => {
  const { kvm } = vcpu;
  kvm_mmu_free_roots(vcpu, false, (frame) => isUnsync(kvm, to_shadow_page(kvm.m, frame)));
});

/** kvm_mmu_free_roots: lets go of the current root (or its four), and of former ones that `previous` picks, by frame or number. */
export const kvm_mmu_free_roots = kernel(
  'kvm_mmu_free_roots',
  (vcpu: Vcpu, current: boolean, previous: (frame: number, i: number) => boolean): void => {
    const { kvm } = vcpu;
    const { m } = kvm;
    const invalid_list: InvalidList = [];
    for (let i = 0; i < KVM_NUM_MMU_PREV_ROOTS; i++) {
      const frame = m.get(prevRoot(vcpu, i));
      if (frame !== 0 && previous(frame, i)) {
        mmu_free_root_page(kvm, frame, invalid_list);
        m.set(prevRoot(vcpu, i), 0);
      }
    }
    if (current && root(vcpu) !== 0) {
      if (to_shadow_page(m, root(vcpu)) !== 0) mmu_free_root_page(kvm, root(vcpu), invalid_list);
      else freePaeRoots(vcpu, invalid_list);
      setRoot(vcpu, 0, 0, 0);
      m.set(vcpu.regs + VCPU.hardware_root, 0);
    }
    kvm_mmu_commit_zap_page(kvm, invalid_list);
    if (isChanged(kvm, WHAT_IF.shadowCacheOff)) zapUnrooted(kvm);
  },
);

function freePaeRoots(vcpu: Vcpu, invalid_list: InvalidList): void {
  const { m } = vcpu.kvm;
  for (let i = 0; i < 4; i++) {
    if (!m.get(pointer(vcpu, i) + 1)) continue;
    mmu_free_root_page(vcpu.kvm, m.get(pointer(vcpu, i)), invalid_list);
    setSpte(m, pointer(vcpu, i), 0, 0);
  }
}

/** mmu_free_root_page: one user less; the last one of an invalid page frees it. */
const mmu_free_root_page = kernel(
  'mmu_free_root_page',
  (kvm: Kvm, frame: number, invalid_list: InvalidList): void => {
    const sp = to_shadow_page(kvm.m, frame);
    if (kvm.m.get(sp + SP.tdp_mmu_page)) {
      kvm_tdp_mmu_put_root(kvm, sp);
      return;
    }
    const count = kvm.m.get(sp + SP.root_count) - 1;
    kvm.m.set(sp + SP.root_count, count);
    traceRootCount(kvm.m, sp);
    if (count === 0 && kvm.m.get(sp + SP.role) & ROLE.invalid)
      __kvm_mmu_prepare_zap_page(kvm, sp, invalid_list);
  },
);

/** kvm_mmu_free_obsolete_roots */
export const kvm_mmu_free_obsolete_roots = kernel('kvm_mmu_free_obsolete_roots', (vcpu: Vcpu): void => {
  const current = root(vcpu) !== 0 && is_obsolete_root(vcpu.kvm, root(vcpu));
  kvm_mmu_free_roots(vcpu, current, (frame) => is_obsolete_root(vcpu.kvm, frame));
});

/** is_obsolete_root: a root that is no shadow page counts as obsolete: nobody can tell. */
function is_obsolete_root(kvm: Kvm, frame: number): boolean {
  const sp = to_shadow_page(kvm.m, frame);
  return sp === 0 || is_obsolete_sp(kvm.m.words, sp);
}

/** kvm_get_pcid: the PCID of a former root's CR3. */
const rootPcid = ({ kvm, regs, arch }: Vcpu, i: number): number =>
  kvm.m.get(regs + VCPU.cr4) & CR4.PCIDE
    ? kvm.m.get(arch + ARCH.prev_roots + i * ROOT.size + ROOT.pgd_lo) & 0xfff
    : 0;

/** Numbers of the former roots that are kept for a PCID. */
export const previousRootsOf = (vcpu: Vcpu, pcid: number): number[] =>
  [...Array(KVM_NUM_MMU_PREV_ROOTS).keys()].filter(
    (i) => vcpu.kvm.m.get(prevRoot(vcpu, i)) !== 0 && rootPcid(vcpu, i) === pcid,
  );

/** kvm_mmu_unload: lets go of all roots. */
export const kvm_mmu_unload = kernel('kvm_mmu_unload', (vcpu: Vcpu): void => {
  kvm_mmu_free_roots(vcpu, true, () => true);
  vcpu_clear_mmio_info(vcpu);
});
