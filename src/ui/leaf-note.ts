/** What a nested leaf waits for: rights that KVM took from it, so that it hears of the next use or the next write. */
import type { Atlas, AtlasEntry, AtlasTable } from '#hypervisor/atlas.ts';
import { leafState } from '#hypervisor/entry-bits.ts';

/**
 * access-tracked: it has no rights, R and X are kept aside · logged: W is off for the dirty log, MMU-writable on · kept-back: the same,
 * until somebody writes · to-note: D is clear, the processor notes the next write · host-read-only: the host's own mapping is · read-only: KVM refuses writes
 */
export type LeafNote = 'access-tracked' | 'logged' | 'kept-back' | 'to-note' | 'host-read-only' | 'read-only';

/** Whether writes to a guest frame are logged. */
const isLogged = ({ slots }: Atlas, gfn: number): boolean =>
  slots.some(({ baseGfn, pages, dirtyLog }) => dirtyLog && gfn >= baseGfn && gfn < baseGfn + pages);

/** What is to be said of a nested leaf; null for one that grants all, and for anything else. */
export function leafNote(
  atlas: Atlas,
  table: AtlasTable,
  { kind, flags, place }: Pick<AtlasEntry, 'kind' | 'flags' | 'place'>,
): LeafNote | null {
  if (kind !== 'leaf' || table.translates !== 'gpa') return null;
  const state = leafState(table.format, flags);
  if (state.isAccessTracked) return 'access-tracked';
  if (!state.isHostWritable) return 'host-read-only';
  const logged = isLogged(atlas, atlas.mappedFrame(place) ?? -1);
  if (!state.isWritable) return state.isMmuWritable ? (logged ? 'logged' : 'kept-back') : 'read-only';
  const isNoted = atlas.registers.some(({ cpu }) => atlas.nested?.notes(cpu) !== null);
  return isNoted && state.isDirty === false && logged ? 'to-note' : null;
}
