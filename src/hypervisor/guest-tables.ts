/** The guest's own tables, as every atlas lists them: those that the vCPUs' CR3 lead to, parents before children. */
import { isLeaf, PTE, type ReadEntry, readEntry } from '#arch/entry.ts';
import type { PagingMode } from '#arch/paging-mode.ts';
import { NO_FRAME } from '#machine/host-pages.ts';
import { frameData } from '#machine/memory.ts';
import { findSlot } from '#machine/slots.ts';
import { cr3Frame, vcpuMode, vcpuPlace } from '#machine/vcpu.ts';
import { FRAME_SHIFT, HEADER } from '#machine/words.ts';
import type { AtlasEntry } from './atlas.ts';
import { hostFrameOf, type PlainTable } from './atlas-parts.ts';
import type { EntryReader } from './known-entries.ts';

/** More tables than this are not listed: a guest's tables may lead in circles of any size. */
const MOST_TABLES = 4096;

/** All guest tables that can be reached from the vCPUs' CR3. */
export function readGuestTables(words: Int32Array, lastLevel: EntryReader): PlainTable[] {
  const found: Found = new Map();
  for (let cpu = 0; cpu < (words[HEADER.vcpuCount] as number); cpu++) {
    const vcpu = vcpuPlace(words, cpu);
    const mode = vcpuMode(words, vcpu);
    if (mode.levels === 0) continue;
    const root = visit({ words, mode, lastLevel, found }, cr3Frame(words, vcpu), mode.levels);
    root?.rootOf.push(cpu);
  }
  return [...found.values()];
}

type Found = Map<string, PlainTable & { rootOf: number[] }>;

interface Visit {
  readonly words: Int32Array;
  readonly mode: PagingMode;
  readonly lastLevel: EntryReader;
  readonly found: Found;
}

const tableId = (mode: PagingMode, gfn: number, level: number, found: Found): string => {
  const plain = `g:${gfn.toString(16)}`;
  const known = found.get(plain);
  return known && (known.level !== level || known.entryBytes !== mode.entryBytes)
    ? `${plain}/${level}`
    : plain;
};

function visit(visited: Visit, gfn: number, level: number) {
  const { words, mode, lastLevel, found } = visited;
  const id = tableId(mode, gfn, level, found);
  const known = found.get(id);
  if (known) return known;
  if (found.size >= MOST_TABLES || findSlot(words, gfn) === 0) return null;
  const table = {
    id,
    side: 'guest' as const,
    name: `0x${(gfn * 4096).toString(16)}`,
    level,
    entryBytes: mode.entryBytes,
    format: 'x86' as const,
    translates: 'gva' as const,
    frame: gfn,
    entries: [] as readonly AtlasEntry[],
    rootOf: [] as number[],
  };
  found.set(id, table);
  const frame = hostFrameOf(words, gfn);
  const data = frame === NO_FRAME ? 0 : frameData(words, frame);
  const read = (): AtlasEntry[] => (data === 0 ? [] : entriesAt(words, mode, level, data));
  if (level === 1) table.entries = lastLevel(data >>> FRAME_SHIFT, mode.entryBytes, read);
  else table.entries = read().map((entry) => withTarget(visited, entry, level));
  return table;
}

function withTarget(visited: Visit, entry: AtlasEntry, level: number): AtlasEntry {
  const target = entry.kind === 'table' ? visit(visited, entry.frame, level - 1) : null;
  return target ? { ...entry, target: target.id } : entry;
}

/** Entries that are not zero of the table at a place. */
function entriesAt(words: Int32Array, mode: PagingMode, level: number, data: number): AtlasEntry[] {
  const entries: AtlasEntry[] = [];
  const read: ReadEntry = { frame: 0, flags: 0 };
  const count = mode.levels === 3 && level === 3 ? 4 : 4096 / mode.entryBytes;
  for (let index = 0; index < count; index++) {
    const place = data + ((index * mode.entryBytes) >>> 3) * 2;
    readEntry(words, place, mode.entryBytes, index & 1, read);
    const { frame, flags } = read;
    if (frame === 0 && flags === 0) continue;
    const kind = !(flags & PTE.present) ? 'not-present' : isLeaf(mode, level, flags) ? 'leaf' : 'table';
    entries.push({ index, place, frame, flags, kind, target: null });
  }
  return entries;
}
