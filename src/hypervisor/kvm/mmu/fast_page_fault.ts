/**
 * Mending a fault without the lock (Linux 6.1: mmu/mmu.c fast_page_fault, page_fault_can_be_fast). Only direct roots try it: a
 * leaf that lost W to dirty logging gets it back.
 */

import { PTE } from '#arch/entry.ts';
import { kernel } from '#hypervisor/kvm/calls.ts';
import { mark_page_dirty_in_slot } from '#hypervisor/kvm/memslot.ts';
import { trace_fast_page_fault } from '#hypervisor/kvm/mmutrace.ts';
import type { Vcpu } from '#hypervisor/kvm/structs.ts';
import { SLOT, SLOT_FLAG } from '#machine/slots.ts';
import { type KvmPageFault, RET_PF } from './fault.ts';
import { ShadowWalk } from './iterator.ts';
import { mmu_spte_update } from './rmap.ts';
import { is_last_spte, is_mmu_writable_spte, is_shadow_present_pte, is_writable_pte } from './spte.ts';

/** fast_page_fault: FIXED, SPURIOUS, or INVALID where the slow path must go on. */
export const fast_page_fault = kernel('fast_page_fault', (vcpu: Vcpu, fault: KvmPageFault): number => {
  const { kvm } = vcpu;
  const { m } = kvm;
  if (fault.rsvd || !fault.present || !fault.write) return RET_PF.INVALID;
  let place = 0;
  let level = 0;
  for (const it = new ShadowWalk(vcpu, fault.hi, fault.lo); it.level > 0; it.next()) {
    place = it.sptep;
    level = it.level;
  }
  const old = [m.get(place), m.get(place + 1)] as const;
  const result = mend(vcpu, fault, place, level);
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
  return result;
});

function mend(vcpu: Vcpu, fault: KvmPageFault, place: number, level: number): number {
  const { kvm } = vcpu;
  const { m } = kvm;
  const flags = m.get(place + 1);
  if (!is_shadow_present_pte(flags) || !is_last_spte(flags, level)) return RET_PF.INVALID;
  if (is_writable_pte(flags)) return RET_PF.SPURIOUS;
  if (!is_mmu_writable_spte(flags)) return RET_PF.INVALID;
  const logged = fault.slot !== 0 && (m.get(fault.slot + SLOT.flags) & SLOT_FLAG.dirtyLog) !== 0;
  if (level > 1 && logged) return RET_PF.INVALID;
  mmu_spte_update(m, place, m.get(place), flags | PTE.write, '');
  mark_page_dirty_in_slot(kvm, fault.slot, fault.gfn);
  return RET_PF.FIXED;
}
