/** The limit on shadow pages (Linux 6.1: mmu/mmu.c make_mmu_pages_available, kvm_mmu_zap_oldest_mmu_pages). */
import { kernel } from '#hypervisor/kvm/calls.ts';
import { KVM, type Kvm, SP } from '#hypervisor/kvm/structs.ts';
import { __kvm_mmu_prepare_zap_page, type InvalidList, kvm_mmu_commit_zap_page } from './zap.ts';

const KVM_MIN_FREE_MMU_PAGES = 5;
const KVM_REFILL_PAGES = 25;

const available = (kvm: Kvm): number =>
  Math.max(0, kvm.m.get(kvm.at + KVM.n_max_mmu_pages) - kvm.m.get(kvm.at + KVM.n_used_mmu_pages));

/** make_mmu_pages_available: false if no room could be made. */
export function make_mmu_pages_available(kvm: Kvm): boolean {
  const free = available(kvm);
  if (free >= KVM_MIN_FREE_MMU_PAGES) return true;
  kvm_mmu_zap_oldest_mmu_pages(kvm, KVM_REFILL_PAGES - free);
  return available(kvm) > 0;
}

/** kvm_mmu_zap_oldest_mmu_pages: zaps at least `count` pages, oldest first, none that is a root. */
const kvm_mmu_zap_oldest_mmu_pages = kernel(
  'kvm_mmu_zap_oldest_mmu_pages',
  (kvm: Kvm, count: number): void => {
    const { m } = kvm;
    const invalid_list: InvalidList = [];
    const head = kvm.at + KVM.active_mmu_pages;
    let total = 0;
    for (let link = m.get(head + 1); link !== head && total < count; ) {
      const sp = link - SP.link;
      const previous = m.get(link + 1);
      if (m.get(sp + SP.root_count) > 0) {
        link = previous;
        continue;
      }
      const { zapped, unstable } = __kvm_mmu_prepare_zap_page(kvm, sp, invalid_list);
      total += zapped;
      link = unstable ? m.get(head + 1) : previous;
    }
    kvm_mmu_commit_zap_page(kvm, invalid_list);
  },
);

/** kvm_mmu_change_mmu_pages: a new limit on shadow pages. Where more are in use, the oldest go; roots stay above the limit. */
export const kvm_mmu_change_mmu_pages = kernel('kvm_mmu_change_mmu_pages', (kvm: Kvm, goal: number): void => {
  const { m, at } = kvm;
  const used = m.get(at + KVM.n_used_mmu_pages);
  if (used > goal) kvm_mmu_zap_oldest_mmu_pages(kvm, used - goal);
  m.set(at + KVM.n_max_mmu_pages, used > goal ? m.get(at + KVM.n_used_mmu_pages) : goal);
});
