/** Faults on entries that say "no memory here" (Linux 6.1: mmu/mmu.c handle_mmio_page_fault, check_mmio_spte). */
import { frameOfAddress } from '#arch/paging-mode.ts';
import { hiWord, loWord } from '#arch/word64.ts';
import { kernel, noted } from '#hypervisor/kvm/calls.ts';
import type { Vcpu } from '#hypervisor/kvm/structs.ts';
import { EVENT } from '#machine/events.ts';
import { type KvmPageFault, RET_PF } from './fault.ts';
import { rootIsDirect } from './fetch.ts';
import { shadow_walk_init } from './iterator.ts';
import { vcpu_cache_mmio_info, vcpu_match_mmio_gpa, vcpu_match_mmio_gva } from './mmio.ts';
import {
  get_mmio_spte_access,
  get_mmio_spte_generation,
  get_mmio_spte_gfn,
  is_mmio_spte,
  mmioGeneration,
} from './spte.ts';
import { lastTdpEntry } from './tdp_mmu_map.ts';

/** mmio_info_in_cache: whether the page that faulted is the one whose MMIO access KVM remembers. */
export const mmio_info_in_cache = kernel('mmio_info_in_cache', (vcpu: Vcpu, fault: KvmPageFault): boolean =>
  rootIsDirect(vcpu)
    ? vcpu_match_mmio_gpa(vcpu, frameOfAddress(fault.hi, fault.lo))
    : vcpu_match_mmio_gva(vcpu, fault.hi, fault.lo),
);

/** walk_shadow_page_lockless_begin, …_end: around a walk without the lock, so that no table of it is freed meanwhile. */
export const walk_shadow_page_lockless_begin = noted('walk_shadow_page_lockless_begin');
export const walk_shadow_page_lockless_end = noted('walk_shadow_page_lockless_end');

/** handle_mmio_page_fault: EMULATE, RETRY (the entry has changed), or INVALID (the entry is of an older memory layout). */
export const handle_mmio_page_fault = kernel(
  'handle_mmio_page_fault',
  (vcpu: Vcpu, fault: KvmPageFault): number => {
    const { kvm } = vcpu;
    const { m } = kvm;
    if (mmio_info_in_cache(vcpu, fault)) return RET_PF.EMULATE;
    const place = lastEntry(vcpu, fault);
    const frame = m.get(place);
    const flags = m.get(place + 1);
    if (!is_mmio_spte(kvm.format, flags)) return RET_PF.RETRY;
    if (!check_mmio_spte(vcpu, frame, flags)) return RET_PF.INVALID;
    const direct = rootIsDirect(vcpu);
    const gfn = get_mmio_spte_gfn(kvm, frame);
    const access = get_mmio_spte_access(kvm.format, flags);
    const hi = direct ? 0 : fault.hi;
    const lo = direct ? 0 : fault.lo;
    m.log.emit(EVENT.handle_mmio_page_fault, hi, lo, gfn, access);
    vcpu_cache_mmio_info(vcpu, hi, lo, gfn, access);
    return RET_PF.EMULATE;
  },
);

/** Place of the last entry that a walk for the fault's address comes to. */
function lastEntry(vcpu: Vcpu, fault: KvmPageFault): number {
  if (vcpu.kvm.tdpMmu) return kvm_tdp_mmu_get_walk(vcpu, fault);
  let place = 0;
  walk_shadow_page_lockless_begin(vcpu);
  for (const it = shadow_walk_init(vcpu, fault.hi, fault.lo); it.level > 0; it.next()) place = it.sptep;
  walk_shadow_page_lockless_end(vcpu);
  return place;
}

/** kvm_tdp_mmu_get_walk: the same in the TDP MMU. */
const kvm_tdp_mmu_get_walk = kernel('kvm_tdp_mmu_get_walk', (vcpu: Vcpu, fault: KvmPageFault): number =>
  lastTdpEntry(vcpu, fault),
);

/** check_mmio_spte: whether no slot has changed since the entry was made. */
function check_mmio_spte(vcpu: Vcpu, frame: number, flags: number): boolean {
  const now = mmioGeneration(vcpu.kvm);
  const then = get_mmio_spte_generation(flags);
  const valid = then === now;
  vcpu.log.emit(EVENT.check_mmio_spte, hiWord(frame, flags), loWord(frame, flags), now, then, valid ? 1 : 0);
  return valid;
}
