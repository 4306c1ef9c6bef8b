/**
 * The stock of memory that KVM takes tables and list nodes from while it holds its lock (Linux 6.1: mmu/mmu.c
 * mmu_topup_memory_caches; virt/kvm/kvm_main.c). Here memory cannot run out in the middle of a fault: the functions only
 * show when KVM fills the stock up, and what it takes from it.
 */
import { kernel, noted } from '#hypervisor/kvm/calls.ts';
import type { Vcpu } from '#hypervisor/kvm/structs.ts';

const kvm_mmu_topup_memory_cache = noted('kvm_mmu_topup_memory_cache');

/** mmu_topup_memory_caches: list nodes, tables, page records; and, where guest tables are shadowed, what remembers their entries. */
export const mmu_topup_memory_caches = kernel(
  'mmu_topup_memory_caches',
  (vcpu: Vcpu, maybe_indirect: boolean): void => {
    for (let cache = 0; cache < (maybe_indirect ? 4 : 3); cache++) kvm_mmu_topup_memory_cache(vcpu);
  },
);

/** kvm_mmu_memory_cache_alloc: one object is taken. */
export const kvm_mmu_memory_cache_alloc = noted('kvm_mmu_memory_cache_alloc');
