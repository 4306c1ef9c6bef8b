/** Facts about what KVM does, from its tracepoints and from the machine at that moment. */
import { PTE } from '#arch/entry.ts';
import { faultLetters, PF } from '#arch/fault.ts';
import { frameWord, hexOfEntry } from '#arch/word64.ts';
import type { AtlasTable } from '#hypervisor/atlas.ts';
import { leafState } from '#hypervisor/entry-bits.ts';
import { EVENT, MMU_PRESENT, TABLE_CREATED } from '#machine/events.ts';
import { eventFields } from '#trace/print.ts';
import { entryText, hex } from '#ui/entry-text.ts';
import { faultCode } from '#ui/fault-code.ts';
import { entryAt } from '#ui/subject.ts';
import { code, type Value } from '#ui/words/text.ts';
import { faultReason, type PathEntry } from './fault-reason.ts';
import { guestEntryBehind, type PrefetchReason, pageSizeReason, prefetchReason } from './mapping-reason.ts';
import { nestedExit, noShortWay } from './nested-exit.ts';
import {
  before,
  callersOf,
  guestFrame,
  guestPhysical,
  guestSlot,
  hostFrame,
  linear,
  nearest,
  pathSince,
  type Source,
  slotAt,
  tableName,
  word,
} from './source.ts';
import { type WriteReason, writeReason } from './spte-reason.ts';
import { tdpChange } from './tdp-change.ts';

/** Largest page for a guest without paging (level), and the host frame of what no slot holds. */
const LARGEST_UNPAGED = 2;
const NO_SLOT = -1;

const lettersOf = (error: number): string => faultLetters(error & 0x1f);

export function pageFaultFacts(source: Source) {
  const error = word(source, 4);
  const isOfWrite = (error & (PF.present | PF.write | PF.reserved)) === (PF.present | PF.write);
  const isPaged = source.atlas.registers[word(source, 0)]?.paging !== 'off';
  const told = faultCode(source.reader, source.index);
  const nested = told && nestedExit(told);
  return {
    gva: linear(source, 1),
    gpa: guestPhysical(source, 1),
    /** Of the nested tables: the address is a guest-physical one, and the fault KVM's; why it takes no short way. */
    nested: nested && { noShortWay: noShortWay(nested, keepsA(source)) },
    error: code(lettersOf(error) || '0'),
    /** It is of the kind that a fast page fault could mend, and the guest has paging on. */
    isTooFast: isOfWrite && isPaged && !nested,
  };
}

/** Whether the processor notes in nested entries that they were used. */
const keepsA = ({ atlas }: Source): boolean => atlas.nested?.format !== 'ept-noad';

export function elementFacts(source: Source) {
  const level = word(source, 2);
  const flags = word(source, 1);
  return {
    level,
    slot: guestSlot(source, 3),
    isPresent: (flags & PTE.present) !== 0,
    isLeaf: level === 1 || (flags & PTE.pageSize) !== 0,
    frame: guestFrame(word(source, 0)),
  };
}

export function walkerErrorFacts(source: Source) {
  const walk = before(source, EVENT.kvm_mmu_pagetable_walk);
  return { reason: faultReason(pathSince(source, walk, EVENT.kvm_mmu_paging_element), word(source, 0)) };
}

export const setBitFacts = (source: Source) => ({ slot: guestSlot(source, 0) });

export function getPageFacts(source: Source) {
  const role = word(source, 2);
  return {
    table: tableName(source, word(source, 0)),
    gfn: guestFrame(word(source, 1)),
    level: role & 0xf,
    isDirect: (role & (1 << 7)) !== 0,
    isNew: (word(source, 3) & TABLE_CREATED) !== 0,
    /** In nested tables: what it is made for. */
    nested: source.atlas.nested && nestedUse(source),
  };
}

/** What a nested table is needed for: as a root, for the pieces of a large page, on the way to a page. */
function nestedUse(source: Source): 'root' | 'split' | 'way' {
  const callers = callersOf(source);
  if (callers.some((name) => name === 'kvm_tdp_mmu_get_vcpu_root_hpa' || name === 'mmu_alloc_root'))
    return 'root';
  return callers.some((name) => name.includes('split_huge_page')) ? 'split' : 'way';
}

/** The guest's entries that led to the fault that is dealt with; the last one as it is now, with D if KVM set it since. */
function guestPath(source: Source): PathEntry[] {
  const walk = before(source, EVENT.kvm_mmu_pagetable_walk);
  const path = pathSince(source, walk, EVENT.kvm_mmu_paging_element);
  const last = path.pop();
  if (!last) return path;
  const isDirtied = before(source, EVENT.kvm_mmu_set_dirty_bit) > walk;
  return [...path, isDirtied ? { ...last, flags: last.flags | PTE.dirty } : last];
}

/** Whether an spte was made for the access that faulted, and not ahead: it is the first one since KVM asked for it. */
const isAskedFor = (source: Source): boolean =>
  nearest(source, [EVENT.kvm_mmu_set_spte, EVENT.mark_mmio_spte]) <
  before(source, EVENT.kvm_mmu_spte_requested);

/** Whether an invlpg maps ahead; else it is the prefetch after a fault. */
const isAfterFlush = (source: Source): boolean => callersOf(source).some((name) => name.endsWith('_invlpg'));

/** Why an entry was made that nobody asked for, or what is mapped ahead after one that was asked for. */
export type NextReason = PrefetchReason | { readonly why: 'after-flush' | 'neighbour' };

/** What is known of a leaf that was just written. */
export interface LeafFacts {
  readonly gfn: Value;
  readonly frame: Value;
  /** The level, where the page is a large one. */
  readonly large: number | null;
  readonly rights: WriteReason;
  readonly next: NextReason | null;
  /** A large page of nested tables that code may not run from. */
  readonly isWithoutCode: boolean;
}

function leafFacts(source: Source, table: AtlasTable | null, index: number): LeafFacts {
  const [gfn, frame, flags] = [word(source, 0), word(source, 1), word(source, 2)];
  const level = (word(source, 3) >>> 8) & 0xff;
  const target =
    table && entryText(source.names, source.index, table, { frame, flags, kind: 'leaf' }).address;
  const isAhead = !isAskedFor(source);
  const behind = isAhead && table ? guestEntryBehind(source.atlas, table, index) : null;
  const isNested = table?.translates === 'gpa';
  const path = isNested
    ? []
    : isAhead
      ? behind?.entry
        ? [{ level: 1, flags: behind.entry.flags }]
        : []
      : guestPath(source);
  const ahead: NextReason = { why: isAfterFlush(source) ? 'after-flush' : 'neighbour' };
  return {
    gfn: guestFrame(gfn),
    frame: target === null ? hostFrame(source, frame) : { ...hostFrame(source, frame), value: target },
    large: level > 1 ? level : null,
    rights: writeReason({ atlas: source.atlas, gfn, flags, table, path, isAhead }),
    next: isAhead ? ahead : table && prefetchReason(source.atlas, table, index),
    isWithoutCode: isNested && level > 1 && !leafState(table.format, flags).isExecutable,
  };
}

export function setSpteFacts(source: Source) {
  const place = word(source, 5);
  const at = entryAt(source.atlas, place);
  const isPresent = (word(source, 2) & MMU_PRESENT) !== 0;
  const table = at && source.atlas.table(at.table);
  return {
    slot: slotAt(source, place),
    value: code(`0x${hexOfEntry(word(source, 1), word(source, 2))}`),
    /** Null: the entry is not present. */
    leaf: isPresent ? leafFacts(source, table, at?.kind === 'entry' ? at.index : 0) : null,
  };
}

/** Frames of the guest's tables that KVM's walk went through. */
function walkedTables(source: Source): number[] {
  const { reader, index } = source;
  const frames: number[] = [];
  for (let event = Math.max(0, before(source, EVENT.kvm_mmu_pagetable_walk)); event < index; event++) {
    if (reader.kind(event) === EVENT.kvm_mmu_paging_element)
      frames.push(frameWord(reader.payload(event, 3), reader.payload(event, 4)));
  }
  return frames;
}

export function requestedFacts(source: Source) {
  const [gfn, pfn, level] = [word(source, 0), word(source, 1), word(source, 2)];
  const fault = before(source, EVENT.kvm_page_fault);
  const isNested = source.atlas.nested !== null;
  const isWalked = !isNested && before(source, EVENT.kvm_mmu_pagetable_walk) > fault;
  const path = isWalked ? guestPath(source) : [];
  const leaf = path.at(-1);
  const isWritable =
    leaf !== undefined && (leaf.flags & PTE.dirty) !== 0 && path.every((entry) => entry.flags & PTE.write);
  return {
    gfn: guestFrame(gfn),
    /** Null: no slot holds the guest frame. */
    frame: pfn === NO_SLOT ? null : hostFrame(source, pfn),
    level,
    /** A large page of nested tables. */
    isLarge: isNested && level > 1,
    smaller: pageSizeReason({
      atlas: source.atlas,
      gfn,
      level,
      guestLevel: isWalked ? (leaf?.level ?? level) : LARGEST_UNPAGED,
      tables: isWritable ? walkedTables(source) : [],
      isFetch: fault >= 0 && isFetchFault(source, fault),
    }),
  };
}

/** Whether the fault that an event tells of is one of a fetch. */
function isFetchFault({ reader }: Source, fault: number): boolean {
  const told = faultCode(reader, fault);
  const nested = told && nestedExit(told);
  return nested ? nested.access === 'fetch' : ((told?.lo ?? 0) & PF.fetch) !== 0;
}

export const markMmioFacts = (source: Source) => ({
  gfn: guestFrame(word(source, 0)),
  slot: slotAt(source, word(source, 4)),
  /** EPT has no bit that is reserved for this: the entry is one that no processor accepts. */
  isMisconfigured: source.atlas.nested?.vendor === 'intel',
});

export const checkMmioFacts = (source: Source) => ({
  now: code(hex(word(source, 2))),
  made: code(hex(word(source, 3))),
  isValid: word(source, 4) !== 0,
});

export const linkFacts = (source: Source) => ({
  slot: slotAt(source, word(source, 1)),
  table: tableName(source, word(source, 2)),
  isNested: source.atlas.nested !== null,
});

export const rootsFacts = (source: Source) => ({
  sp: tableName(source, word(source, 0)),
  count: word(source, 1),
  /** The TDP MMU counts the uses of a root, not how often it is one. */
  isCounted: source.atlas.table(`t${word(source, 0)}`)?.byWalk ?? false,
});

/** An entry of the TDP MMU's, and what became of it. */
export const tdpChangeFacts = (source: Source) => tdpChange(source, isMadeForCode(source));

/** Whether tables are made because code may not run from the large page that could be mapped. */
function isMadeForCode(source: Source): boolean {
  const requested = before(source, EVENT.kvm_mmu_spte_requested);
  const isAtLargePage = ((word(source, 0) >>> 8) & 0xff) === LARGEST_UNPAGED;
  if (requested < 0 || !isAtLargePage) return false;
  return requestedFacts({ ...source, index: requested }).smaller?.why === 'not-executable';
}

export const splitFacts = (source: Source) => ({
  gfn: guestFrame(word(source, 0)),
  frame: hostFrame(source, word(source, 1)),
  level: word(source, 3),
});

export const unsyncFacts = (source: Source) => ({
  table: tableName(source, word(source, 0)),
  gfn: guestFrame(word(source, 1)),
});

export function injectionFacts(source: Source) {
  const error = word(source, 1);
  return {
    exception: code(eventFields(source.reader, source.names, source.index)[0]?.value ?? ''),
    /** Null for an exception whose error code says nothing here. */
    error:
      word(source, 0) === 14
        ? { code: code(hex(error)), letters: code(error > 0 ? lettersOf(error) : '') }
        : null,
  };
}
