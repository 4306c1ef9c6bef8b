/**
 * Why KVM lets a leaf be written, or not: the first of make_spte's conditions that holds, as far as the entry's own bits, the
 * guest's entries and the machine at that moment tell it (Linux 6.1: mmu/spte.c make_spte, mmu/paging_tmpl.h).
 */
import { PTE } from '#arch/entry.ts';
import { CR0 } from '#arch/paging-mode.ts';
import type { Atlas, AtlasSlot, AtlasTable } from '#hypervisor/atlas.ts';
import { hex } from './entry-text.ts';
import type { PathEntry } from './fault-reason.ts';

/** Bit 9 of an spte in the x86 format: the host's own mapping may be written. */
const HOST_WRITABLE = 1 << 9;
const ACC_WRITE = 2;

/** A leaf that was just written. */
export interface NewLeaf {
  readonly atlas: Atlas;
  /** Guest frame that it maps. */
  readonly gfn: number;
  readonly flags: number;
  /** The table that it is in. */
  readonly table: AtlasTable | null;
  /** The guest's entries that led to it, the last one with its bits as they are now; empty where the guest has none. */
  readonly path: readonly PathEntry[];
  /** Whether it was made before anybody asked for it. */
  readonly isAhead: boolean;
}

/** The slot that a guest frame lies in. */
export const slotOf = ({ slots }: Atlas, gfn: number): AtlasSlot | null =>
  slots.find((slot) => gfn >= slot.baseGfn && gfn < slot.baseGfn + slot.pages) ?? null;

/** Tables that shadow the guest's table in a frame. */
const shadowsOf = (atlas: Atlas, gfn: number): AtlasTable[] =>
  atlas.hypervisorTables.filter((table) => table.gfn === gfn && table.role !== null && !table.role.direct);

const namesOf = (tables: readonly AtlasTable[]): string => tables.map(({ name }) => name).join(', ');

function whyWritable({ atlas, gfn, path }: NewLeaf): string {
  const readOnly = path.find((entry) => !(entry.flags & PTE.write));
  if (readOnly && atlas.registers.some(({ cr0 }) => !(cr0 & CR0.WP)))
    return `writable although the guest’s level-${readOnly.level} entry has W = 0: CR0.WP = 0, and it is the kernel that writes`;
  const shadows = shadowsOf(atlas, gfn).filter((table) => table.unsync);
  if (shadows.length > 0)
    return `writable although a guest’s table is in that frame: it is a last-level one, so its shadow ${namesOf(shadows)} may be out of sync instead`;
  const slot = slotOf(atlas, gfn);
  if (slot?.dirtyLog) return `writable: slot ${slot.id} logs writes, so the page counts as written already`;
  return 'writable';
}

/** Why the host does not let the page be written. */
function hostReason({ atlas, gfn }: NewLeaf): string {
  const slot = slotOf(atlas, gfn);
  if (slot?.readOnly) return `read-only, as memory slot ${slot.id} is`;
  if (atlas.page(gfn)?.state === 'zero')
    return 'read-only, because the host has only its shared page of zeros there so far';
  return 'read-only, because the host’s own mapping is';
}

function whyReadOnly(leaf: NewLeaf): string {
  const { atlas, gfn, flags, table, path, isAhead } = leaf;
  const guest = path.find((entry) => !(entry.flags & PTE.write));
  if (guest) return `read-only, as the guest’s level-${guest.level} entry is (W = 0)`;
  if (isAhead && table?.role && !(table.role.access & ACC_WRITE))
    return 'read-only, as an entry above the guest’s own is';
  if (!(flags & HOST_WRITABLE)) return hostReason(leaf);
  const last = path.at(-1);
  if (last && !(last.flags & PTE.dirty))
    return 'read-only although the guest allows writing: the guest’s D = 0, and KVM must see the first write to set it';
  const shadows = shadowsOf(atlas, gfn);
  if (shadows.length === 0) return 'read-only';
  const holds = `guest frame ${hex(gfn)} holds a page table that ${namesOf(shadows)} shadows`;
  if (!atlas.page(gfn)?.tracked && isAhead)
    return `read-only for now: ${holds}, and mapping ahead is no reason to let that go out of sync`;
  return `read-only, because ${holds}: KVM must see writes to it`;
}

/** What a leaf grants to writes, and what decided it. */
export const writeReason = (leaf: NewLeaf): string =>
  leaf.flags & PTE.write ? whyWritable(leaf) : whyReadOnly(leaf);
