/** A guest's translations, found without KVM: a plain walk of the guest's own tables over the memory slots. */
import { bigOfPair } from '#arch/word64.ts';
import { isHostWritable, knownHostFrame } from '#machine/host-pages.ts';
import { loadedHi, loadedLo, loadFrame } from '#machine/memory.ts';
import { findSlot, SLOT, SLOT_FLAG } from '#machine/slots.ts';
import { cr3Frame, VCPU, vcpuMode, vcpuPlace } from '#machine/vcpu.ts';

export interface GuestAccess {
  readonly kind: 'read' | 'write' | 'exec';
  readonly gva: bigint;
  readonly user: boolean;
  readonly ac: boolean;
}

/** What the tables say of a page: the entries on the way, where they stand, and what they lead to. */
export interface Translation {
  /** From the top level down. */
  readonly entries: readonly { readonly gpa: number; readonly value: bigint }[];
  /** Guest frame of the page; null where the way ends before. */
  readonly gfn: number | null;
  /** Why it ends before; error-code bits. */
  readonly fault: number | null;
  /** Where it ends because there is no memory: the address of the entry that was looked for. */
  readonly outside: number | null;
  readonly writable: boolean;
  readonly user: boolean;
  readonly executable: boolean;
}

/** A value of guest memory, zero where nobody has touched it; null where there is no slot. */
export function readGuest(words: Int32Array, gpa: number, width: number): bigint | null {
  const gfn = Math.floor(gpa / 4096);
  const slot = findSlot(words, gfn);
  if (slot === 0) return null;
  const frame = knownHostFrame(words, slot, gfn - (words[slot + SLOT.base_gfn] as number));
  if (frame < 0) return 0n;
  loadFrame(words, frame, gpa % 4096, width);
  return bigOfPair(loadedHi, loadedLo);
}

const bits = (value: bigint, low: number, high: number): bigint =>
  (value >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n);

/** Bit `at` of a value. */
export const bit = (value: bigint, at: number): boolean => ((value >> BigInt(at)) & 1n) === 1n;

/** What is asked of the processor, beside the tables. */
interface Mode {
  readonly levels: number;
  readonly fourBytes: boolean;
  readonly nxe: boolean;
  readonly amd: boolean;
}

/** Whether an entry of a level has a reserved bit set, with 40 bits of physical address. */
function isReserved(mode: Mode, level: number, large: boolean, value: bigint): boolean {
  if (mode.fourBytes) return large && bits(value, 17, 21) !== 0n;
  if (bits(value, 40, 51) !== 0n || (bit(value, 63) && !mode.nxe)) return true;
  if (mode.levels === 3 && bits(value, 52, 62) !== 0n) return true;
  if (isPointer(mode, level)) return (value & 0x8000_0000_0000_01e6n) !== 0n;
  if (level >= 4 && (bit(value, 7) || (mode.amd && bit(value, 8)))) return true;
  return large && bits(value, 13, level === 2 ? 20 : 29) !== 0n;
}

/** A page-directory pointer of PAE mode, which has no rights. */
const isPointer = ({ levels }: Mode, level: number): boolean => levels === 3 && level === 3;

/** A processor whose tables are walked. */
export interface Walked {
  readonly amd: boolean;
  /** It walks the guest's own tables: then AMD's reads page-directory pointers as memory, and holds none. */
  readonly nested: boolean;
}

/** What an entry may be taken for, by its address and its bytes; null where no memory is. */
export type EntryValues = (gpa: number, bytes: 4 | 8) => readonly (bigint | null)[];

/** Walks a vCPU's tables for an address, as they are in `words` now. */
export function translate(words: Int32Array, cpu: number, walked: Walked, gva: bigint): Translation {
  const now: EntryValues = (gpa, bytes) => [readGuest(words, gpa, bytes)];
  return translations(words, cpu, walked, gva, now).next().value as Translation;
}

/** The same with entries that may be taken for more than one value: every translation that comes of that. */
export function* translations(
  words: Int32Array,
  cpu: number,
  { amd, nested }: Walked,
  gva: bigint,
  values: EntryValues,
): Generator<Translation, undefined> {
  const regs = vcpuPlace(words, cpu);
  const { levels, entryBytes, nxe } = vcpuMode(words, regs);
  const mode: Mode = { levels, fourBytes: entryBytes === 4, nxe, amd };
  const start: Way = {
    level: levels,
    table: cr3Frame(words, regs) * 4096,
    entries: [],
    rights: { writable: true, user: true, executable: true },
  };
  if (levels !== 3) yield* ways(mode, entryBytes, gva, values, start);
  else if (amd && nested) {
    const pointers = Number((words[regs + VCPU.cr3_lo] as number) & 0xfe0);
    yield* ways(mode, entryBytes, gva, values, { ...start, table: start.table + pointers });
  } else {
    const pointer = regs + VCPU.pdptes + Number(bits(gva, 30, 31)) * 2;
    if (!((words[pointer + 1] as number) & 1)) yield ended(start, 0);
    else
      yield* ways(mode, entryBytes, gva, values, {
        ...start,
        level: 2,
        table: (words[pointer] as number) * 4096,
      });
  }
}

/** How far a walk has come. */
interface Way {
  readonly level: number;
  /** Address of the table. */
  readonly table: number;
  readonly entries: Translation['entries'];
  readonly rights: Pick<Translation, 'writable' | 'user' | 'executable'>;
}

const ended = ({ entries, rights }: Way, fault: number, outside: number | null = null): Translation => ({
  entries,
  gfn: null,
  fault,
  outside,
  ...rights,
});

function* ways(
  mode: Mode,
  bytes: 4 | 8,
  gva: bigint,
  values: EntryValues,
  way: Way,
): Generator<Translation, undefined> {
  const { level } = way;
  const indexBits = mode.fourBytes ? 10 : 9;
  const shift = 12 + (level - 1) * indexBits;
  const width = isPointer(mode, level) ? 2 : indexBits;
  const gpa = way.table + Number(bits(gva, shift, shift + width - 1)) * bytes;
  for (const value of values(gpa, bytes)) {
    if (value === null || !bit(value, 0)) {
      yield ended(way, 0, value === null ? gpa : null);
      continue;
    }
    // Pointers have no A flag to look at.
    const entries = isPointer(mode, level) ? way.entries : [...way.entries, { gpa, value }];
    const large = level > 1 && level <= 3 && bit(value, 7) && !isPointer(mode, level);
    const rights = isPointer(mode, level) ? way.rights : narrowed(way.rights, value);
    if (isReserved(mode, level, large, value)) yield ended({ ...way, entries }, 9);
    else if (large || level === 1) {
      const within = level === 1 ? 0 : Number(bits(gva, 12, shift - 1));
      const gfn = firstFrame(mode, shift, large, value) + within;
      yield { entries, gfn, fault: null, outside: null, ...rights };
    } else {
      const table = Number(bits(value, 12, mode.fourBytes ? 31 : 39)) * 4096;
      yield* ways(mode, bytes, gva, values, { level: level - 1, table, entries, rights });
    }
  }
}

const narrowed = ({ writable, user, executable }: Way['rights'], value: bigint): Way['rights'] => ({
  writable: writable && bit(value, 1),
  user: user && bit(value, 2),
  executable: executable && !bit(value, 63),
});

/** First frame of the page that a leaf maps; a 4 MiB page has address bits 32 to 35 in its bits 13 to 16. */
function firstFrame(mode: Mode, shift: number, large: boolean, value: bigint): number {
  if (!large) return Number(bits(value, 12, mode.fourBytes ? 31 : 39));
  if (mode.fourBytes) return Number(bits(value, 22, 31)) * 1024 + Number(bits(value, 13, 16)) * 2 ** 20;
  return Number(bits(value, shift, 39)) * 2 ** (shift - 12);
}

/** The #PF error code that a translation gives an access; null if it allows it. */
export function faultOf(
  words: Int32Array,
  cpu: number,
  found: Translation,
  access: GuestAccess,
): number | null {
  const { wp, smep, smap, nxe } = vcpuMode(words, vcpuPlace(words, cpu));
  const write = access.kind === 'write';
  const fetch = access.kind === 'exec';
  const asked = (write ? 2 : 0) + (access.user ? 4 : 0) + (fetch && (nxe || smep) ? 16 : 0);
  if (found.fault !== null) return asked + found.fault;
  const refused = access.user
    ? !found.user || (write && !found.writable)
    : (write && wp && !found.writable) || (found.user && (fetch ? smep : smap && !access.ac));
  return refused || (fetch && !found.executable) ? asked + 1 : null;
}

/** Whether an access to a guest frame leaves to user space: no slot is there, or a write meets one that is read-only. */
export function leavesToUserSpace(words: Int32Array, gfn: number, write: boolean): boolean {
  const slot = findSlot(words, gfn);
  return slot === 0 || (write && ((words[slot + SLOT.flags] as number) & SLOT_FLAG.readOnly) !== 0);
}

/** Whether the host forbids writing a guest frame. */
export function isHostReadOnly(words: Int32Array, gfn: number): boolean {
  const slot = findSlot(words, gfn);
  return slot !== 0 && !isHostWritable(words, slot, gfn - (words[slot + SLOT.base_gfn] as number));
}
