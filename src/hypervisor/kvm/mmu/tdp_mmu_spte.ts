/**
 * Changing an entry of the TDP MMU, and all that follows from it (Linux 6.1: mmu/tdp_mmu.c tdp_mmu_set_spte,
 * tdp_mmu_set_spte_atomic, handle_changed_spte, handle_removed_pt).
 *
 * Its tables have no reverse map: a gfn has one place in a root's tree. Threads change entries side by side in the kernel
 * (`shared`); here nobody is ever in between, and what is left of that is what the traces show.
 */
import { kernel } from '#hypervisor/kvm/calls.ts';
import { kvm_set_pfn_accessed, kvm_set_pfn_dirty, mark_page_dirty_in_slot } from '#hypervisor/kvm/memslot.ts';
import { trace_kvm_mmu_prepare_zap_page, trace_kvm_tdp_mmu_spte_changed } from '#hypervisor/kvm/mmutrace.ts';
import { kvm_flush_remote_tlbs } from '#hypervisor/kvm/requests.ts';
import { type Kvm, roleLevel, SP, SPTE_ENT_PER_PAGE, to_shadow_page } from '#hypervisor/kvm/structs.ts';
import { remove } from '#machine/list.ts';
import { findSlot } from '#machine/slots.ts';
import { setSpte } from './rmap.ts';
import { releaseRecord } from './sp_record.ts';
import {
  is_accessed_spte,
  is_dirty_spte,
  is_last_spte,
  is_shadow_present_pte,
  is_writable_pte,
  REMOVED_SPTE,
  spte_has_volatile_bits,
} from './spte.ts';
import { pagesPerHugePage, type TdpIter } from './tdp_iter.ts';

/** A change of an entry: which, and what it was and is, as swizzled pairs. */
interface SpteChange {
  readonly sptep: number;
  readonly gfn: number;
  readonly level: number;
  readonly oldFrame: number;
  readonly oldFlags: number;
  readonly frame: number;
  readonly flags: number;
  /** Other threads may work on the tree at the same time. */
  readonly shared: boolean;
}

/** tdp_mmu_set_spte_atomic: the entry that an iterator is at becomes another one; whoever calls minds the dirty log. */
export function tdp_mmu_set_spte_atomic(iter: TdpIter, frame: number, flags: number): void {
  const change = changeOf(iter, frame, flags, true);
  setSpte(iter.kvm.m, iter.sptep, frame, flags);
  __handle_changed_spte(iter.kvm, change);
  handle_changed_spte_acc_track(iter.kvm, change);
}

/** What a change made under the exclusive lock leaves out. */
interface Untold {
  /** The host is not told that the page was used: it asked. */
  readonly accessTrack?: boolean;
  /** The dirty log is not told: it is being read. */
  readonly dirtyLog?: boolean;
}

/** tdp_mmu_set_spte, tdp_mmu_set_spte_no_acc_track, tdp_mmu_set_spte_no_dirty_log: the same under the exclusive lock. */
export const tdp_mmu_set_spte = (iter: TdpIter, frame: number, flags: number, untold: Untold = {}): void =>
  __tdp_mmu_set_spte(iter.kvm, iter, frame, flags, untold);

const __tdp_mmu_set_spte = kernel(
  '__tdp_mmu_set_spte',
  (kvm: Kvm, iter: TdpIter, frame: number, flags: number, untold: Untold): void => {
    const change = changeOf(iter, frame, flags, false);
    if (is_shadow_present_pte(iter.flags) && is_last_spte(iter.flags, iter.level))
      spte_has_volatile_bits(kvm);
    setSpte(kvm.m, iter.sptep, frame, flags);
    __handle_changed_spte(kvm, change);
    if (!untold.accessTrack) handle_changed_spte_acc_track(kvm, change);
    if (!untold.dirtyLog) handle_changed_spte_dirty_log(kvm, change);
  },
);

const changeOf = (iter: TdpIter, frame: number, flags: number, shared: boolean): SpteChange => ({
  sptep: iter.sptep,
  gfn: iter.gfn,
  level: iter.level,
  oldFrame: iter.frame,
  oldFlags: iter.flags,
  frame,
  flags,
  shared,
});

/** tdp_mmu_zap_spte_atomic: a present entry goes: marked as removed, TLBs flushed, then zero, which no event tells. */
export function tdp_mmu_zap_spte_atomic(iter: TdpIter): void {
  const { kvm } = iter;
  tdp_mmu_set_spte_atomic(iter, 0, REMOVED_SPTE);
  kvm_flush_remote_tlbs_with_address(kvm);
  setSpte(kvm.m, iter.sptep, 0, 0);
}

/** kvm_flush_remote_tlbs_with_address: only some hypervisors' hardware can flush a range; else everything is. */
const kvm_flush_remote_tlbs_with_address = kernel(
  'kvm_flush_remote_tlbs_with_address',
  kvm_flush_remote_tlbs,
);

/** kvm_tdp_mmu_zap_sp: takes a table down, at the entry that points to it. False if nothing does any more. */
export const kvm_tdp_mmu_zap_sp = kernel('kvm_tdp_mmu_zap_sp', (kvm: Kvm, sp: number): boolean => {
  const { m } = kvm;
  const sptep = m.get(sp + SP.ptep);
  const [oldFrame, oldFlags] = [m.get(sptep), m.get(sptep + 1)];
  if (!is_shadow_present_pte(oldFlags)) return false;
  const level = roleLevel(m.get(sp + SP.role)) + 1;
  const gfn = m.get(sp + SP.gfn) >>> 0;
  setSpte(m, sptep, 0, 0);
  __handle_changed_spte(kvm, { sptep, gfn, level, oldFrame, oldFlags, frame: 0, flags: 0, shared: false });
  return true;
});

/** __handle_changed_spte: the event, what the host learns of the page, and the end of a table that is no longer reached. */
const __handle_changed_spte = kernel('__handle_changed_spte', (kvm: Kvm, change: SpteChange): void => {
  const { oldFrame, oldFlags, frame, flags, level } = change;
  if (oldFrame === frame && oldFlags === flags) return;
  trace_kvm_tdp_mmu_spte_changed(kvm.m, change);
  const wasPresent = is_shadow_present_pte(oldFlags);
  const isPresent = is_shadow_present_pte(flags);
  if (!wasPresent) return;
  if (is_last_spte(oldFlags, level)) {
    const isSame = isPresent && oldFrame === frame;
    if (is_dirty_spte(kvm.format, oldFlags) && !(isSame && is_dirty_spte(kvm.format, flags)))
      kvm_set_pfn_dirty(kvm);
  } else if (!isPresent || is_last_spte(flags, level)) {
    handle_removed_pt(kvm, oldFrame, change.shared);
  }
});

/** handle_changed_spte_acc_track: a page that is not marked as used any more was used: the host is told. */
const handle_changed_spte_acc_track = kernel(
  'handle_changed_spte_acc_track',
  ({ format, log }: Kvm, { level, oldFrame, oldFlags, frame, flags }: SpteChange): void => {
    if (!is_shadow_present_pte(oldFlags) || !is_last_spte(oldFlags, level)) return;
    if (!is_accessed_spte(format, oldFlags)) return;
    const isStill = is_shadow_present_pte(flags) && is_accessed_spte(format, flags) && oldFrame === frame;
    if (!isStill) kvm_set_pfn_accessed({ log });
  },
);

/** handle_changed_spte_dirty_log: a page that becomes writable may be written from now on. */
function handle_changed_spte_dirty_log(kvm: Kvm, change: SpteChange): void {
  const { level, oldFrame, oldFlags, frame, flags, gfn } = change;
  if (level > 1 || !is_writable_pte(flags) || !is_shadow_present_pte(flags)) return;
  if (is_writable_pte(oldFlags) && oldFrame === frame) return;
  mark_page_dirty_in_slot(kvm, findSlot(kvm.m.words, gfn), gfn);
}

/**
 * handle_removed_pt: a table that nothing points to any more: each of its entries goes, then the table.
 * order: the page's event, then entry by entry, with all below it. An empty entry is marked as well in the kernel, of which
 * canonical traces have nothing, nor has the log.
 */
function handle_removed_pt(kvm: Kvm, table: number, shared: boolean): void {
  const { m } = kvm;
  const sp = spte_to_child_pt(kvm, table);
  const level = roleLevel(m.get(sp + SP.role));
  const firstGfn = m.get(sp + SP.gfn) >>> 0;
  trace_kvm_mmu_prepare_zap_page(kvm, sp);
  tdp_mmu_unlink_sp(kvm, sp);
  for (let index = 0; index < SPTE_ENT_PER_PAGE; index++) {
    const sptep = (table << 10) + index * 2;
    const oldFrame = m.get(sptep);
    const oldFlags = m.get(sptep + 1);
    if (shared ? oldFrame === 0 && oldFlags === 0 : !is_shadow_present_pte(oldFlags)) continue;
    const gfn = firstGfn + index * pagesPerHugePage(level);
    setSpte(m, sptep, 0, REMOVED_SPTE);
    const change: SpteChange = {
      sptep,
      gfn,
      level,
      oldFrame,
      oldFlags,
      frame: 0,
      flags: REMOVED_SPTE,
      shared,
    };
    __handle_changed_spte(kvm, change);
    handle_changed_spte_acc_track(kvm, change);
  }
  // The kernel waits until nobody can be looking at it (tdp_mmu_free_sp_rcu_callback).
  releaseRecord(kvm, sp);
}

/** spte_to_child_pt: the shadow page whose table lies in a host frame. */
const spte_to_child_pt = kernel('spte_to_child_pt', (kvm: Kvm, table: number): number =>
  to_shadow_page(kvm.m, table),
);

/** tdp_mmu_unlink_sp: the page is no longer one of those in use. */
function tdp_mmu_unlink_sp(kvm: Kvm, sp: number): void {
  const { m } = kvm;
  remove(m, sp + SP.link);
  if (!m.get(sp + SP.lpage_disallowed)) return;
  m.set(sp + SP.lpage_disallowed, 0);
  remove(m, sp + SP.lpage_disallowed_link);
}
