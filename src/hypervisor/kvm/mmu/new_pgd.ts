/**
 * A change of CR3, and the former roots that are kept for the next one (Linux 6.1: mmu/mmu.c kvm_mmu_new_pgd,
 * cached_root_find_and_keep_current, cached_root_find_without_current).
 */
import { kernel } from '#hypervisor/kvm/calls.ts';
import { KVM_REQ, kvm_make_request } from '#hypervisor/kvm/requests.ts';
import {
  ARCH,
  isChanged,
  KVM_NUM_MMU_PREV_ROOTS,
  ROLE,
  ROOT,
  SP,
  to_shadow_page,
  type Vcpu,
  WHAT_IF,
} from '#hypervisor/kvm/structs.ts';
import { vcpu_clear_mmio_info } from './mmio.ts';
import { kvm_mmu_free_roots, kvm_mmu_unload, prevRoot, root, rootRole } from './roots.ts';
import { clear_sp_write_flooding_count } from './shadow_page.ts';

/** kvm_mmu_new_pgd: CR3 changes. A cached root is used at once; otherwise none is left, and kvm_mmu_load makes one. */
export const kvm_mmu_new_pgd = kernel('kvm_mmu_new_pgd', (vcpu: Vcpu, hi: number, lo: number): void => {
  const { kvm } = vcpu;
  if (isChanged(kvm, WHAT_IF.shadowCacheOff)) {
    kvm_mmu_unload(vcpu);
    return;
  }
  if (!fast_pgd_switch(vcpu, hi, lo)) return;
  kvm_make_request(vcpu, KVM_REQ.LOAD_MMU_PGD);
  vcpu_clear_mmio_info(vcpu);
  if (!(rootRole(vcpu) & ROLE.direct)) clear_sp_write_flooding_count(kvm, to_shadow_page(kvm.m, root(vcpu)));
});

function fast_pgd_switch(vcpu: Vcpu, hi: number, lo: number): boolean {
  const { m } = vcpu.kvm;
  if (root(vcpu) !== 0 && to_shadow_page(m, root(vcpu)) === 0) kvm_mmu_free_roots(vcpu, true, () => false);
  return root(vcpu) !== 0
    ? cached_root_find_and_keep_current(vcpu, hi, lo)
    : cached_root_find_without_current(vcpu, hi, lo);
}

/** is_root_usable, of the root record at `place`. */
function is_root_usable(vcpu: Vcpu, place: number, hi: number, lo: number): boolean {
  const { m } = vcpu.kvm;
  const frame = m.get(place + ROOT.hpa);
  if (frame === 0) return false;
  const role = rootRole(vcpu);
  const samePgd = m.get(place + ROOT.pgd_hi) === hi && m.get(place + ROOT.pgd_lo) === lo;
  const sp = to_shadow_page(m, frame);
  return (samePgd || (role & ROLE.direct) !== 0) && sp !== 0 && m.get(sp + SP.role) === role;
}

function swapRoots(vcpu: Vcpu, i: number): void {
  const { m } = vcpu.kvm;
  const current = vcpu.arch + ARCH.root_hpa;
  for (let word = 0; word < ROOT.size; word++) {
    const value = m.get(current + word);
    m.set(current + word, m.get(prevRoot(vcpu, i) + word));
    m.set(prevRoot(vcpu, i) + word, value);
  }
}

/** The current root goes through the places of the former ones: on a hit it is first among them, on a miss the oldest is let go. */
function cached_root_find_and_keep_current(vcpu: Vcpu, hi: number, lo: number): boolean {
  const current = vcpu.arch + ARCH.root_hpa;
  if (is_root_usable(vcpu, current, hi, lo)) return true;
  for (let i = 0; i < KVM_NUM_MMU_PREV_ROOTS; i++) {
    swapRoots(vcpu, i);
    if (is_root_usable(vcpu, current, hi, lo)) return true;
  }
  kvm_mmu_free_roots(vcpu, true, () => false);
  return false;
}

function cached_root_find_without_current(vcpu: Vcpu, hi: number, lo: number): boolean {
  const { m } = vcpu.kvm;
  for (let i = 0; i < KVM_NUM_MMU_PREV_ROOTS; i++) {
    if (!is_root_usable(vcpu, prevRoot(vcpu, i), hi, lo)) continue;
    swapRoots(vcpu, i);
    for (let j = i; j < KVM_NUM_MMU_PREV_ROOTS - 1; j++) {
      for (let word = 0; word < ROOT.size; word++)
        m.set(prevRoot(vcpu, j) + word, m.get(prevRoot(vcpu, j + 1) + word));
    }
    m.set(prevRoot(vcpu, KVM_NUM_MMU_PREV_ROOTS - 1), 0);
    return true;
  }
  return false;
}
