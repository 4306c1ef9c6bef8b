/**
 * Why KVM maps no more than it does: where a prefetch ends, and why a page is smaller than the guest's own
 * (Linux 6.1: mmu/paging_tmpl.h pte_prefetch, is_self_change_mapping; mmu/mmu.c kvm_mmu_max_mapping_level).
 */
import { PTE } from '#arch/entry.ts';
import type { Atlas, AtlasEntry, AtlasTable } from '#hypervisor/atlas.ts';
import { findEntry, slotText } from './entry-text.ts';
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

/** Why a guest's entry is not mapped ahead, with the verb; null if it is. */
function obstacle(atlas: Atlas, entry: AtlasEntry | null): string | null {
  if (!entry || !(entry.flags & PTE.present)) return 'has P = 0';
  if (!(entry.flags & PTE.accessed)) return 'has A = 0: the guest has not used it';
  const slot = slotOf(atlas, entry.frame);
  if (!slot) return 'has no memory behind it';
  if (slot.dirtyLog && entry.flags & PTE.write && entry.flags & PTE.dirty)
    return `is of slot ${slot.id}, which logs writes`;
  if (atlas.page(entry.frame)?.state === 'dropped')
    return 'is of a page that the host would have to find first';
  return null;
}

/**
 * What the prefetch after a fault on entry `index` will do, from the machine as it is before; null where none is made, or no
 * neighbour is left.
 */
export function prefetchReason(atlas: Atlas, table: AtlasTable, index: number): string | null {
  if (!guestEntryBehind(atlas, table, index)) return null;
  const first = index & ~(WINDOW - 1);
  let mapped = 0;
  for (let other = first; other < first + WINDOW; other++) {
    if (other === index || findEntry(table, other)?.kind === 'leaf') continue;
    const guest = guestEntryBehind(atlas, table, other);
    const reason = obstacle(atlas, guest?.entry ?? null);
    if (guest && reason) {
      const slot = slotText(guest.table, guest.index);
      return mapped === 0
        ? `No neighbour is mapped ahead, for the first one, ${slot}, ${reason}.`
        : `${neighbours(mapped)} mapped ahead, up to ${slot}, which ${reason}.`;
    }
    mapped++;
  }
  return mapped === 0 ? null : `${neighbours(mapped)} mapped ahead: all that is left of the eight.`;
}

const neighbours = (count: number): string => (count === 1 ? '1 neighbour is' : `${count} neighbours are`);

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

/** Why KVM maps a smaller page than the guest does; null where it does not. */
export function pageSizeReason(asked: Requested): string | null {
  const { atlas, gfn, level, guestLevel, tables, isFetch } = asked;
  const slot = slotOf(atlas, gfn);
  if (level >= guestLevel || !slot) return null;
  if (level > 1) return 'the host has no larger one there';
  const guestShift = (guestLevel - 1) * 9;
  if (tables.some((frame) => frame >>> guestShift === gfn >>> guestShift))
    return 'the guest’s page holds a table that maps it';
  if (slot.dirtyLog) return `slot ${slot.id} logs writes, page by page`;
  const base = gfn & ~(LARGE_FRAMES - 1);
  if (base < slot.baseGfn || base + LARGE_FRAMES > slot.baseGfn + slot.pages)
    return `slot ${slot.id} does not hold all of it`;
  const shadow = atlas.hypervisorTables.find(
    ({ role, gfn: shadowed }) =>
      role && !role.direct && shadowed !== null && shadowed >= base && shadowed < base + LARGE_FRAMES,
  );
  if (shadow) return `a guest’s table that ${shadow.name} shadows lies in it and must stay protected`;
  if (!atlas.page(gfn)?.huge) return 'the host backs it with 4 KiB pages';
  return isFetch ? 'code may not run from large pages (nx_huge_pages)' : null;
}
