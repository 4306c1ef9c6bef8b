/** Whose entries a table has: the guest's own, shadow ones, or nested ones of a vendor. */
import type { AtlasTable } from '#hypervisor/atlas.ts';

export type EntryOwner = 'guest' | 'shadow' | 'npt' | 'ept';

export function entryOwner({ side, translates, format }: AtlasTable): EntryOwner {
  if (side === 'guest') return 'guest';
  if (translates === 'gva') return 'shadow';
  return format === 'x86' ? 'npt' : 'ept';
}
