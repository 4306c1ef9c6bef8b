/**
 * Mending a fault without the lock (Linux 6.1: mmu/mmu.c fast_page_fault, page_fault_can_be_fast, is_access_allowed). Only direct
 * roots try it: a leaf that lost W to dirty logging, or all its rights so that its next use is seen, gets back what it may have.
 */

import { PTE } from '#arch/entry.ts';
import { kernel } from '#hypervisor/kvm/calls.ts';
import { mark_page_dirty_in_slot } from '#hypervisor/kvm/memslot.ts';
import { trace_fast_page_fault } from '#hypervisor/kvm/mmutrace.ts';
import { type Kvm, roleLevel, SP, sptep_to_sp, type Vcpu } from '#hypervisor/kvm/structs.ts';
import { SLOT, SLOT_FLAG } from '#machine/slots.ts';
import { type KvmPageFault, RET_PF } from './fault.ts';
import { shadow_walk_init } from './iterator.ts';
import { walk_shadow_page_lockless_begin, walk_shadow_page_lockless_end } from './mmio_fault.ts';
import { setSpte } from './rmap.ts';
import {
  is_access_track_spte,
  is_executable_pte,
  is_last_spte,
  is_mmu_writable_spte,
  is_shadow_present_pte,
  is_writable_pte,
  restore_acc_track_spte,
  SPTE,
} from './spte.ts';
import { lastTdpEntry } from './tdp_mmu_map.ts';

/** fast_page_fault: FIXED, SPURIOUS, or INVALID where the slow path must go on. */
export const fast_page_fault = kernel('fast_page_fault', (vcpu: Vcpu, fault: KvmPageFault): number => {
  const { kvm } = vcpu;
  const { m } = kvm;
  if (!page_fault_can_be_fast(kvm, fault)) return RET_PF.INVALID;
  if (!kvm.tdpMmu) walk_shadow_page_lockless_begin(vcpu);
  const place = kvm.tdpMmu
    ? kvm_tdp_mmu_fast_pf_get_last_sptep(vcpu, fault)
    : fast_pf_get_last_sptep(vcpu, fault);
  const old = [m.get(place), m.get(place + 1)] as const;
  const result = mend(vcpu, fault, place);
  const now = [m.get(place), m.get(place + 1)] as const;
  trace_fast_page_fault(
    vcpu,
    fault.hi,
    fault.lo,
    fault.error_code,
    old,
    now,
    result === RET_PF.SPURIOUS,
    result === RET_PF.FIXED,
  );
  if (!kvm.tdpMmu) walk_shadow_page_lockless_end(vcpu);
  return result;
});

/** page_fault_can_be_fast: a write to a present entry; without A bits also any fault where there is no entry, as it seems. */
const page_fault_can_be_fast = (kvm: Kvm, fault: KvmPageFault): boolean =>
  !fault.rsvd && (fault.present ? fault.write : kvm.format.accessed === 0);

/** fast_pf_get_last_sptep: place of the last entry that a walk for the fault's address comes to. */
function fast_pf_get_last_sptep(vcpu: Vcpu, fault: KvmPageFault): number {
  let place = 0;
  for (const it = shadow_walk_init(vcpu, fault.hi, fault.lo); it.level > 0; it.next()) place = it.sptep;
  return place;
}

const kvm_tdp_mmu_fast_pf_get_last_sptep = kernel('kvm_tdp_mmu_fast_pf_get_last_sptep', lastTdpEntry);

function mend(vcpu: Vcpu, fault: KvmPageFault, place: number): number {
  const { kvm } = vcpu;
  const { m, format } = kvm;
  const flags = m.get(place + 1);
  const level = roleLevel(m.get(sptep_to_sp(m, place) + SP.role));
  if (!is_shadow_present_pte(flags) || !is_last_spte(flags, level)) return RET_PF.INVALID;
  if (is_access_allowed(kvm, fault, flags)) return RET_PF.SPURIOUS;
  let now = is_access_track_spte(format, flags) ? restore_acc_track_spte(flags) : flags;
  if (fault.write && is_mmu_writable_spte(format, flags)) {
    now |= SPTE.write;
    // A large page whose writes are logged must be split first.
    if (level > 1 && m.get(fault.slot + SLOT.flags) & SLOT_FLAG.dirtyLog) return RET_PF.INVALID;
  }
  if (now === flags || !is_access_allowed(kvm, fault, now)) return RET_PF.INVALID;
  setSpte(m, place, m.get(place), now);
  if (is_writable_pte(now) && !is_writable_pte(flags)) mark_page_dirty_in_slot(kvm, fault.slot, fault.gfn);
  return RET_PF.FIXED;
}

/** is_access_allowed: whether an entry would let the faulting access through. */
function is_access_allowed({ format }: Kvm, fault: KvmPageFault, flags: number): boolean {
  if (fault.exec) return is_executable_pte(format, flags);
  return fault.write ? is_writable_pte(flags) : (flags & PTE.present) !== 0;
}
