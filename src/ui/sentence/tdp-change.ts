/**
 * What a change of an entry of the TDP MMU's is, and what made KVM do it. The event tells the entry before and after; who asked
 * for it, the calls tell where they were recorded (Linux 6.1: mmu/tdp_mmu.c).
 */
import type { EntryFormatName } from '#hypervisor/atlas.ts';
import { hypervisorEntryKind, leafState, savedRights } from '#hypervisor/entry-bits.ts';
import { indexText, rightsText } from '#ui/entry-text.ts';
import { code, type Value } from '#ui/words/text.ts';
import { callersOf, guestFrame, hostFrame, type Source, slotAt, word } from './source.ts';

/** Why entries go, by the function of the kernel that takes them; the first one that is being called counts. */
const ZAP_CAUSES = {
  kvm_recover_nx_lpages: 'nx-recovery',
  kvm_tdp_mmu_zap_collapsible_sptes: 'collapsible',
  kvm_tdp_mmu_zap_invalidated_roots: 'layout',
  kvm_tdp_mmu_unmap_gfn_range: 'host',
  kvm_tdp_mmu_map: 'in-the-way',
} as const;

export type ZapCause = (typeof ZAP_CAUSES)[keyof typeof ZAP_CAUSES];

/** What became of the entry. */
export type TdpChange =
  /** Empty or MMIO: now a table, a page, or the note that no memory is there. */
  | { readonly why: 'linked'; readonly table: Value; readonly forCode: boolean }
  | {
      readonly why: 'mapped';
      readonly gfn: Value;
      readonly frame: Value;
      readonly large: number | null;
      readonly wasMmio: boolean;
    }
  | { readonly why: 'mmio'; readonly gfn: Value }
  /** A large page: now a table of 512 smaller ones. */
  | { readonly why: 'split'; readonly table: Value; readonly large: number }
  /** A table: now a large page in its place. */
  | { readonly why: 'joined'; readonly table: Value; readonly gfn: Value; readonly frame: Value }
  /** A page or a table that goes. `isMarked`: marked as removed until no TLB knows it. */
  | {
      readonly why: 'zapped';
      readonly gfn: Value;
      readonly isMarked: boolean;
      readonly cause: ZapCause | null;
    }
  | {
      readonly why: 'unlinked';
      readonly table: Value;
      readonly isMarked: boolean;
      readonly cause: ZapCause | null;
    }
  /** The table that the entry is in goes, and what it said with it. */
  | { readonly why: 'goes-with-table'; readonly table: Value; readonly what: Value | null }
  /** The same page: rights or flags less, to hear of the next use or write. */
  | { readonly why: 'aged'; readonly gfn: Value; readonly kept: Value | null }
  | { readonly why: 'write-protected' | 'cleaned'; readonly gfn: Value }
  /** The same page with other rights, or another page. */
  | { readonly why: 'granted'; readonly gfn: Value; readonly rights: Value }
  | { readonly why: 'moved'; readonly gfn: Value; readonly from: Value; readonly to: Value };

/** An entry as the event has it. */
interface Side {
  readonly frame: number;
  readonly flags: number;
  readonly kind: ReturnType<typeof hypervisorEntryKind>;
}

interface Change {
  readonly source: Source;
  readonly format: EntryFormatName;
  readonly level: number;
  readonly gfn: number;
  readonly old: Side;
  readonly now: Side;
}

function changeOf(source: Source): Change {
  const format = source.atlas.nested?.format ?? 'x86';
  const level = (word(source, 0) >>> 8) & 0xff;
  const side = (n: number): Side => {
    const [frame, flags] = [word(source, n), word(source, n + 1)];
    return { frame, flags, kind: hypervisorEntryKind(format, level, flags) };
  };
  return { source, format, level, gfn: word(source, 1), old: side(2), now: side(4) };
}

const tableIn = ({ names, index }: Source, frame: number): Value => {
  const table = names.tableInFrame(frame, index);
  return table === null ? code('?') : code(table, { kind: 'table', table });
};

/** The entry at a place, by the table that lies or lay there. */
function slotOfPlace(source: Source, place: number): Value {
  const listed = slotAt(source, place);
  if (listed) return listed;
  return code(`${tableIn(source, place >>> 10).value}[${indexText((place & 1023) >>> 1)}]`);
}

function zapCause(source: Source): ZapCause | null {
  const callers = callersOf(source);
  const [name] = Object.entries(ZAP_CAUSES).find(([caller]) => callers.includes(caller)) ?? [];
  return name === undefined ? null : ZAP_CAUSES[name as keyof typeof ZAP_CAUSES];
}

/** What an entry that goes said: a table's name or a page's frame; null for one that said that no memory is there. */
const saidBy = ({ source, old }: Change): Value | null =>
  old.kind === 'mmio'
    ? null
    : old.kind === 'table'
      ? tableIn(source, old.frame)
      : hostFrame(source, old.frame);

/** What the entry goes to, where it goes. */
function going(change: Change): TdpChange {
  const { source, old, now, gfn } = change;
  const place = word(source, 6);
  if (slotAt(source, place) === null)
    return { why: 'goes-with-table', table: tableIn(source, place >>> 10), what: saidBy(change) };
  const isMarked = now.kind === 'removed';
  const cause = zapCause(source);
  return old.kind === 'table'
    ? { why: 'unlinked', table: tableIn(source, old.frame), isMarked, cause }
    : { why: 'zapped', gfn: guestFrame(gfn), isMarked, cause };
}

/** What is new of a page that stays. */
function changedLeaf({ source, format, gfn: frameNumber, old, now }: Change): TdpChange {
  const gfn = guestFrame(frameNumber);
  if (old.frame !== now.frame)
    return { why: 'moved', gfn, from: hostFrame(source, old.frame), to: hostFrame(source, now.frame) };
  const [before, after] = [leafState(format, old.flags), leafState(format, now.flags)];
  if (after.isAccessTracked && !before.isAccessTracked)
    return { why: 'aged', gfn, kept: code(savedRights(now.flags)) };
  if (before.isAccessed && after.isAccessed === false) return { why: 'aged', gfn, kept: null };
  if (before.isWritable && !after.isWritable) return { why: 'write-protected', gfn };
  if (before.isDirty && after.isDirty === false && after.isWritable === before.isWritable)
    return { why: 'cleaned', gfn };
  return { why: 'granted', gfn, rights: code(rightsText(now.flags, format)) };
}

/** @param forCode whether a table is made because code may not run from a large page */
function arriving(change: Change, forCode: boolean): TdpChange {
  const { source, level, gfn, old, now } = change;
  if (now.kind === 'mmio') return { why: 'mmio', gfn: guestFrame(gfn) };
  if (now.kind === 'table') {
    const table = tableIn(source, now.frame);
    return old.kind === 'leaf' ? { why: 'split', table, large: level } : { why: 'linked', table, forCode };
  }
  const frame = hostFrame(source, now.frame);
  if (old.kind === 'table')
    return { why: 'joined', table: tableIn(source, old.frame), gfn: guestFrame(gfn), frame };
  const large = level > 1 ? level : null;
  return { why: 'mapped', gfn: guestFrame(gfn), frame, large, wasMmio: old.kind === 'mmio' };
}

/** Which entry it is, and what became of it. @param forCode as for `arriving` */
export function tdpChange(
  source: Source,
  forCode: boolean,
): { readonly slot: Value; readonly change: TdpChange } {
  const change = changeOf(source);
  const { old, now } = change;
  const isGone = now.kind === 'removed' || now.kind === 'not-present';
  const isSameLeaf = old.kind === 'leaf' && now.kind === 'leaf';
  return {
    slot: slotOfPlace(source, word(source, 6)),
    change: isGone ? going(change) : isSameLeaf ? changedLeaf(change) : arriving(change, forCode),
  };
}
