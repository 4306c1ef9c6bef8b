/** The atlas of a machine under KVM: shadow pages beside the guest's tables, and the links between them. */
import type { Atlas, AtlasEntry, AtlasMmio, AtlasTable } from '#hypervisor/atlas.ts';
import {
  hostFrameOf,
  lookups,
  readGuestTables,
  readMemory,
  readPage,
  readRegister,
  readRegisters,
  readSlots,
  UNMANAGED,
} from '#hypervisor/guest-tables.ts';
import type { EntryReader } from '#hypervisor/known-entries.ts';
import { kvm_page_table_hashfn } from '#hypervisor/kvm/mmu/hash.ts';
import { listedSptes } from '#hypervisor/kvm/mmu/pte_list.ts';
import { gfn_to_rmap, gfn_track_slot } from '#hypervisor/kvm/mmu/slot_arrays.ts';
import {
  get_mmio_spte_access,
  get_mmio_spte_generation,
  get_mmio_spte_gfn,
  is_last_spte,
  is_mmio_spte,
  is_shadow_present_pte,
  is_writable_pte,
  mmioGenerationOf,
  spteFormat,
  spteKind,
} from '#hypervisor/kvm/mmu/spte.ts';
import { findSlot, SLOT } from '#machine/slots.ts';
import { VCPU, vcpuPlace } from '#machine/vcpu.ts';
import { FRAME_SHIFT, frameOwner, HEADER } from '#machine/words.ts';
import { readNested } from './nested_atlas.ts';
import {
  KVM,
  KVM_MMU_HASH_SIZE,
  MMUS,
  ROLE,
  roleAccess,
  roleLevel,
  roleQuadrant,
  SP,
  sptep_index,
} from './structs.ts';

/** Whether the hardware walks the guest's own tables, so that KVM's are nested ones. */
const isNested = (words: Int32Array): boolean =>
  MMUS[words[(words[HEADER.hypervisor] as number) + KVM.mmu] as number] !== 'shadow';

/** How a shadow page's frame is read, among the ways to read a frame. */
const SHADOW_FORM = 0;

const tableId = (words: Int32Array, sp: number): string => `t${words[sp + SP.serial]}`;

/** Places of all pages in use: those in the hash, and the TDP MMU's. */
function shadowPages(words: Int32Array): number[] {
  const hash = words[(words[HEADER.hypervisor] as number) + KVM.mmu_page_hash] as number;
  const sps: number[] = [];
  for (let bucket = hash; bucket < hash + KVM_MMU_HASH_SIZE; bucket++) {
    for (let sp = words[bucket] as number; sp !== 0; sp = words[sp + SP.hash_next] as number) sps.push(sp);
  }
  for (const list of [KVM.tdp_mmu_roots, KVM.tdp_mmu_pages]) {
    const head = (words[HEADER.hypervisor] as number) + list;
    for (let link = words[head] as number; link !== head; link = words[link] as number)
      sps.push(link - SP.link);
  }
  return sps.sort((a, b) => (words[a + SP.serial] as number) - (words[b + SP.serial] as number));
}

/** The guest frame of an MMIO entry, from its frame word. */
function mmioFrame(words: Int32Array, frame: number): number {
  const kvm = words[HEADER.hypervisor] as number;
  const processor = { amd: words[kvm + KVM.amd] !== 0, maxphyaddr: words[kvm + KVM.maxphyaddr] as number };
  return get_mmio_spte_gfn(processor, frame);
}

function entriesOf(words: Int32Array, frame: number, level: number): AtlasEntry[] {
  const format = spteFormat(words);
  const entries: AtlasEntry[] = [];
  for (let index = 0; index < 512; index++) {
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
      target: kind === 'table' ? tableId(words, frameOwner(words, pfn)) : null,
      ...(kind === 'mmio' ? { mmioGfn: mmioFrame(words, pfn) } : {}),
    });
  }
  return entries;
}

function readShadowPage(
  words: Int32Array,
  sp: number,
  guest: ReadonlyMap<number, string>,
  lastLevel: EntryReader,
): AtlasTable {
  const role = words[sp + SP.role] as number;
  const gfn = words[sp + SP.gfn] as number;
  const frame = words[sp + SP.spt] as number;
  const validGen = words[(words[HEADER.hypervisor] as number) + KVM.mmu_valid_gen] as number;
  const shadowed = role & ROLE.direct ? undefined : guest.get(gfn);
  const byWalk = words[sp + SP.tdp_mmu_page] !== 0;
  const read = (): AtlasEntry[] => entriesOf(words, frame, roleLevel(role));
  return {
    id: tableId(words, sp),
    side: 'hypervisor',
    name: tableId(words, sp),
    level: roleLevel(role),
    entryBytes: 8,
    format: spteFormat(words).name,
    translates: isNested(words) ? 'gpa' : 'gva',
    frame,
    entries: roleLevel(role) === 1 ? lastLevel(frame, SHADOW_FORM, read) : read(),
    rootOf: [],
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
    obsolete: (role & ROLE.invalid) !== 0 || (!byWalk && words[sp + SP.mmu_valid_gen] !== validGen),
    byWalk,
    forCode: words[sp + SP.lpage_disallowed] !== 0,
    writeFlooding: words[sp + SP.write_flooding_count] as number,
    shadows: shadowed ? [shadowed] : [],
    writable: null,
    parents: words[sp + SP.ptep] ? [words[sp + SP.ptep] as number] : listedSptes(words, sp + SP.parent_ptes),
  };
}

/** Whether walks begin at a shadow page, and may go on doing so. */
function isRoot(words: Int32Array, sp: number): boolean {
  if ((words[sp + SP.role] as number) & ROLE.invalid) return false;
  return words[sp + SP.tdp_mmu_page] ? words[sp + SP.ptep] === 0 : words[sp + SP.root_count] !== 0;
}

/** The page of four pointers that a vCPU's walk begins at where the root is no shadow page. */
function readPaeRoot(words: Int32Array, cpu: number): AtlasTable | null {
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
        target: tableId(words, frameOwner(words, pfn)),
      },
    ];
  });
  return {
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
    ...UNMANAGED,
  };
}

/** From the roots down, each table once, then those that no root leads to. */
function inTreeOrder(tables: readonly AtlasTable[]): AtlasTable[] {
  const byId = new Map(tables.map((table) => [table.id, table]));
  const ordered = new Set<AtlasTable>();
  const visit = (table: AtlasTable): void => {
    if (ordered.has(table)) return;
    ordered.add(table);
    for (const { target } of table.entries) {
      const child = target === null ? undefined : byId.get(target);
      if (child) visit(child);
    }
  };
  for (const table of tables) if (table.rootOf.length > 0) visit(table);
  for (const table of tables) if (table.rootCount > 0) visit(table);
  for (const table of tables) if (table.parents.length === 0) visit(table);
  for (const table of tables) visit(table);
  return [...ordered];
}

const rmapOf = (words: Int32Array, gfn: number): number[] => {
  const slot = findSlot(words, gfn);
  if (slot === 0 || !words[slot + SLOT.arch]) return [];
  return [1, 2, 3].flatMap((level) => listedSptes(words, gfn_to_rmap(words, gfn, level, slot)));
};

/**
 * The guest frame that the leaf at a place maps (kvm_mmu_page_get_gfn); null where no leaf is. An entry is stored before its
 * table notes what it maps: until then the reverse map does not know it, and neither do we.
 */
function mappedFrame(words: Int32Array, place: number): number | null {
  const sp = frameOwner(words, place >>> FRAME_SHIFT);
  if (sp === 0) return null;
  const role = words[sp + SP.role] as number;
  const flags = words[place + 1] as number;
  if (!is_shadow_present_pte(flags) || !is_last_spte(flags, roleLevel(role))) return null;
  const index = sptep_index(place);
  if (role & ROLE.direct) return (words[sp + SP.gfn] as number) + (index << ((roleLevel(role) - 1) * 9));
  const gfn = words[((words[sp + SP.shadowed_translation] as number) << FRAME_SHIFT) + index * 2] as number;
  return rmapOf(words, gfn).includes(place) ? gfn : null;
}

/** What the MMIO entry at a place says. */
function readMmio(words: Int32Array, place: number): AtlasMmio | null {
  const format = spteFormat(words);
  const [frame, flags] = [words[place] as number, words[place + 1] as number];
  if (frameOwner(words, place >>> FRAME_SHIFT) === 0 || !is_mmio_spte(format, flags)) return null;
  return {
    gfn: mmioFrame(words, frame),
    access: format.mmioAccess === 0 ? null : get_mmio_spte_access(format, flags),
    generation: get_mmio_spte_generation(flags),
    slotsGeneration: mmioGenerationOf(words, words[HEADER.hypervisor] as number),
  };
}

/** Ids of the shadow pages in the bucket of a guest frame. */
function bucketOf(words: Int32Array, gfn: number): string[] {
  const hash = words[(words[HEADER.hypervisor] as number) + KVM.mmu_page_hash] as number;
  const ids: string[] = [];
  let sp = words[hash + kvm_page_table_hashfn(gfn)] as number;
  for (; sp !== 0; sp = words[sp + SP.hash_next] as number) ids.push(tableId(words, sp));
  return ids;
}

/** Ids of the shadow pages of each guest table, by its id. */
function shadowsByTable(pages: readonly AtlasTable[]): Map<string, string[]> {
  const shadows = new Map<string, string[]>();
  for (const { id, shadows: tables } of pages)
    for (const table of tables) shadows.set(table, [...(shadows.get(table) ?? []), id]);
  return shadows;
}

export function readKvmAtlas(words: Int32Array, lastLevel: EntryReader): Atlas {
  const plain = readGuestTables(words, lastLevel);
  const guestIds = new Map(plain.map((table) => [table.frame, table.id]));
  const sps = shadowPages(words);
  const pages = sps.map((sp) => readShadowPage(words, sp, guestIds, lastLevel));
  const nested = readNested(
    words,
    sps.filter((sp) => isRoot(words, sp)),
  );
  const cpus = [...Array(words[HEADER.vcpuCount] as number).keys()];
  const hardwareRoots = cpus.map((cpu) => words[vcpuPlace(words, cpu) + VCPU.hardware_root] as number);
  const rooted = pages.map((page) => ({
    ...page,
    rootOf: cpus.filter((cpu) => hardwareRoots[cpu] === page.frame && page.frame !== 0),
  }));
  const hypervisorTables = inTreeOrder([...cpus.flatMap((cpu) => readPaeRoot(words, cpu) ?? []), ...rooted]);
  const shadowsOf = shadowsByTable(hypervisorTables);
  const guestTables = plain.map((table): AtlasTable => {
    const sptes = nested ? nested.leaves(table.frame) : rmapOf(words, table.frame);
    return {
      ...table,
      ...UNMANAGED,
      shadows: shadowsOf.get(table.id) ?? [],
      writable:
        sptes.length === 0 ? null : sptes.some((place) => is_writable_pte(words[place + 1] as number)),
    };
  });
  const roots = new Map(hypervisorTables.map((table) => [table.frame, table.id]));
  const found = lookups([...hypervisorTables, ...guestTables]);
  return {
    machine: 'kvm',
    guestTables,
    hypervisorTables,
    registers: readRegisters(words, (cpu) => roots.get(hardwareRoots[cpu] as number) ?? null),
    slots: readSlots(words),
    nested,
    ...found,
    rmap: (gfn) => rmapOf(words, gfn),
    mappedFrame: (place) => mappedFrame(words, place),
    mmio: (place) => readMmio(words, place),
    bucket: (id) => {
      const table = found.table(id);
      return table?.role && table.gfn !== null && !table.byWalk ? bucketOf(words, table.gfn) : [];
    },
    page: (gfn) => {
      const page = readPage(words, gfn);
      return page && { ...page, tracked: words[gfn_track_slot(words, gfn, findSlot(words, gfn))] !== 0 };
    },
    hostFrame: (gfn) => (hostFrameOf(words, gfn) < 0 ? null : hostFrameOf(words, gfn)),
    memory: (hostFrame) => readMemory(words, hostFrame),
    register: (cpu, name) => readRegister(words, cpu, name),
  };
}
