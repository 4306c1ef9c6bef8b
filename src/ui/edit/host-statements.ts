/** Statements by which the host makes the hypervisor change an entry that nobody else may write. */
import type { AtlasTable } from '#hypervisor/atlas.ts';
import { entryPlace } from '#ui/entry-place.ts';
import { findEntry } from '#ui/entry-text.ts';
import type { Moment } from '#ui/moment.ts';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** For a leaf: to take the memory away that it maps, to change what the host allows there, to ask whether it was used, to log writes. */
export function hostStatements({ atlas }: Moment, table: AtlasTable, index: number): string[] {
  const entry = table.side === 'hypervisor' ? findEntry(table, index) : null;
  const gfn = entry?.kind === 'leaf' ? atlas.mappedFrame(entryPlace(table, index)) : null;
  const page = gfn === null ? null : atlas.page(gfn);
  if (gfn === null || !page) return [];
  const memory = `${hex(gfn * 4096)} ${['4K', '2M', '1G'][table.level - 1]}`;
  const slot = atlas.slots.find(({ id }) => id === page.slot);
  return [
    `host drop ${memory}`,
    `host protect ${memory} ${page.hostWritable ? 'ro' : 'rw'}`,
    ...(atlas.nested?.vendor === 'intel' ? [`host age ${memory}`] : []),
    `host dirty-log ${page.slot} ${slot?.dirtyLog ? 'off' : 'on'}`,
  ];
}
