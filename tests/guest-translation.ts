/**
 * A guest's translations, found without KVM: a plain walk of the guest's own tables over the memory slots, and which of its
 * results a vCPU may still use, given what it has flushed.
 */
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
const bit = (value: bigint, at: number): boolean => ((value >> BigInt(at)) & 1n) === 1n;

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
  if (level >= 4 && (bit(value, 7) || (mode.amd && bit(value, 8)))) return true;
  return large && bits(value, 13, level === 2 ? 20 : 29) !== 0n;
}

/** Walks a vCPU's tables for an address, as they are in `words` now. */
export function translate(words: Int32Array, cpu: number, amd: boolean, gva: bigint): Translation {
  const regs = vcpuPlace(words, cpu);
  const { levels, entryBytes, nxe } = vcpuMode(words, regs);
  const mode: Mode = { levels, fourBytes: entryBytes === 4, nxe, amd };
  const indexBits = mode.fourBytes ? 10 : 9;
  const entries: { gpa: number; value: bigint }[] = [];
  let rights = { writable: true, user: true, executable: true };
  let table = cr3Frame(words, regs);
  let level: number = levels;
  const ends = (fault: number): Translation => ({ entries, gfn: null, fault, ...rights });
  if (levels === 3) {
    const pointer = regs + VCPU.pdptes + Number(bits(gva, 30, 31)) * 2;
    if (!((words[pointer + 1] as number) & 1)) return ends(0);
    table = words[pointer] as number;
    level = 2;
  }
  for (; ; level--) {
    const shift = 12 + (level - 1) * indexBits;
    const gpa = table * 4096 + Number(bits(gva, shift, shift + indexBits - 1)) * entryBytes;
    const value = readGuest(words, gpa, entryBytes);
    if (value === null || !bit(value, 0)) return ends(0);
    entries.push({ gpa, value });
    const large = level > 1 && level <= 3 && bit(value, 7);
    if (isReserved(mode, level, large, value)) return ends(9);
    rights = {
      writable: rights.writable && bit(value, 1),
      user: rights.user && bit(value, 2),
      executable: rights.executable && !bit(value, 63),
    };
    if (large || level === 1) {
      const within = level === 1 ? 0 : Number(bits(gva, 12, shift - 1));
      return { entries, gfn: firstFrame(mode, shift, large, value) + within, fault: null, ...rights };
    }
    table = Number(bits(value, 12, mode.fourBytes ? 31 : 39));
  }
}

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

const sameTranslation = (one: Translation, other: Translation): boolean =>
  one.gfn === other.gfn &&
  one.fault === other.fault &&
  one.entries.length === other.entries.length &&
  one.entries.every(
    ({ gpa, value }, i) => gpa === other.entries[i]?.gpa && value === other.entries[i]?.value,
  );

/** The translations that each vCPU may still use, by page. */
export class Translations {
  readonly #amd: boolean;
  readonly #pages: readonly bigint[];
  readonly #usable: Map<bigint, Translation[]>[];

  /** @param pages addresses of the pages that a scenario touches */
  constructor(words: Int32Array, vcpus: number, amd: boolean, pages: readonly bigint[]) {
    this.#amd = amd;
    this.#pages = pages;
    this.#usable = Array.from({ length: vcpus }, () => new Map());
    for (let cpu = 0; cpu < vcpus; cpu++) this.flush(words, cpu);
  }

  /** The last one is what the tables say now. */
  usable(cpu: number, gva: bigint): readonly Translation[] {
    return this.#usable[cpu]?.get(gva & ~0xfffn) ?? [];
  }

  /** Notes what the tables say now, where that is news. */
  observe(words: Int32Array): void {
    this.#usable.forEach((pages, cpu) => {
      for (const page of this.#pages) {
        const found = translate(words, cpu, this.#amd, page);
        const known = pages.get(page) ?? [];
        const last = known.at(-1);
        if (last && sameTranslation(last, found)) continue;
        pages.set(page, [...known, found]);
      }
    });
  }

  /** A vCPU forgets all that its tables said before, of one page or of all. */
  flush(words: Int32Array, cpu: number, gva: bigint | null = null): void {
    for (const page of gva === null ? this.#pages : [gva & ~0xfffn])
      this.#usable[cpu]?.set(page, [translate(words, cpu, this.#amd, page)]);
  }
}
