/** Writing one leaf entry (Linux 6.1: mmu/mmu.c mmu_set_spte). */
import { kernel } from '#hypervisor/kvm/calls.ts';
import { trace_kvm_mmu_set_spte } from '#hypervisor/kvm/mmutrace.ts';
import { kvm_flush_remote_tlbs } from '#hypervisor/kvm/requests.ts';
import {
  roleLevel,
  SP,
  sptep_index,
  sptep_to_sp,
  to_shadow_page,
  type Vcpu,
} from '#hypervisor/kvm/structs.ts';
import { type KvmPageFault, RET_PF } from './fault.ts';
import { make_spte } from './make_spte.ts';
import { mark_mmio_spte } from './mmio.ts';
import { __rmap_add, drop_spte, kvm_mmu_page_set_translation, mmu_spte_update } from './rmap.ts';
import { is_large_pte, is_noslot_pfn, is_shadow_present_pte } from './spte.ts';
import { drop_parent_pte } from './zap.ts';

/**
 * mmu_set_spte: maps `gfn` to `pfn` at `sptep`, whatever was there. Returns RET_PF.FIXED, SPURIOUS (nothing had to change)
 * or EMULATE (no memory, or a write to a guest's table that must stay protected).
 * order: unsync events, the store, set_spte, then the reverse map.
 * @param access rights that the guest's tables give (ACC)
 * @param fault the one that asks for it; null for a prefetch, which always has a writable host frame
 */
export const mmu_set_spte = kernel(
  'mmu_set_spte',
  (
    vcpu: Vcpu,
    slot: number,
    sptep: number,
    access: number,
    gfn: number,
    pfn: number,
    fault: KvmPageFault | null,
  ): number => {
    const { kvm } = vcpu;
    const { m } = kvm;
    const sp = sptep_to_sp(m, sptep);
    const level = roleLevel(m.get(sp + SP.role));
    let wasRmapped = false;
    let flush = false;
    if (is_shadow_present_pte(m.get(sptep + 1))) {
      if (level > 1 && !is_large_pte(m.get(sptep + 1))) {
        drop_parent_pte(kvm, to_shadow_page(m, m.get(sptep)), sptep);
        flush = true;
      } else if (m.get(sptep) !== pfn) {
        drop_spte(kvm, sptep);
        flush = true;
      } else {
        wasRmapped = true;
      }
    }
    if (is_noslot_pfn(pfn)) {
      mark_mmio_spte(kvm, sptep, gfn, access);
      if (flush) kvm_flush_remote_tlbs(kvm);
      return RET_PF.EMULATE;
    }
    const old = m.get(sptep + 1);
    const oldFrame = m.get(sptep);
    const made = make_spte(kvm, {
      sp,
      slot,
      access,
      gfn,
      pfn,
      old,
      prefetch: fault === null,
      canUnsync: true,
      hostWritable: fault === null || fault.map_writable,
    });
    let result: number = RET_PF.FIXED;
    if (old === made.flags && oldFrame === made.frame) {
      result = RET_PF.SPURIOUS;
    } else {
      flush = mmu_spte_update(kvm, sptep, made.frame, made.flags, '') || flush;
      trace_kvm_mmu_set_spte(kvm, level, gfn, sptep);
    }
    if (made.wrprot && fault?.write) result = RET_PF.EMULATE;
    if (flush) kvm_flush_remote_tlbs(kvm);
    if (wasRmapped) kvm_mmu_page_set_translation(m, sp, sptep_index(sptep), gfn, access);
    else __rmap_add(kvm, slot, sptep, gfn, access);
    return result;
  },
);
