/**
 * The host's memory management under a guest: pages that it takes away, protects or replaces, and how KVM is told
 * (Linux 6.1: virt/kvm/kvm_main.c, the mmu notifier; mm/madvise.c, mm/mprotect.c for which ranges are named).
 */

import { kvm_age_gfn, kvm_test_age_gfn } from '#hypervisor/kvm/mmu/age.ts';
import { kvm_zap_all_rmap_sptes } from '#hypervisor/kvm/mmu/rmap.ts';
import { PG_LEVELS, rmapHeads } from '#hypervisor/kvm/mmu/slot_arrays.ts';
import { kvm_tdp_mmu_unmap_gfn_range } from '#hypervisor/kvm/mmu/tdp_mmu_zap.ts';
import {
  divideHugeHostPage,
  dropHostPages,
  HUGE,
  hostPage,
  isGigantic,
  isHostWritable,
  isHugeHostPage,
  isSharedZero,
  protectHostPages,
  withinHuge,
} from '#machine/host-pages.ts';
import { SLOT, slotPlaces } from '#machine/slots.ts';
import { kernel } from './calls.ts';
import { kvm_flush_remote_tlbs } from './requests.ts';
import { KVM, type Kvm } from './structs.ts';

/** kvm_unmap_gfn_range: the entries that map `start` … `end`-1 of a slot (frame numbers) are dropped. Returns whether one was. */
const kvm_unmap_gfn_range = kernel(
  'kvm_unmap_gfn_range',
  (kvm: Kvm, slot: number, start: number, end: number): boolean => {
    let zapped = kvm.tdpMmu && kvm_tdp_mmu_unmap_gfn_range(kvm, start, end);
    for (let level = 1; level <= PG_LEVELS && !kvm.tdpMmu; level++)
      for (const head of rmapHeads(kvm.m, slot, level, start, end))
        zapped = kvm_zap_all_rmap_sptes(kvm, head) || zapped;
    return zapped;
  },
);

/** kvm_mmu_notifier_invalidate_range_start, and its end: the entries that map `start` … `end`-1 of a slot (frame numbers) are dropped. */
const kvm_mmu_notifier_invalidate_range_start = kernel(
  'kvm_mmu_notifier_invalidate_range_start',
  (kvm: Kvm, slot: number, start: number, end: number): void => {
    const { m } = kvm;
    m.set(kvm.at + KVM.mmu_invalidate_seq, m.get(kvm.at + KVM.mmu_invalidate_seq) + 1);
    if (kvm_unmap_gfn_range(kvm, slot, start, end)) kvm_flush_remote_tlbs(kvm);
  },
);

/** Frames `start` … `end`-1 of a slot. */
interface SlotPart {
  readonly slot: number;
  readonly start: number;
  readonly end: number;
}

/** The runs of frames in a part of a slot that are not yet as writable as they shall be: the others the host leaves alone. */
function otherwise({ m }: Kvm, { slot, start, end }: SlotPart, writable: boolean): SlotPart[] {
  const base = m.get(slot + SLOT.base_gfn);
  const runs: { slot: number; start: number; end: number }[] = [];
  for (let gfn = start; gfn < end; gfn++) {
    if (isHostWritable(m.words, slot, gfn - base) === writable) continue;
    const last = runs.at(-1);
    if (last?.end === gfn) last.end = gfn + 1;
    else runs.push({ slot, start: gfn, end: gfn + 1 });
  }
  return runs;
}

/**
 * The parts that the host can take away or protect: madvise and mprotect refuse a range that begins or ends within a page of
 * hugetlbfs. Not known here: a range of whole 1 GiB pages, which is left alone as well.
 */
const changeableParts = (kvm: Kvm, first: number, end: number): SlotPart[] =>
  slotParts(kvm, first, end).filter((part) => !isGigantic(kvm.m.words, part.slot));

/** The part of `first` … `end`-1 that lies in a slot, for each slot that has one. */
function slotParts(kvm: Kvm, first: number, end: number): SlotPart[] {
  const { m } = kvm;
  return slotPlaces(m.words).flatMap((slot) => {
    const base = m.get(slot + SLOT.base_gfn);
    const start = Math.max(first, base);
    const stop = Math.min(end, base + m.get(slot + SLOT.npages));
    return start < stop ? [{ slot, start, end: stop }] : [];
  });
}

/** The part of a slot in the 2 MiB around a frame; the host's memory reaches beyond a slot that begins or ends within them. */
function hugeAround(kvm: Kvm, slot: number, gfn: number): { start: number; end: number } {
  const base = kvm.m.get(slot + SLOT.base_gfn);
  const start = gfn - withinHuge(kvm.m.words, slot, gfn - base);
  return { start: Math.max(start, base), end: Math.min(start + HUGE, base + kvm.m.get(slot + SLOT.npages)) };
}

/** madvise(MADV_DONTNEED): the pages are gone. A huge page that loses a part is divided first, which names all of it. */
export function dropPages(kvm: Kvm, first: number, end: number): void {
  const { m } = kvm;
  for (const part of changeableParts(kvm, first, end)) {
    const base = m.get(part.slot + SLOT.base_gfn);
    kvm_mmu_notifier_invalidate_range_start(kvm, part.slot, part.start, part.end);
    for (const edge of [part.start, part.end]) {
      const splits = withinHuge(m.words, part.slot, edge - base) !== 0;
      if (splits && isHugeHostPage(m.words, part.slot, edge - base)) divide(kvm, part.slot, edge);
    }
    dropHostPages(m, part.slot, part.start - base, part.end - base);
  }
}

function divide(kvm: Kvm, slot: number, gfn: number): void {
  const around = hugeAround(kvm, slot, gfn);
  kvm_mmu_notifier_invalidate_range_start(kvm, slot, around.start, around.end);
  divideHugeHostPage(kvm.m, slot, gfn - kvm.m.get(slot + SLOT.base_gfn));
}

/**
 * mprotect: where the mapping has to be cut at an address that is no multiple of 2 MiB, the 2 MiB around the cut are named
 * first; then the range itself.
 */
export function protectPages(kvm: Kvm, first: number, end: number, writable: boolean): void {
  const { m } = kvm;
  for (const part of changeableParts(kvm, first, end).flatMap((one) => otherwise(kvm, one, writable))) {
    const base = m.get(part.slot + SLOT.base_gfn);
    for (const edge of [part.start, part.end]) {
      const inside = edge > base && edge < base + m.get(part.slot + SLOT.npages);
      const splits = inside && withinHuge(m.words, part.slot, edge - base) !== 0;
      if (splits && isCut(m.words, part.slot, edge - base)) divide(kvm, part.slot, edge);
    }
    kvm_mmu_notifier_invalidate_range_start(kvm, part.slot, part.start, part.end);
    protectHostPages(m, part.slot, part.start - base, part.end - base, writable);
  }
}

/** Whether an edge has one mapping of the host on both sides, so that a change there cuts it. */
const isCut = (words: Int32Array, slot: number, index: number): boolean =>
  isHostWritable(words, slot, index) === isHostWritable(words, slot, index - 1);

/**
 * get_user_pages: the host frame behind page `index` of a slot. Where the shared page of zeros gives way to a page of its own,
 * the notifier is told first. -1 if the host does not allow the access; see `hostPage`.
 */
export function get_user_page(kvm: Kvm, slot: number, index: number, write: boolean): number {
  const { m } = kvm;
  const zero = write ? isSharedZero(m.words, slot, index) : 'no';
  const gfn = m.get(slot + SLOT.base_gfn) + index;
  const around = zero === 'huge' ? hugeAround(kvm, slot, gfn) : null;
  if (around) kvm_mmu_notifier_invalidate_range_start(kvm, slot, around.start, around.end);
  if (zero !== 'no') kvm_mmu_notifier_invalidate_range_start(kvm, slot, gfn, gfn + 1);
  return hostPage(m, slot, index, write);
}

/**
 * The notifiers that ask whether pages were used: by reclaim (flush), by idle page tracking, or as a test that changes
 * nothing. Returns whether they were.
 */
export function agePages(kvm: Kvm, first: number, end: number, how: 'flush' | 'idle' | 'test'): boolean {
  const look = how === 'test' ? kvm_test_age_gfn : kvm_age_gfn;
  let young = false;
  for (const part of slotParts(kvm, first, end)) {
    young = look(kvm, part.slot, part.start, part.end) || young;
  }
  if (young && how === 'flush') kvm_flush_remote_tlbs(kvm);
  return young;
}
