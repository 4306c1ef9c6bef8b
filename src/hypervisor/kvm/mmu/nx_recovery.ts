/**
 * Large pages again: tables that were made only because code may not run from a large page are given up, some at a time
 * (Linux 6.1: mmu/mmu.c kvm_recover_nx_lpages, which a thread of KVM's calls once an hour).
 */
import { kernel } from '#hypervisor/kvm/calls.ts';
import { KVM, type Kvm, SP } from '#hypervisor/kvm/structs.ts';
import { kvm_tdp_mmu_zap_sp } from './tdp_mmu_spte.ts';
import { __kvm_mmu_prepare_zap_page, type InvalidList, kvm_mmu_remote_flush_or_zap } from './zap.ts';

/** kvm_recover_nx_lpages: the oldest go, one in nx_huge_pages_recovery_ratio. */
export const kvm_recover_nx_lpages = kernel('kvm_recover_nx_lpages', (kvm: Kvm): void => {
  const { m, at, parameters } = kvm;
  const { nx_huge_pages_recovery_ratio: ratio } = parameters;
  const head = at + KVM.lpage_disallowed_mmu_pages;
  let count = 0;
  for (let link = m.get(head); link !== head; link = m.get(link)) count++;
  const invalid_list: InvalidList = [];
  let flush = false;
  for (let left = ratio === 0 ? 0 : Math.ceil(count / ratio); left > 0 && m.get(head) !== head; left--) {
    const sp = m.get(head) - SP.lpage_disallowed_link;
    if (m.get(sp + SP.tdp_mmu_page)) flush = kvm_tdp_mmu_zap_sp(kvm, sp) || flush;
    else __kvm_mmu_prepare_zap_page(kvm, sp, invalid_list);
  }
  kvm_mmu_remote_flush_or_zap(kvm, invalid_list, flush);
});
