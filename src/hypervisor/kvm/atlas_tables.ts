/** KVM's page tables in the words of the atlas: shadow pages, and the page of four pointers that is none. */
import type { AtlasEntry, AtlasTable } from '#hypervisor/atlas.ts';
import { unmanaged } from '#hypervisor/atlas-parts.ts';
import type { EntryReader } from '#hypervisor/known-entries.ts';
import { listedSptes } from '#hypervisor/kvm/mmu/pte_list.ts';
import { get_mmio_spte_gfn, spteFormat, spteKind } from '#hypervisor/kvm/mmu/spte.ts';
import { VCPU, vcpuPlace } from '#machine/vcpu.ts';
import { FRAME_SHIFT, frameOwner } from '#machine/words.ts';
import { pageName } from './shadow_pages.ts';
import {
  is_obsolete_sp,
  KVM,
  kvmPlace,
  MMUS,
  ROLE,
  roleAccess,
  roleLevel,
  roleQuadrant,
  SP,
  SPTE_ENT_PER_PAGE,
} from './structs.ts';

/** Whether the hardware walks the guest's own tables, so that KVM's are nested ones. */
const isNested = (words: Int32Array): boolean =>
  MMUS[words[kvmPlace(words) + KVM.mmu] as number] !== 'shadow';

/** How a shadow page's frame is read, among the ways to read a frame. */
const SHADOW_FORM = 0;

/** The guest frame of an MMIO entry, from its frame word. */
export function mmioFrame(words: Int32Array, frame: number): number {
  const kvm = kvmPlace(words);
  const processor = { amd: words[kvm + KVM.amd] !== 0, maxphyaddr: words[kvm + KVM.maxphyaddr] as number };
  return get_mmio_spte_gfn(processor, frame);
}

function entriesOf(words: Int32Array, frame: number, level: number): AtlasEntry[] {
  const format = spteFormat(words);
  const entries: AtlasEntry[] = [];
  for (let index = 0; index < SPTE_ENT_PER_PAGE; index++) {
    const place = (frame << FRAME_SHIFT) + index * 2;
    const pfn = words[place] as number;
    const flags = words[place + 1] as number;
    if (pfn === 0 && flags === 0) continue;
    const kind = spteKind(format, level, flags);
    entries.push({
      index,
      place,
      frame: pfn,
      flags,
      kind,
      target: kind === 'table' ? pageName(words, frameOwner(words, pfn)) : null,
      ...(kind === 'mmio' ? { mmioGfn: mmioFrame(words, pfn) } : {}),
    });
  }
  return entries;
}

/** What is known around shadow pages when they are read. */
export interface Surroundings {
  /** Ids of the guest's tables, by their frames. */
  readonly guest: ReadonlyMap<number, string>;
  /** vCPUs whose hardware walks begin in a frame, by frame. */
  readonly rootOf: ReadonlyMap<number, readonly number[]>;
  readonly lastLevel: EntryReader;
}

const NONE: readonly never[] = [];

/** A shadow page as a table. */
export function readShadowPage(
  words: Int32Array,
  sp: number,
  { guest, rootOf, lastLevel }: Surroundings,
): AtlasTable {
  const role = words[sp + SP.role] as number;
  const gfn = words[sp + SP.gfn] as number;
  const frame = words[sp + SP.spt] as number;
  const shadowed = role & ROLE.direct ? undefined : guest.get(gfn);
  const byWalk = words[sp + SP.tdp_mmu_page] !== 0;
  const read = (): AtlasEntry[] => entriesOf(words, frame, roleLevel(role));
  return {
    id: pageName(words, sp),
    side: 'hypervisor',
    name: pageName(words, sp),
    level: roleLevel(role),
    entryBytes: 8,
    format: spteFormat(words).name,
    translates: isNested(words) ? 'gpa' : 'gva',
    frame,
    entries: roleLevel(role) === 1 ? lastLevel(frame, SHADOW_FORM, read) : read(),
    rootOf: rootOf.get(frame) ?? NONE,
    gfn,
    role: {
      word: role,
      level: roleLevel(role),
      direct: (role & ROLE.direct) !== 0,
      quadrant: roleQuadrant(role),
      fourByteEntries: (role & ROLE.has_4_byte_gpte) !== 0,
      access: roleAccess(role),
      invalid: (role & ROLE.invalid) !== 0,
    },
    rootCount: words[sp + (byWalk ? SP.tdp_mmu_root_count : SP.root_count)] as number,
    unsync: words[sp + SP.unsync] !== 0,
    unsyncChildren: words[sp + SP.unsync_children] as number,
    obsolete: is_obsolete_sp(words, sp),
    byWalk,
    forCode: words[sp + SP.lpage_disallowed] !== 0,
    writeFlooding: words[sp + SP.write_flooding_count] as number,
    shadows: shadowed ? [shadowed] : [],
    writable: null,
    parents: words[sp + SP.ptep] ? [words[sp + SP.ptep] as number] : listedSptes(words, sp + SP.parent_ptes),
  };
}

/** Whether walks begin at a shadow page, and may go on doing so. */
export function isRoot(words: Int32Array, sp: number): boolean {
  if ((words[sp + SP.role] as number) & ROLE.invalid) return false;
  return words[sp + SP.tdp_mmu_page] ? words[sp + SP.ptep] === 0 : words[sp + SP.root_count] !== 0;
}

/** The page of four pointers that a vCPU's walk begins at where the root is no shadow page. */
export function readPaeRoot(words: Int32Array, cpu: number): AtlasTable | null {
  const frame = words[vcpuPlace(words, cpu) + VCPU.hardware_root] as number;
  if (frame === 0 || frameOwner(words, frame) !== 0) return null;
  const entries = [0, 1, 2, 3].flatMap((index): AtlasEntry[] => {
    const place = (frame << FRAME_SHIFT) + index * 2;
    const pfn = words[place] as number;
    if (!words[place + 1]) return [];
    return [
      {
        index,
        place,
        frame: pfn,
        flags: words[place + 1] as number,
        kind: 'table',
        target: pageName(words, frameOwner(words, pfn)),
      },
    ];
  });
  return unmanaged({
    id: `pae${cpu}`,
    side: 'hypervisor',
    name: `pae root of cpu${cpu}`,
    level: 3,
    entryBytes: 8,
    format: 'x86',
    translates: 'gva',
    frame,
    entries,
    rootOf: [cpu],
  });
}
