/** Which entries map a guest frame, however the hypervisor keeps track of that. */
import type { Atlas } from '#hypervisor/atlas.ts';

/** Places of the leaves that map a guest frame: those that nested roots lead to, else those that its reverse map names. */
export const leavesOf = (atlas: Atlas, gfn: number): readonly number[] =>
  atlas.nested ? atlas.nested.leaves(gfn) : atlas.rmap(gfn);
