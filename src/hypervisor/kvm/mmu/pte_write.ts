/** What KVM does when it learns of a write to a shadowed table (Linux 6.1: mmu/mmu.c kvm_mmu_pte_write). */
import { kernel } from '#hypervisor/kvm/calls.ts';
import { KVM, type Kvm, ROLE, roleLevel, roleQuadrant, SP } from '#hypervisor/kvm/structs.ts';
import { spsWithGptes } from './hash.ts';
import { is_shadow_present_pte } from './spte.ts';
import {
  __kvm_mmu_prepare_zap_page,
  type InvalidList,
  kvm_mmu_remote_flush_or_zap,
  mmu_page_zap_pte,
} from './zap.ts';

/** After so many writes with no use between them, a table is taken to be none any more. */
const FLOOD_LIMIT = 3;

/** kvm_mmu_pte_write: `bytes` were written at `offset` of the guest frame. Shadows of it lose the entries, or are zapped. */
export const kvm_mmu_pte_write = kernel(
  'kvm_mmu_pte_write',
  (kvm: Kvm, gfn: number, offset: number, bytes: number): void => {
    const { m } = kvm;
    if (m.get(kvm.at + KVM.indirect_shadow_pages) === 0) return;
    const invalid_list: InvalidList = [];
    let flush = false;
    for (const sp of spsWithGptes(kvm, gfn)) {
      const role = m.get(sp + SP.role);
      if (detect_write_misaligned(role, offset, bytes) || detect_write_flooding(kvm, sp)) {
        __kvm_mmu_prepare_zap_page(kvm, sp, invalid_list);
        continue;
      }
      const { index, count } = get_written_sptes(role, offset);
      for (let i = index; i < index + count; i++) {
        const sptep = (m.get(sp + SP.spt) << 10) + i * 2;
        const present = is_shadow_present_pte(m.get(sptep + 1));
        mmu_page_zap_pte(kvm, sp, sptep);
        flush = flush || present;
      }
    }
    kvm_mmu_remote_flush_or_zap(kvm, invalid_list, flush);
  },
);

/** detect_write_flooding: a level-1 table never floods: it goes out of sync instead. */
const detect_write_flooding = kernel('detect_write_flooding', (kvm: Kvm, sp: number): boolean => {
  if (roleLevel(kvm.m.get(sp + SP.role)) === 1) return false;
  const count = kvm.m.get(sp + SP.write_flooding_count) + 1;
  kvm.m.set(sp + SP.write_flooding_count, count);
  return count >= FLOOD_LIMIT;
});

/** detect_write_misaligned: the write touches two entries, or too little of one to be a table's update. */
function detect_write_misaligned(role: number, offset: number, bytes: number): boolean {
  const size = role & ROLE.has_4_byte_gpte ? 4 : 8;
  if (offset % size === 0 && bytes === 1) return false;
  return Math.floor(offset / size) !== Math.floor((offset + bytes - 1) / size) || bytes < 4;
}

/**
 * get_written_sptes: which entries of a shadow page stand for the bytes at `offset`; none if they belong to another quadrant.
 * A 4-byte directory entry covers 4 MiB, and so two entries of a shadow page.
 */
function get_written_sptes(role: number, offset: number): { index: number; count: number } {
  if (!(role & ROLE.has_4_byte_gpte)) return { index: offset >>> 3, count: 1 };
  let doubled = offset * 2;
  let count = 1;
  if (roleLevel(role) === 2) {
    doubled = (doubled & ~7) * 2;
    count = 2;
  }
  if (doubled >>> 12 !== roleQuadrant(role)) return { index: 0, count: 0 };
  return { index: (doubled & 4095) >>> 3, count };
}
