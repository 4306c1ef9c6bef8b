/** For the question "what if KVM kept no shadow pages?" (docs/what-if.md): taking pages that lost their root out of use. Not KVM's code. */
import { ARCH, KVM, type Kvm, roleLevel, SP, to_shadow_page } from '#hypervisor/kvm/structs.ts';
import { is_last_spte, is_shadow_present_pte } from './spte.ts';
import { __kvm_mmu_prepare_zap_page, type InvalidList, kvm_mmu_commit_zap_page } from './zap.ts';

/** Zaps every shadow page that no vCPU's root leads to, oldest first. */
export function zapUnrooted(kvm: Kvm): void {
  const { m } = kvm;
  const rooted = new Set<number>();
  for (const { arch } of kvm.vcpus) {
    const root = m.get(arch + ARCH.root_hpa);
    if (root === 0) continue;
    const sp = to_shadow_page(m, root);
    if (sp !== 0) collectBelow(kvm, sp, rooted);
    else for (let i = 0; i < 4; i++) collectChild(kvm, (root << 10) + i * 2, rooted);
  }
  const invalid_list: InvalidList = [];
  const head = kvm.at + KVM.active_mmu_pages;
  for (let link = m.get(head + 1); link !== head; ) {
    const sp = link - SP.link;
    const previous = m.get(link + 1);
    const keep = rooted.has(sp) || m.get(sp + SP.root_count) > 0;
    const unstable = !keep && __kvm_mmu_prepare_zap_page(kvm, sp, invalid_list).unstable;
    link = unstable ? m.get(head + 1) : previous;
  }
  kvm_mmu_commit_zap_page(kvm, invalid_list);
}

/** Adds a page and all tables that it leads to. */
function collectBelow(kvm: Kvm, sp: number, pages: Set<number>): void {
  const { m } = kvm;
  if (pages.has(sp)) return;
  pages.add(sp);
  const level = roleLevel(m.get(sp + SP.role));
  const table = m.get(sp + SP.spt) << 10;
  for (let place = table; level > 1 && place < table + 1024; place += 2) {
    const flags = m.get(place + 1);
    if (is_shadow_present_pte(flags) && !is_last_spte(flags, level)) collectChild(kvm, place, pages);
  }
}

/** Adds what the entry, or pointer, at a place leads to. */
function collectChild(kvm: Kvm, place: number, pages: Set<number>): void {
  if (kvm.m.get(place + 1) !== 0) collectBelow(kvm, to_shadow_page(kvm.m, kvm.m.get(place)), pages);
}
