/**
 * Mapping neighbours before they are used (Linux 6.1: mmu/paging_tmpl.h pte_prefetch, prefetch_gpte; mmu/mmu.c
 * direct_pte_prefetch). The window is the eight entries, aligned at eight, around the one that faulted.
 */

import { ACC } from '#arch/permission.ts';
import { kernel, paging } from '#hypervisor/kvm/calls.ts';
import { kvm_release_pfn_clean, kvm_vcpu_gfn_to_memslot } from '#hypervisor/kvm/memslot.ts';
import { gfn_to_page_many_atomic, gfn_to_pfn_memslot_atomic } from '#hypervisor/kvm/pfn.ts';
import {
  isChanged,
  kvm_mmu_page_get_gfn,
  ROLE,
  roleAccess,
  roleLevel,
  SP,
  sptep_index,
  sptep_to_sp,
  type Vcpu,
  WHAT_IF,
} from '#hypervisor/kvm/structs.ts';
import { findSlot, SLOT, SLOT_FLAG } from '#machine/slots.ts';
import { gpte, gpteBytes, level1GpteOffset, mayPrefetch, prefetchAccess, readGpte } from './guest_walker.ts';
import { drop_spte } from './rmap.ts';
import { mmu_set_spte } from './set_spte.ts';
import { is_shadow_present_pte, sp_ad_disabled } from './spte.ts';

const PTE_PREFETCH_NUM = 8;

/** gfn_to_memslot_dirty_bitmap: the slot, or 0 where there is none, or its writes are logged and that matters. */
function gfn_to_memslot_dirty_bitmap(vcpu: Vcpu, gfn: number, no_dirty_log: boolean): number {
  const { kvm } = vcpu;
  const slot = kvm_vcpu_gfn_to_memslot(vcpu, gfn);
  if (slot === 0 || kvm.m.get(slot + SLOT.flags) & SLOT_FLAG.invalid) return 0;
  return no_dirty_log && kvm.m.get(slot + SLOT.flags) & SLOT_FLAG.dirtyLog ? 0 : slot;
}

/** pte_prefetch, for the table that holds `sptep`. */
export const pte_prefetch = paging('pte_prefetch', (vcpu: Vcpu, sptep: number): void => {
  const { m } = vcpu.kvm;
  const sp = sptep_to_sp(m, sptep);
  const role = m.get(sp + SP.role);
  if (roleLevel(role) > 1 || isChanged(vcpu.kvm, WHAT_IF.prefetchOff)) return;
  if (role & ROLE.direct) {
    if (!sp_ad_disabled(m, sp)) __direct_pte_prefetch(vcpu, sp, sptep);
    return;
  }
  const gfn = m.get(sp + SP.gfn);
  const slot = findSlot(m.words, gfn);
  const first = sptep_index(sptep) & ~(PTE_PREFETCH_NUM - 1);
  for (let index = first; slot !== 0 && index < first + PTE_PREFETCH_NUM; index++) {
    const other = (m.get(sp + SP.spt) << 10) + index * 2;
    if (other === sptep || is_shadow_present_pte(m.get(other + 1))) continue;
    readGpte(vcpu.kvm, slot, gfn, level1GpteOffset(role, index), gpteBytes(role));
    if (!prefetch_gpte(vcpu, sp, other, true)) return;
  }
});

/** prefetch_gpte: maps the guest's entry read last at `sptep`. False ends the prefetch; an entry that may not be used is zeroed. */
export const prefetch_gpte = paging(
  'prefetch_gpte',
  (vcpu: Vcpu, sp: number, sptep: number, no_dirty_log: boolean): boolean => {
    const { kvm } = vcpu;
    if (!mayPrefetch(vcpu)) {
      drop_spte(kvm, sptep);
      return false;
    }
    const gfn = gpte.frame;
    const access = prefetchAccess(kvm, sp);
    const slot = gfn_to_memslot_dirty_bitmap(vcpu, gfn, no_dirty_log && (access & ACC.write) !== 0);
    if (slot === 0) return false;
    const pfn = gfn_to_pfn_memslot_atomic(kvm, slot, gfn);
    if (pfn < 0) return false;
    mmu_set_spte(vcpu, slot, sptep, access, gfn, pfn, null);
    kvm_release_pfn_clean(vcpu);
    return true;
  },
);

/** __direct_pte_prefetch: runs of absent entries, each mapped in one go; a run that gets no frame ends it. */
const __direct_pte_prefetch = kernel(
  '__direct_pte_prefetch',
  (vcpu: Vcpu, sp: number, sptep: number): void => {
    const { m } = vcpu.kvm;
    const table = m.get(sp + SP.spt) << 10;
    const first = sptep_index(sptep) & ~(PTE_PREFETCH_NUM - 1);
    let start = -1;
    for (let index = first; index < first + PTE_PREFETCH_NUM; index++) {
      const place = table + index * 2;
      if (place === sptep || is_shadow_present_pte(m.get(place + 1))) {
        if (start >= 0 && !direct_pte_prefetch_many(vcpu, sp, start, index)) return;
        start = -1;
      } else if (start < 0) {
        start = index;
      }
    }
    if (start >= 0) direct_pte_prefetch_many(vcpu, sp, start, first + PTE_PREFETCH_NUM);
  },
);

/** direct_pte_prefetch_many: maps entries start … end-1. False if none could be. */
const direct_pte_prefetch_many = kernel(
  'direct_pte_prefetch_many',
  (vcpu: Vcpu, sp: number, start: number, end: number): boolean => {
    const { kvm } = vcpu;
    const { m } = kvm;
    const access = roleAccess(m.get(sp + SP.role));
    const firstGfn = kvm_mmu_page_get_gfn(m.words, sp, start);
    const slot = gfn_to_memslot_dirty_bitmap(vcpu, firstGfn, (access & ACC.write) !== 0);
    if (slot === 0) return false;
    if (m.get(slot + SLOT.base_gfn) + m.get(slot + SLOT.npages) < firstGfn + end - start) return false;
    const pfns = gfn_to_page_many_atomic(kvm, slot, firstGfn, end - start);
    pfns.forEach((pfn, i) => {
      const sptep = (m.get(sp + SP.spt) << 10) + (start + i) * 2;
      mmu_set_spte(vcpu, slot, sptep, access, firstGfn + i, pfn, null);
    });
    return pfns.length > 0;
  },
);
