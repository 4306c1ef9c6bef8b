/** What every atlas says alike of a machine: its registers, its slots and their pages, and where a place is among its tables. */
import { hiWord, loWord } from '#arch/word64.ts';
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
import { frameData } from '#machine/memory.ts';
import { findSlot, SLOT, SLOT_FLAG, slotPlaces } from '#machine/slots.ts';
import { REGISTER_WORDS, VCPU, vcpuMode, vcpuPlace } from '#machine/vcpu.ts';
import { FRAME_SHIFT, HEADER } from '#machine/words.ts';
import type { Atlas, AtlasPage, AtlasRegister, AtlasRegisters, AtlasSlot, AtlasTable } from './atlas.ts';

/** A table without what a hypervisor keeps about it. */
export type PlainTable = Pick<
  AtlasTable,
  'id' | 'side' | 'name' | 'level' | 'entryBytes' | 'format' | 'translates' | 'frame' | 'entries' | 'rootOf'
>;

/**
 * A table that no hypervisor keeps anything about but what shadows it, and whether it may be written. Field by field, in the order in
 * which shadow pages have them: copied as a whole, an object of so many fields takes 15 µs, and there are thousands.
 */
export const unmanaged = (
  { id, side, name, level, entryBytes, format, translates, frame, entries, rootOf }: PlainTable,
  shadows: readonly string[] = [],
  writable: boolean | null = null,
): AtlasTable => ({
  id,
  side,
  name,
  level,
  entryBytes,
  format,
  translates,
  frame,
  entries,
  rootOf,
  gfn: null,
  role: null,
  rootCount: 0,
  unsync: false,
  unsyncChildren: 0,
  obsolete: false,
  byWalk: false,
  forCode: false,
  writeFlooding: 0,
  shadows,
  writable,
  parents: [],
});

/** Host frame behind a guest frame, or -1. */
export function hostFrameOf(words: Int32Array, gfn: number): number {
  const slot = findSlot(words, gfn);
  return slot === 0 ? NO_FRAME : knownHostFrame(words, slot, gfn - (words[slot + SLOT.base_gfn] as number));
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
function readRegister(words: Int32Array, cpu: number, name: RegisterName): AtlasRegister | null {
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
function readMemory(words: Int32Array, hostFrame: number): number {
  const isHuge = hostFrame >= HUGE_FRAMES;
  if (hostFrame < 0 || (!isHuge && hostFrame >= (words[HEADER.frames] as number))) return 0;
  if (isHuge && (hostFrame - HUGE_FRAMES) >>> 9 >= (words[HEADER.hugeCount] as number)) return 0;
  return frameData(words, hostFrame);
}

/** All slots in use. */
function readSlots(words: Int32Array): AtlasSlot[] {
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

/** What is the same for every hypervisor: the slots, and where a host frame or a register is. */
export function commonReadings(
  words: Int32Array,
): Pick<Atlas, 'slots' | 'hostFrame' | 'memory' | 'register'> {
  return {
    slots: readSlots(words),
    hostFrame: (gfn) => {
      const frame = hostFrameOf(words, gfn);
      return frame === NO_FRAME ? null : frame;
    },
    memory: (hostFrame) => readMemory(words, hostFrame),
    register: (cpu, name) => readRegister(words, cpu, name),
  };
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
