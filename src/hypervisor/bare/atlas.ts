/** The atlas of a bare machine: the guest's tables are all there is. */
import type { Atlas, AtlasTable } from '#hypervisor/atlas.ts';
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
import { cr3Frame, vcpuPlace } from '#machine/vcpu.ts';

export function readBareAtlas(words: Int32Array, entriesOf: EntryReader): Atlas {
  const guestTables: AtlasTable[] = readGuestTables(words, entriesOf).map((table) => ({
    ...table,
    ...UNMANAGED,
  }));
  const roots = new Map(guestTables.map((table) => [table.frame, table.id]));
  return {
    machine: 'bare',
    guestTables,
    hypervisorTables: [],
    registers: readRegisters(words, (cpu) => roots.get(cr3Frame(words, vcpuPlace(words, cpu))) ?? null),
    slots: readSlots(words),
    nested: null,
    ...lookups(guestTables),
    rmap: () => [],
    mappedFrame: () => null,
    mmio: () => null,
    bucket: () => [],
    page: (gfn) => {
      const page = readPage(words, gfn);
      return page && { ...page, tracked: false };
    },
    hostFrame: (gfn) => (hostFrameOf(words, gfn) < 0 ? null : hostFrameOf(words, gfn)),
    memory: (hostFrame) => readMemory(words, hostFrame),
    register: (cpu, name) => readRegister(words, cpu, name),
  };
}
