/** The atlas of a bare machine: the guest's tables are all there is. */
import type { Atlas } from '#hypervisor/atlas.ts';
import { commonReadings, lookups, readPage, readRegisters, unmanaged } from '#hypervisor/atlas-parts.ts';
import { readGuestTables } from '#hypervisor/guest-tables.ts';
import type { EntryReader } from '#hypervisor/known-entries.ts';
import { cr3Frame, vcpuPlace } from '#machine/vcpu.ts';

/** The atlas of a bare machine. @param entriesOf how last-level tables are read */
export function readBareAtlas(words: Int32Array, entriesOf: EntryReader): Atlas {
  const guestTables = readGuestTables(words, entriesOf).map((table) => unmanaged(table));
  const roots = new Map(guestTables.map((table) => [table.frame, table.id]));
  return {
    machine: 'bare',
    guestTables,
    hypervisorTables: [],
    registers: readRegisters(words, (cpu) => roots.get(cr3Frame(words, vcpuPlace(words, cpu))) ?? null),
    nested: null,
    ...commonReadings(words),
    ...lookups(guestTables),
    rmap: () => [],
    mappedFrame: () => null,
    mmio: () => null,
    bucket: () => [],
    page: (gfn) => {
      const page = readPage(words, gfn);
      return page && { ...page, tracked: false };
    },
  };
}
