/** Where entries lie in the machine's words. */
import type { AtlasTable } from '#hypervisor/atlas.ts';

/** Place of the first word of a guest's table; 0 while every entry of it is zero. */
export function guestTablePlace({ entries, entryBytes }: Pick<AtlasTable, 'entries' | 'entryBytes'>): number {
  const [entry] = entries;
  return entry ? entry.place - ((entry.index * entryBytes) >>> 3) * 2 : 0;
}

/** Place of the first word of entry `index`, zero or not; 0 where that is unknown. */
export function entryPlace(table: AtlasTable, index: number): number {
  if (table.side === 'hypervisor') return table.frame * 1024 + index * 2;
  const data = guestTablePlace(table);
  return data === 0 ? 0 : data + ((index * table.entryBytes) >>> 3) * 2;
}
