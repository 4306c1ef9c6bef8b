/**
 * Bringing unsync shadow pages in line with the guest's tables again
 * (Linux 6.1: mmu/mmu.c kvm_sync_page, mmu_sync_children; mmu/paging_tmpl.h sync_page).
 */

import { kernel, paging } from '#hypervisor/kvm/calls.ts';
import { kvm_vcpu_gfn_to_memslot } from '#hypervisor/kvm/memslot.ts';
import { kvm_flush_remote_tlbs } from '#hypervisor/kvm/requests.ts';
import {
  ARCH,
  type Kvm,
  kvm_mmu_page_get_gfn,
  ROLE,
  SP,
  SPTE_ENT_PER_PAGE,
  type Vcpu,
} from '#hypervisor/kvm/structs.ts';
import {
  gpte,
  gpteBytes,
  kvm_vcpu_read_guest_atomic,
  level1GpteOffset,
  mayPrefetch,
  prefetchAccess,
} from './guest_walker.ts';
import { make_spte } from './make_spte.ts';
import { sync_mmio_spte } from './mmio.ts';
import {
  drop_spte,
  kvm_mmu_page_set_translation,
  kvm_vcpu_write_protect_gfn,
  mmu_spte_update,
} from './rmap.ts';
import { forEachLeaf, kvm_unlink_unsync_page, mmu_pages_clear_parents, mmu_unsync_walk } from './unsync.ts';
import { __kvm_mmu_prepare_zap_page, type InvalidList, kvm_mmu_remote_flush_or_zap } from './zap.ts';

/** Bits of the role in which a page may differ from its root and still be synced: level, access, quadrant. */
const SYNC_ROLE_IGNORED = ROLE.level | ROLE.access | ROLE.quadrant;

/** kvm_sync_page: 1 if something changed, 0 if not, -1 if the page could not be synced and was zapped. */
export const kvm_sync_page = kernel(
  'kvm_sync_page',
  (vcpu: Vcpu, sp: number, invalid_list: InvalidList): number => {
    const result = sync_page(vcpu, sp);
    if (result < 0) __kvm_mmu_prepare_zap_page(vcpu.kvm, sp, invalid_list);
    return result;
  },
);

/** sync_page: every entry that is not zero is made anew from the guest's entry, as a prefetch would make it. */
const sync_page = paging('sync_page', (vcpu: Vcpu, sp: number): number => {
  const { m } = vcpu.kvm;
  const role = m.get(sp + SP.role);
  const rootRole = m.get(vcpu.arch + ARCH.root_role);
  if (role & ROLE.direct || rootRole & ROLE.direct || (role ^ rootRole) & ~SYNC_ROLE_IGNORED) return -1;
  let flush = false;
  const table = m.get(sp + SP.spt) << 10;
  for (let index = 0; index < SPTE_ENT_PER_PAGE; index++) {
    const sptep = table + index * 2;
    if (m.get(sptep) === 0 && m.get(sptep + 1) === 0) continue;
    if (!kvm_vcpu_read_guest_atomic(vcpu, m.get(sp + SP.gfn), level1GpteOffset(role, index), gpteBytes(role)))
      return -1;
    flush = sync_entry(vcpu, sp, sptep, index) || flush;
  }
  return flush ? 1 : 0;
});

/** Syncs one entry with the guest's entry read last. Returns whether TLBs must be flushed. */
function sync_entry(vcpu: Vcpu, sp: number, sptep: number, index: number): boolean {
  const { kvm } = vcpu;
  const { m } = kvm;
  if (!mayPrefetch(vcpu)) {
    drop_spte(kvm, sptep);
    return true;
  }
  const gfn = gpte.frame;
  const access = prefetchAccess(kvm, sp);
  if (sync_mmio_spte(kvm, sptep, gfn, access)) return false;
  if (gfn !== kvm_mmu_page_get_gfn(m.words, sp, index)) {
    drop_spte(kvm, sptep);
    return true;
  }
  kvm_mmu_page_set_translation(m, sp, index, gfn, access);
  const old = m.get(sptep + 1);
  const made = make_spte(kvm, {
    sp,
    slot: kvm_vcpu_gfn_to_memslot(vcpu, gfn),
    access,
    gfn,
    pfn: m.get(sptep),
    old,
    prefetch: true,
    canUnsync: false,
    hostWritable: (old & kvm.format.hostWritable) !== 0,
  });
  return mmu_spte_update(kvm, sptep, made.frame, made.flags, 'synced with the guest’s entry');
}

/**
 * mmu_sync_children: syncs every unsync page below `parent`, up to 16 at a time: all of the group are write-protected
 * first, then synced one by one.
 */
export const mmu_sync_children = kernel('mmu_sync_children', (vcpu: Vcpu, parent: number): void => {
  const { kvm } = vcpu;
  const invalid_list: InvalidList = [];
  let flush = false;
  for (let pages = mmu_unsync_walk(kvm.m, parent); pages.length > 0; pages = mmu_unsync_walk(kvm.m, parent)) {
    let protectedOne = false;
    forEachLeaf(kvm.m, pages, (sp) => {
      protectedOne = kvm_vcpu_write_protect_gfn(vcpu, kvm.m.get(sp + SP.gfn)) || protectedOne;
    });
    if (protectedOne) {
      kvm_flush_remote_tlbs(kvm);
      flush = false;
    }
    forEachLeaf(kvm.m, pages, (sp, path) => {
      kvm_unlink_unsync_page(kvm, sp);
      flush = kvm_sync_page(vcpu, sp, invalid_list) > 0 || flush;
      mmu_pages_clear_parents(kvm.m, path);
    });
  }
  kvm_mmu_remote_flush_or_zap(kvm, invalid_list, flush);
});

/** Whether a page, or one below it, is unsync. */
export const isUnsync = (kvm: Kvm, sp: number): boolean =>
  kvm.m.get(sp + SP.unsync) !== 0 || kvm.m.get(sp + SP.unsync_children) !== 0;
