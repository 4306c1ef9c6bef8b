/** The guest's own tables, as every atlas lists them: those that the vCPUs' CR3 lead to, parents before children. */
import { isLeaf, PTE } from '#arch/entry.ts';
import type { PagingMode } from '#arch/paging-mode.ts';
import { flagsWord, frameWord, hiWord, loWord } from '#arch/word64.ts';
import type { RegisterName } from '#machine/events.ts';
import {
  HUGE_FRAMES,
  hostMappingLevel,
  hostPageDropped,
  isHostWritable,
  isSharedZero,
  knownHostFrame,
  NO_FRAME,
} from '#machine/host-pages.ts';
import { frameData, loadedHi, loadedLo, loadFrame } from '#machine/memory.ts';
import { findSlot, SLOT, SLOT_FLAG, slotPlaces } from '#machine/slots.ts';
import { cr3Frame, REGISTER_WORDS, VCPU, vcpuMode, vcpuPlace } from '#machine/vcpu.ts';
import { FRAME_SHIFT, HEADER } from '#machine/words.ts';
import type { AtlasEntry, AtlasPage, AtlasRegister, AtlasRegisters, AtlasSlot, AtlasTable } from './atlas.ts';
import type { EntryReader } from './known-entries.ts';

/** More tables than this are not listed: a guest's tables may lead in circles of any size. */
const MOST_TABLES = 4096;

/** A guest's table without what a hypervisor knows of it. */
export type PlainGuestTable = Pick<
  AtlasTable,
  'id' | 'side' | 'name' | 'level' | 'entryBytes' | 'format' | 'translates' | 'frame' | 'entries' | 'rootOf'
>;

/** What a table has that no hypervisor keeps anything about. */
export const UNMANAGED = {
  gfn: null,
  role: null,
  rootCount: 0,
  unsync: false,
  unsyncChildren: 0,
  obsolete: false,
  byWalk: false,
  forCode: false,
  writeFlooding: 0,
  shadows: [],
  writable: null,
  parents: [],
} as const;

/** Host frame behind a guest frame, or -1. */
export function hostFrameOf(words: Int32Array, gfn: number): number {
  const slot = findSlot(words, gfn);
  return slot === 0 ? NO_FRAME : knownHostFrame(words, slot, gfn - (words[slot + SLOT.base_gfn] as number));
}

/** All guest tables that can be reached from the vCPUs' CR3. */
export function readGuestTables(words: Int32Array, lastLevel: EntryReader): PlainGuestTable[] {
  const found: Found = new Map();
  for (let cpu = 0; cpu < (words[HEADER.vcpuCount] as number); cpu++) {
    const vcpu = vcpuPlace(words, cpu);
    const mode = vcpuMode(words, vcpu);
    if (mode.levels === 0) continue;
    const root = visit({ words, mode, lastLevel, found }, cr3Frame(words, vcpu), mode.levels);
    root?.rootOf.push(cpu);
  }
  return [...found.values()];
}

type Found = Map<string, PlainGuestTable & { rootOf: number[] }>;

interface Visit {
  readonly words: Int32Array;
  readonly mode: PagingMode;
  readonly lastLevel: EntryReader;
  readonly found: Found;
}

const tableId = (mode: PagingMode, gfn: number, level: number, found: Found): string => {
  const plain = `g:${gfn.toString(16)}`;
  const known = found.get(plain);
  return known && (known.level !== level || known.entryBytes !== mode.entryBytes)
    ? `${plain}/${level}`
    : plain;
};

function visit(visited: Visit, gfn: number, level: number) {
  const { words, mode, lastLevel, found } = visited;
  const id = tableId(mode, gfn, level, found);
  const known = found.get(id);
  if (known) return known;
  if (found.size >= MOST_TABLES || findSlot(words, gfn) === 0) return null;
  const table = {
    id,
    side: 'guest' as const,
    name: `0x${(gfn * 4096).toString(16)}`,
    level,
    entryBytes: mode.entryBytes,
    format: 'x86' as const,
    translates: 'gva' as const,
    frame: gfn,
    entries: [] as readonly AtlasEntry[],
    rootOf: [] as number[],
  };
  found.set(id, table);
  const frame = hostFrameOf(words, gfn);
  const data = frame === NO_FRAME ? 0 : frameData(words, frame);
  const read = (): AtlasEntry[] => (data === 0 ? [] : entriesAt(words, mode, level, data));
  if (level === 1) table.entries = lastLevel(data >>> FRAME_SHIFT, mode.entryBytes, read);
  else table.entries = read().map((entry) => withTarget(visited, entry, level));
  return table;
}

function withTarget(visited: Visit, entry: AtlasEntry, level: number): AtlasEntry {
  const target = entry.kind === 'table' ? visit(visited, entry.frame, level - 1) : null;
  return target ? { ...entry, target: target.id } : entry;
}

/** Entries that are not zero of the table at a place. */
function entriesAt(words: Int32Array, mode: PagingMode, level: number, data: number): AtlasEntry[] {
  const entries: AtlasEntry[] = [];
  const count = mode.levels === 3 && level === 3 ? 4 : 4096 / mode.entryBytes;
  for (let index = 0; index < count; index++) {
    const place = data + ((index * mode.entryBytes) >>> 3) * 2;
    if (words[place] === 0 && words[place + 1] === 0) continue;
    loadFrame(words, data >>> FRAME_SHIFT, index * mode.entryBytes, mode.entryBytes);
    if (loadedHi === 0 && loadedLo === 0) continue;
    const flags = flagsWord(loadedHi, loadedLo);
    const kind = !(flags & PTE.present) ? 'not-present' : isLeaf(mode, level, flags) ? 'leaf' : 'table';
    entries.push({ index, place, frame: frameWord(loadedHi, loadedLo), flags, kind, target: null });
  }
  return entries;
}

/** Registers of every vCPU. @param hardwareRoot id of the table that a vCPU's hardware walk begins at */
export function readRegisters(
  words: Int32Array,
  hardwareRoot: (cpu: number) => string | null,
): AtlasRegisters[] {
  const registers: AtlasRegisters[] = [];
  for (let cpu = 0; cpu < (words[HEADER.vcpuCount] as number); cpu++) {
    const vcpu = vcpuPlace(words, cpu);
    const read = (place: number): number => words[vcpu + place] as number;
    registers.push({
      cpu,
      paging: vcpuMode(words, vcpu).name,
      cr0: read(VCPU.cr0),
      cr3: [read(VCPU.cr3_hi), read(VCPU.cr3_lo)],
      cr4: read(VCPU.cr4),
      efer: read(VCPU.efer),
      hardwareRoot: hardwareRoot(cpu),
    });
  }
  return registers;
}

/** A vCPU's register; null where there is no such vCPU. */
export function readRegister(words: Int32Array, cpu: number, name: RegisterName): AtlasRegister | null {
  if (cpu >= (words[HEADER.vcpuCount] as number)) return null;
  const { offset, form, count } = REGISTER_WORDS[name];
  const place = vcpuPlace(words, cpu) + offset;
  const [first, second] = [words[place] as number, words[place + 1] as number];
  switch (form) {
    case 'low':
      return { place, words: count, hi: 0, lo: first };
    case 'pair':
      return { place, words: count, hi: first, lo: second };
    case 'entry':
      return { place, words: count, hi: hiWord(first, second), lo: loWord(first, second) };
    case 'frame':
      return { place, words: count, hi: hiWord(first, 0), lo: loWord(first, 0) };
  }
}

/** Place of the first word of what a host frame holds; 0 where nothing was ever stored there. */
export function readMemory(words: Int32Array, hostFrame: number): number {
  const isHuge = hostFrame >= HUGE_FRAMES;
  if (hostFrame < 0 || (!isHuge && hostFrame >= (words[HEADER.frames] as number))) return 0;
  if (isHuge && (hostFrame - HUGE_FRAMES) >>> 9 >= (words[HEADER.hugeCount] as number)) return 0;
  return frameData(words, hostFrame);
}

export function readSlots(words: Int32Array): AtlasSlot[] {
  return slotPlaces(words).map((slot) => {
    const flags = words[slot + SLOT.flags] as number;
    return {
      id: words[slot + SLOT.id] as number,
      baseGfn: words[slot + SLOT.base_gfn] as number,
      pages: words[slot + SLOT.npages] as number,
      readOnly: (flags & SLOT_FLAG.readOnly) !== 0,
      dirtyLog: (flags & SLOT_FLAG.dirtyLog) !== 0,
      huge: (flags & SLOT_FLAG.huge) !== 0,
    };
  });
}

/** Finds tables by id, and entries by place, among those listed. */
export function lookups(tables: readonly AtlasTable[]) {
  const byId = new Map(tables.map((table) => [table.id, table]));
  let byFrame: Map<number, AtlasTable[]> | null = null;
  return {
    table: (id: string): AtlasTable | null => byId.get(id) ?? null,
    locate: (place: number): { table: AtlasTable; index: number } | null => {
      byFrame ??= tablesByFrame(tables);
      for (const table of byFrame.get(place >>> FRAME_SHIFT) ?? []) {
        const entry = table.entries.find((candidate) => candidate.place === place);
        if (entry) return { table, index: entry.index };
      }
      return null;
    },
  };
}

/** Tables by the machine's frame that their entries lie in; a guest's frame may be a table of two levels. */
function tablesByFrame(tables: readonly AtlasTable[]): Map<number, AtlasTable[]> {
  const byFrame = new Map<number, AtlasTable[]>();
  for (const table of tables) {
    const [first] = table.entries;
    if (!first) continue;
    const frame = first.place >>> FRAME_SHIFT;
    byFrame.set(frame, [...(byFrame.get(frame) ?? []), table]);
  }
  return byFrame;
}

/** What is known of a guest frame, without what a hypervisor keeps about it; null without a slot. */
export function readPage(words: Int32Array, gfn: number): Omit<AtlasPage, 'tracked'> | null {
  const slot = findSlot(words, gfn);
  if (slot === 0) return null;
  const index = gfn - (words[slot + SLOT.base_gfn] as number);
  const frame = knownHostFrame(words, slot, index);
  const bitmap = words[slot + SLOT.dirty_bitmap] as number;
  const shared = isSharedZero(words, slot, index) !== 'no';
  return {
    gfn,
    slot: words[slot + SLOT.id] as number,
    index,
    hostFrame: frame === NO_FRAME ? null : frame,
    state: shared ? 'zero' : hostPageDropped(words, slot, index) ? 'dropped' : 'resident',
    hostWritable: isHostWritable(words, slot, index),
    hostLevel: hostMappingLevel(words, slot, index),
    dirty: bitmap !== 0 && ((words[bitmap + (index >>> 5)] as number) & (1 << (index & 31))) !== 0,
  };
}
