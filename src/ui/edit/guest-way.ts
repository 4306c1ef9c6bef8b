/** How guest code comes to a frame of its own memory: through which linear address, by which of its entries. */
import { isLeaf, leafFrame, PTE } from '#arch/entry.ts';
import { PF } from '#arch/fault.ts';
import { indexBits, levelShift, type PagingMode } from '#arch/paging-mode.ts';
import { ACC, entryRights, refusal } from '#arch/permission.ts';
import type { Atlas, AtlasEntry, AtlasTable } from '#hypervisor/atlas.ts';
import { guestWalk } from '#ui/translation.ts';

/** An entry, by the frame of its table. */
export interface EntryAt {
  readonly frame: number;
  readonly index: number;
}

/** An entry that leads from one table to the next; `place` as in the atlas. */
export interface Pointer extends EntryAt {
  readonly place: number;
}

/** A way for the kernel's writes. */
export interface GuestWay {
  readonly cpu: number;
  /** Linear address of the frame's first byte. */
  readonly gva: bigint;
  /** Only with RFLAGS.AC set: SMAP keeps the kernel from users' pages. */
  readonly ac: boolean;
  /** The entries that the processor walks, the one that maps the frame last. Empty with paging off. */
  readonly path: readonly EntryAt[];
}

/** A table that a vCPU's walks come to, and how. */
export interface ReachedTable {
  readonly table: AtlasTable;
  /** The linear address whose walk comes to its first entry: only bits that index the tables above. */
  readonly base: bigint;
  /** ACC bits that the entries above leave. */
  readonly rights: number;
  readonly path: readonly Pointer[];
}

/** Tables that are looked at, at most: a guest's may lead in circles. */
const MOST_TABLES = 10_000;

/** The linear address of an entry of a table, without sign. */
export const addressOf = (mode: PagingMode, { table, base }: ReachedTable, index: number): bigint =>
  base | (BigInt(index) << BigInt(indexBits(mode, table.level).low));

/** An address whose highest bit is repeated above it. */
export const canonical = ({ linearBits }: PagingMode, gva: bigint): bigint =>
  linearBits === 32 ? gva : BigInt.asUintN(64, BigInt.asIntN(linearBits, gva));

/** Every table that a vCPU's walks come to, from its root down, once for each way there. */
export function* reachedTables(atlas: Atlas, cpu: number): Generator<ReachedTable> {
  const start = guestWalk(atlas, cpu);
  if (!start?.root) return;
  const { mode } = start;
  const left: ReachedTable[] = [{ table: start.root, base: 0n, rights: ACC.all, path: [] }];
  for (let next = 0; next < Math.min(left.length, MOST_TABLES); next++) {
    const reached = left[next] as ReachedTable;
    yield reached;
    for (const entry of reached.table.entries) {
      const table = entry.kind === 'table' && entry.target !== null ? atlas.table(entry.target) : null;
      if (!table) continue;
      left.push({
        table,
        base: addressOf(mode, reached, entry.index),
        rights: rightsBelow(mode, reached, entry),
        path: [...reached.path, { frame: reached.table.frame, index: entry.index, place: entry.place }],
      });
    }
  }
}

/** PAE's four pointers say nothing of rights. */
const rightsBelow = (mode: PagingMode, { table, rights }: ReachedTable, { flags }: AtlasEntry): number =>
  mode.levels === 3 && table.level === 3 ? rights : rights & entryRights(flags);

/** Whether the kernel may write where all rights on the way are `rights`; null, or whether it needs AC. */
function writeNeedsAc(mode: PagingMode, rights: number): boolean | null {
  if (!refusal(mode, rights, PF.write, false)) return false;
  return refusal(mode, rights, PF.write, true) ? null : true;
}

/** The way through one entry; null where it does not lead to the frame, or not for a write. */
function wayThrough(
  cpu: number,
  mode: PagingMode,
  reached: ReachedTable,
  entry: AtlasEntry,
  gfn: number,
): GuestWay | null {
  const { table, rights, path } = reached;
  if (!(entry.flags & PTE.present) || !isLeaf(mode, table.level, entry.flags)) return null;
  const within = gfn - (leafFrame(mode, table.level, entry.frame) >>> 0);
  if (within < 0 || within >= 2 ** levelShift(mode, table.level)) return null;
  const ac = writeNeedsAc(mode, rights & entryRights(entry.flags));
  if (ac === null) return null;
  const gva = addressOf(mode, reached, entry.index) | (BigInt(within) << 12n);
  return {
    cpu,
    gva: canonical(mode, gva),
    ac,
    path: [...path, { frame: table.frame, index: entry.index }],
  };
}

/** The way of a vCPU's kernel to write a frame; null where its tables have none. */
export function guestWay(atlas: Atlas, cpu: number, gfn: number): GuestWay | null {
  const mode = guestWalk(atlas, cpu)?.mode;
  if (!mode) return null;
  if (mode.levels === 0)
    return gfn < 0x10_0000 ? { cpu, gva: BigInt(gfn) << 12n, ac: false, path: [] } : null;
  for (const reached of reachedTables(atlas, cpu)) {
    for (const entry of reached.table.entries) {
      const way = wayThrough(cpu, mode, reached, entry, gfn);
      if (way) return way;
    }
  }
  return null;
}
