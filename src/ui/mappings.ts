/** What leaves map, however the hypervisor keeps track of that. */
import type { Atlas, AtlasTable } from '#hypervisor/atlas.ts';

/** Places of the leaves that map a guest frame: those that nested roots lead to, else those that its reverse map names. */
export const leavesOf = (atlas: Atlas, gfn: number): readonly number[] =>
  atlas.nested ? atlas.nested.leaves(gfn) : atlas.rmap(gfn);

/** 4 KiB frames that a leaf of a table maps. */
export const leafFrames = ({ entryBytes, level }: Pick<AtlasTable, 'entryBytes' | 'level'>): number =>
  (entryBytes === 4 ? 1024 : 512) ** (level - 1);

/** Guest tables whose frame the leaf at `place`, of a hypervisor's table, maps. */
export function mappedTables(atlas: Atlas, leaf: AtlasTable, place: number): AtlasTable[] {
  const first = atlas.mappedFrame(place);
  if (first === null) return [];
  const end = first + leafFrames(leaf);
  // Few frames are asked what maps them: of a thousand tables, those that can be meant.
  return atlas.guestTables.filter(
    ({ frame }) => frame >= first && frame < end && leavesOf(atlas, frame).includes(place),
  );
}
