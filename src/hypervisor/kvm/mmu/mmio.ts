/**
 * Entries and the one-page cache that remember "no memory here" (Linux 6.1: mmu/mmu.c mark_mmio_spte, sync_mmio_spte; x86.h).
 */
import { kernel } from '#hypervisor/kvm/calls.ts';
import { trace_mark_mmio_spte } from '#hypervisor/kvm/mmutrace.ts';
import { ARCH, type Kvm, type Vcpu } from '#hypervisor/kvm/structs.ts';
import { setSpte } from './rmap.ts';
import { get_mmio_spte_gfn, is_mmio_spte, make_mmio_spte, mmioGeneration } from './spte.ts';

/** mark_mmio_spte: stores the entry. order: the event comes first. */
export const mark_mmio_spte = kernel(
  'mark_mmio_spte',
  (kvm: Kvm, sptep: number, gfn: number, access: number): void => {
    const { frame, flags } = make_mmio_spte(kvm, gfn, access);
    trace_mark_mmio_spte(kvm.m, sptep, gfn, flags & 7, mmioGeneration(kvm));
    setSpte(kvm.m, sptep, frame, flags);
  },
);

/** sync_mmio_spte: whether the entry was an MMIO one, and is dealt with. */
export const sync_mmio_spte = kernel(
  'sync_mmio_spte',
  (kvm: Kvm, sptep: number, gfn: number, access: number): boolean => {
    if (!is_mmio_spte(kvm.format, kvm.m.get(sptep + 1))) return false;
    if (get_mmio_spte_gfn(kvm, kvm.m.get(sptep)) !== gfn) setSpte(kvm.m, sptep, 0, 0);
    else mark_mmio_spte(kvm, sptep, gfn, access);
    return true;
  },
);

/** vcpu_cache_mmio_info: remembers the page of the last MMIO access. */
export function vcpu_cache_mmio_info(vcpu: Vcpu, hi: number, lo: number, gfn: number, access: number): void {
  const { m } = vcpu.kvm;
  m.set(vcpu.arch + ARCH.mmio_gva_hi, hi);
  m.set(vcpu.arch + ARCH.mmio_gva_lo, lo & ~0xfff);
  m.set(vcpu.arch + ARCH.mmio_access, access);
  m.set(vcpu.arch + ARCH.mmio_gfn, gfn);
  m.set(vcpu.arch + ARCH.mmio_gen, mmioGeneration(vcpu.kvm));
}

/** vcpu_clear_mmio_info for any address: the cache is empty (a page at address 0 is never cached). */
export function vcpu_clear_mmio_info(vcpu: Vcpu): void {
  vcpu.kvm.m.set(vcpu.arch + ARCH.mmio_gva_hi, 0);
  vcpu.kvm.m.set(vcpu.arch + ARCH.mmio_gva_lo, 0);
}

/** vcpu_match_mmio_gva: whether the cache holds this page, and no slot has changed since. */
export function vcpu_match_mmio_gva(vcpu: Vcpu, hi: number, lo: number): boolean {
  const { m } = vcpu.kvm;
  const cachedLo = m.get(vcpu.arch + ARCH.mmio_gva_lo);
  const cachedHi = m.get(vcpu.arch + ARCH.mmio_gva_hi);
  if (cachedLo === 0 && cachedHi === 0) return false;
  return (
    cachedHi === hi &&
    cachedLo === (lo & ~0xfff) &&
    m.get(vcpu.arch + ARCH.mmio_gen) === mmioGeneration(vcpu.kvm)
  );
}

/** vcpu_match_mmio_gpa: whether the cache holds this guest frame, and no slot has changed since. */
export function vcpu_match_mmio_gpa(vcpu: Vcpu, gfn: number): boolean {
  const { m } = vcpu.kvm;
  const cached = m.get(vcpu.arch + ARCH.mmio_gfn);
  return cached !== 0 && cached === gfn && m.get(vcpu.arch + ARCH.mmio_gen) === mmioGeneration(vcpu.kvm);
}
