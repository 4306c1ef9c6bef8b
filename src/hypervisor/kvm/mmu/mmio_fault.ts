/** Faults on entries that say "no memory here" (Linux 6.1: mmu/mmu.c handle_mmio_page_fault, check_mmio_spte). */
import { hiWord, loWord } from '#arch/word64.ts';
import { ARCH, type Vcpu } from '#hypervisor/kvm/structs.ts';
import { EVENT } from '#machine/events.ts';
import { type KvmPageFault, RET_PF } from './fault.ts';
import { rootIsDirect } from './fetch.ts';
import { ShadowWalk } from './iterator.ts';
import { vcpu_cache_mmio_info, vcpu_match_mmio_gva } from './mmio.ts';
import {
  get_mmio_spte_access,
  get_mmio_spte_generation,
  get_mmio_spte_gfn,
  is_mmio_spte,
  mmioGeneration,
} from './spte.ts';

/** handle_mmio_page_fault: EMULATE, RETRY (the entry has changed), or INVALID (the entry is of an older memory layout). */
export function handle_mmio_page_fault(vcpu: Vcpu, fault: KvmPageFault): number {
  const { kvm } = vcpu;
  const { m } = kvm;
  const direct = rootIsDirect(vcpu);
  if (direct ? vcpu_match_mmio_gpa(vcpu, fault.lo >>> 12) : vcpu_match_mmio_gva(vcpu, fault.hi, fault.lo))
    return RET_PF.EMULATE;
  let place = 0;
  for (const it = new ShadowWalk(vcpu, fault.hi, fault.lo); it.level > 0; it.next()) place = it.sptep;
  const frame = m.get(place);
  const flags = m.get(place + 1);
  if (!is_mmio_spte(flags)) return RET_PF.RETRY;
  const generation = get_mmio_spte_generation(flags);
  const valid = generation === mmioGeneration(kvm);
  m.log.emit(
    EVENT.check_mmio_spte,
    hiWord(frame, flags),
    loWord(frame, flags),
    mmioGeneration(kvm),
    generation,
    valid ? 1 : 0,
  );
  if (!valid) return RET_PF.INVALID;
  const gfn = get_mmio_spte_gfn(kvm, frame);
  const access = get_mmio_spte_access(flags);
  const hi = direct ? 0 : fault.hi;
  const lo = direct ? 0 : fault.lo;
  m.log.emit(EVENT.handle_mmio_page_fault, hi, lo, gfn, access);
  vcpu_cache_mmio_info(vcpu, hi, lo, gfn, access);
  return RET_PF.EMULATE;
}

/** vcpu_match_mmio_gpa */
function vcpu_match_mmio_gpa(vcpu: Vcpu, gfn: number): boolean {
  const { m } = vcpu.kvm;
  const cached = m.get(vcpu.arch + ARCH.mmio_gfn);
  return cached !== 0 && cached === gfn && m.get(vcpu.arch + ARCH.mmio_gen) === mmioGeneration(vcpu.kvm);
}
