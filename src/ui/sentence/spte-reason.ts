/**
 * Why KVM lets a leaf be written, or not: the first of make_spte's conditions that holds, as far as the entry's own bits, the
 * guest's entries and the machine at that moment tell it (Linux 6.1: mmu/spte.c make_spte, mmu/paging_tmpl.h).
 */
import { PTE } from '#arch/entry.ts';
import { CR0 } from '#arch/paging-mode.ts';
import type { Atlas, AtlasSlot, AtlasTable } from '#hypervisor/atlas.ts';
import { leafState } from '#hypervisor/entry-bits.ts';
import { listed, type Text, type Value } from '#ui/words/text.ts';
import type { PathEntry } from './fault-reason.ts';
import { guestFrame, tableValue } from './source.ts';

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

const namesOf = (tables: readonly AtlasTable[]): Text => listed(tables.map(tableValue));

/** What decided whether a leaf grants writing. */
export type WriteReason =
  | { readonly why: 'writable' | 'read-only' }
  /** CR0.WP is clear, so the kernel may write what the guest's entry at this level makes read-only. */
  | { readonly why: 'kernel-ignores'; readonly level: number }
  /** A last-level table is in the frame, and its shadows may be out of sync instead. */
  | { readonly why: 'unsync-instead'; readonly shadows: Text }
  /** The slot logs writes, and the page counts as written. */
  | { readonly why: 'logged'; readonly slot: number }
  | { readonly why: 'guest-read-only'; readonly level: number }
  | { readonly why: 'above-read-only' }
  | { readonly why: 'slot-read-only'; readonly slot: number }
  | { readonly why: 'zero-page' | 'host-read-only' }
  /** It keeps no A bit, and grants nothing until it is used. */
  | { readonly why: 'access-tracked' }
  /** The guest's D is clear, and KVM must see the first write. */
  | { readonly why: 'clean' }
  /** The frame holds a table that is shadowed; ahead: one that could go out of sync, were the write asked for. */
  | { readonly why: 'shadowed' | 'shadowed-ahead'; readonly gfn: Value; readonly shadows: Text };

function whyWritable({ atlas, gfn, path }: NewLeaf): WriteReason {
  const readOnly = path.find((entry) => !(entry.flags & PTE.write));
  if (readOnly && atlas.registers.some(({ cr0 }) => !(cr0 & CR0.WP)))
    return { why: 'kernel-ignores', level: readOnly.level };
  const shadows = shadowsOf(atlas, gfn).filter((table) => table.unsync);
  if (shadows.length > 0) return { why: 'unsync-instead', shadows: namesOf(shadows) };
  const slot = slotOf(atlas, gfn);
  return slot?.dirtyLog ? { why: 'logged', slot: slot.id } : { why: 'writable' };
}

/** Why the host does not let the page be written. */
function hostReason({ atlas, gfn }: NewLeaf): WriteReason {
  const slot = slotOf(atlas, gfn);
  if (slot?.readOnly) return { why: 'slot-read-only', slot: slot.id };
  return { why: atlas.page(gfn)?.state === 'zero' ? 'zero-page' : 'host-read-only' };
}

function whyReadOnly(leaf: NewLeaf): WriteReason {
  const { atlas, gfn, flags, table, path, isAhead } = leaf;
  const guest = path.find((entry) => !(entry.flags & PTE.write));
  if (guest) return { why: 'guest-read-only', level: guest.level };
  if (isAhead && table?.role && !(table.role.access & ACC_WRITE)) return { why: 'above-read-only' };
  const state = leafState(table?.format ?? 'x86', flags);
  if (state.isAccessTracked) return { why: 'access-tracked' };
  if (!state.isHostWritable) return hostReason(leaf);
  const last = path.at(-1);
  if (last && !(last.flags & PTE.dirty)) return { why: 'clean' };
  const shadows = shadowsOf(atlas, gfn);
  if (shadows.length === 0) return { why: 'read-only' };
  const why = !atlas.page(gfn)?.tracked && isAhead ? 'shadowed-ahead' : 'shadowed';
  return { why, gfn: guestFrame(gfn), shadows: namesOf(shadows) };
}

/** What a leaf grants to writes, and what decided it. */
export const writeReason = (leaf: NewLeaf): WriteReason =>
  leaf.flags & PTE.write ? whyWritable(leaf) : whyReadOnly(leaf);
