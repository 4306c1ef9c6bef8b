/**
 * Why KVM maps no more than it does: where a prefetch ends, and why a page is smaller than the guest's own
 * (Linux 6.1: mmu/paging_tmpl.h pte_prefetch, is_self_change_mapping; mmu/mmu.c kvm_mmu_max_mapping_level).
 */
import { PTE } from '#arch/entry.ts';
import type { Atlas, AtlasEntry, AtlasTable } from '#hypervisor/atlas.ts';
import { findEntry } from '#ui/entry-text.ts';
import type { Value } from '#ui/words/text.ts';
import { slotValue, tableValue } from './source.ts';
import { slotOf } from './spte-reason.ts';

/** Entries that a prefetch looks at: the eight, aligned at eight, around the one that faulted. */
const WINDOW = 8;

/** The guest's entry that entry `index` of a level-1 shadow page stands for, with its table. */
export function guestEntryBehind(
  atlas: Atlas,
  { level, role, shadows }: AtlasTable,
  index: number,
): { readonly table: AtlasTable; readonly index: number; readonly entry: AtlasEntry | null } | null {
  const table = atlas.table(shadows[0] ?? '');
  if (!table || !role || level !== 1) return null;
  const at = role.fourByteEntries ? role.quadrant * 512 + index : index;
  return { table, index: at, entry: findEntry(table, at) };
}

/** Why a guest's entry is not mapped ahead. */
export type Obstacle =
  | { readonly why: 'not-present' | 'not-accessed' | 'no-memory' | 'dropped' }
  | { readonly why: 'logged'; readonly slot: number };

function obstacle(atlas: Atlas, entry: AtlasEntry | null): Obstacle | null {
  if (!entry || !(entry.flags & PTE.present)) return { why: 'not-present' };
  if (!(entry.flags & PTE.accessed)) return { why: 'not-accessed' };
  const slot = slotOf(atlas, entry.frame);
  if (!slot) return { why: 'no-memory' };
  if (slot.dirtyLog && entry.flags & PTE.write && entry.flags & PTE.dirty)
    return { why: 'logged', slot: slot.id };
  return atlas.page(entry.frame)?.state === 'dropped' ? { why: 'dropped' } : null;
}

/** How far a prefetch goes. */
export type PrefetchReason =
  /** Up to an entry of the guest's that cannot be mapped; `count` before it are. */
  | { readonly why: 'stopped'; readonly count: number; readonly slot: Value; readonly obstacle: Obstacle }
  /** All that is left of the eight. */
  | { readonly why: 'all'; readonly count: number };

/**
 * What the prefetch after a fault on entry `index` will do, from the machine as it is before; null where none is made, or no
 * neighbour is left.
 */
export function prefetchReason(atlas: Atlas, table: AtlasTable, index: number): PrefetchReason | null {
  if (!guestEntryBehind(atlas, table, index)) return null;
  const first = index & ~(WINDOW - 1);
  let count = 0;
  for (let other = first; other < first + WINDOW; other++) {
    if (other === index || findEntry(table, other)?.kind === 'leaf') continue;
    const guest = guestEntryBehind(atlas, table, other);
    const reason = obstacle(atlas, guest?.entry ?? null);
    if (guest && reason) {
      return { why: 'stopped', count, slot: slotValue(guest.table, guest.index), obstacle: reason };
    }
    count++;
  }
  return count === 0 ? null : { why: 'all', count };
}

/** Frames of a 2 MiB page. */
const LARGE_FRAMES = 512;

/** A mapping that is about to be made. */
export interface Requested {
  readonly atlas: Atlas;
  readonly gfn: number;
  /** Level that KVM chose, and the level of the guest's own page. */
  readonly level: number;
  readonly guestLevel: number;
  /** Frames of the guest's tables that the walk went through, where the guest may write the page. */
  readonly tables: readonly number[];
  readonly isFetch: boolean;
}

/** What makes KVM map a smaller page than the guest does. */
export type SizeReason =
  | { readonly why: 'host-has-none' | 'own-table' | 'host-small' | 'not-executable' }
  | { readonly why: 'logged' | 'slot-edge'; readonly slot: number }
  /** A table that is shadowed lies in the page. */
  | { readonly why: 'shadowed'; readonly table: Value };

/** Why KVM maps a smaller page than the guest does; null where it does not. */
export function pageSizeReason(asked: Requested): SizeReason | null {
  const { atlas, gfn, level, guestLevel, tables, isFetch } = asked;
  const slot = slotOf(atlas, gfn);
  if (level >= guestLevel || !slot) return null;
  if (level > 1) return { why: 'host-has-none' };
  const guestShift = (guestLevel - 1) * 9;
  if (tables.some((frame) => frame >>> guestShift === gfn >>> guestShift)) return { why: 'own-table' };
  if (slot.dirtyLog) return { why: 'logged', slot: slot.id };
  const base = gfn & ~(LARGE_FRAMES - 1);
  if (base < slot.baseGfn || base + LARGE_FRAMES > slot.baseGfn + slot.pages)
    return { why: 'slot-edge', slot: slot.id };
  const shadow = atlas.hypervisorTables.find(
    ({ role, gfn: shadowed }) =>
      role && !role.direct && shadowed !== null && shadowed >= base && shadowed < base + LARGE_FRAMES,
  );
  if (shadow) return { why: 'shadowed', table: tableValue(shadow) };
  if (atlas.page(gfn)?.hostLevel === 1) return { why: 'host-small' };
  return isFetch ? { why: 'not-executable' } : null;
}
