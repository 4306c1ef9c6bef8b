/** The atlas of a machine under KVM: shadow pages beside the guest's tables, and the links between them. */
import type { Atlas, AtlasMmio, AtlasTable } from '#hypervisor/atlas.ts';
import { commonReadings, lookups, readPage, readRegisters, unmanaged } from '#hypervisor/atlas-parts.ts';
import { readGuestTables } from '#hypervisor/guest-tables.ts';
import type { EntryReader } from '#hypervisor/known-entries.ts';
import { kvm_page_table_hashfn } from '#hypervisor/kvm/mmu/hash.ts';
import { listedSptes } from '#hypervisor/kvm/mmu/pte_list.ts';
import { gfn_to_rmap, gfn_track_slot } from '#hypervisor/kvm/mmu/slot_arrays.ts';
import {
  get_mmio_spte_access,
  get_mmio_spte_generation,
  is_last_spte,
  is_mmio_spte,
  is_shadow_present_pte,
  is_writable_pte,
  mmioGenerationOf,
  spteFormat,
} from '#hypervisor/kvm/mmu/spte.ts';
import { findSlot, SLOT } from '#machine/slots.ts';
import { VCPU, vcpuPlace } from '#machine/vcpu.ts';
import { FRAME_SHIFT, frameOwner, HEADER } from '#machine/words.ts';
import { readNested } from './atlas_nested.ts';
import { isRoot, mmioFrame, readPaeRoot, readShadowPage } from './atlas_tables.ts';
import { pageName, shadowPagesInUse } from './shadow_pages.ts';
import { KVM, kvm_mmu_page_get_gfn, kvmPlace, ROLE, roleLevel, SP, sptep_index } from './structs.ts';

/** The oldest shadow page first. */
const inOrderOfMaking = (words: Int32Array, sps: readonly number[]): number[] =>
  [...sps].sort((a, b) => (words[a + SP.serial] as number) - (words[b + SP.serial] as number));

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

/** Places of the leaves that the reverse map of a guest frame lists. */
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
  const gfn = kvm_mmu_page_get_gfn(words, sp, sptep_index(place));
  return role & ROLE.direct || rmapOf(words, gfn).includes(place) ? gfn : null;
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
    slotsGeneration: mmioGenerationOf(words, kvmPlace(words)),
  };
}

/** Ids of the shadow pages in the bucket of a guest frame. */
function bucketOf(words: Int32Array, gfn: number): string[] {
  const hash = words[kvmPlace(words) + KVM.mmu_page_hash] as number;
  const ids: string[] = [];
  let sp = words[hash + kvm_page_table_hashfn(gfn)] as number;
  for (; sp !== 0; sp = words[sp + SP.hash_next] as number) ids.push(pageName(words, sp));
  return ids;
}

/** Ids of the shadow pages of each guest table, by its id. */
function shadowsByTable(pages: readonly AtlasTable[]): Map<string, string[]> {
  const shadows = new Map<string, string[]>();
  for (const { id, shadows: tables } of pages)
    for (const table of tables) shadows.set(table, [...(shadows.get(table) ?? []), id]);
  return shadows;
}

/** vCPUs by the frame that their hardware walks begin in. @param roots of each vCPU; 0: it has none */
function rootsByFrame(roots: readonly number[]): Map<number, number[]> {
  const cpus = new Map<number, number[]>();
  for (const [cpu, frame] of roots.entries())
    if (frame !== 0) cpus.set(frame, [...(cpus.get(frame) ?? []), cpu]);
  return cpus;
}

/** The atlas of a machine under KVM. @param lastLevel how last-level tables are read */
export function readKvmAtlas(words: Int32Array, lastLevel: EntryReader): Atlas {
  const plain = readGuestTables(words, lastLevel);
  const guestIds = new Map(plain.map((table) => [table.frame, table.id]));
  const sps = inOrderOfMaking(words, shadowPagesInUse(words));
  const cpus = [...Array(words[HEADER.vcpuCount] as number).keys()];
  const hardwareRoots = cpus.map((cpu) => words[vcpuPlace(words, cpu) + VCPU.hardware_root] as number);
  const around = { guest: guestIds, rootOf: rootsByFrame(hardwareRoots), lastLevel };
  const pages = sps.map((sp) => readShadowPage(words, sp, around));
  const nested = readNested(
    words,
    sps.filter((sp) => isRoot(words, sp)),
  );
  const hypervisorTables = inTreeOrder([...cpus.flatMap((cpu) => readPaeRoot(words, cpu) ?? []), ...pages]);
  const shadowsOf = shadowsByTable(hypervisorTables);
  const guestTables = plain.map((table) => {
    const sptes = nested ? nested.leaves(table.frame) : rmapOf(words, table.frame);
    const isWritable = sptes.some((place) => is_writable_pte(words[place + 1] as number));
    return unmanaged(table, shadowsOf.get(table.id), sptes.length === 0 ? null : isWritable);
  });
  const roots = new Map(hypervisorTables.map((table) => [table.frame, table.id]));
  const found = lookups([...hypervisorTables, ...guestTables]);
  return {
    machine: 'kvm',
    guestTables,
    hypervisorTables,
    registers: readRegisters(words, (cpu) => roots.get(hardwareRoots[cpu] as number) ?? null),
    nested,
    ...commonReadings(words),
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
  };
}
