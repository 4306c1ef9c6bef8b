/** Slots, the stub page, names, and what prepares guest memory: `slot`, `stub`, `let`, `space`, `map`, `poke`. */

import { MAX_SLOTS } from '#machine/slots.ts';
import { MODES } from './check-machine.ts';
import { MAX_MEMORY, SLOT_IDS } from './limits.ts';
import type { Statement, Word } from './parse.ts';
import {
  argument,
  hasFlag,
  hex,
  isAligned,
  key,
  numberWithin,
  PAGE,
  pageAddress,
  pageBytes,
  type Resolution,
  report,
  valueWithin,
  wordValue,
} from './resolution.ts';
import type { Machine, PageSize, Paging, SetupStatement, Slot, Stub, Width } from './scenario.ts';

/** Memory as it comes together, statement by statement. */
export interface Memory {
  readonly machine: Machine;
  readonly paging: Paging;
  readonly slots: Slot[];
  readonly setup: SetupStatement[];
  stub: Stub | null;
  /** A slot could not be made out: what lies in no slot may be meant to lie in that one. */
  hasFaultySlot: boolean;
  /** Bytes that must lie in a slot, whichever slot comes later: where, from, how many. */
  readonly inSlots: { readonly word: Word; readonly gpa: number; readonly size: number }[];
}

const PAGE_SIZES: Readonly<Record<string, PageSize>> = {
  '4K': 0x1000,
  '2M': 0x200000,
  '4M': 0x400000,
  '1G': 0x40000000,
};

/** Bits of the largest physical address that an entry can hold (SDM volume 3, paging-structure entries). */
const ENTRY_ADDRESS_BITS = 52;

/** Bytes of a host page of a `gigantic` slot. */
const GIGANTIC_PAGE = 0x4000_0000;

/** A virtual address of this mode: canonical, or short enough that it may also be a nested guest's physical one. */
function virtualAddress(resolution: Resolution, word: Word, paging: Paging): bigint {
  const { addressBits, registerBits } = MODES[paging];
  if (registerBits === 32) return valueWithin(resolution, word, 32, 'address');
  const value = wordValue(resolution, word);
  const upper = value >> BigInt(addressBits - 1);
  const allOnes = (1n << BigInt(65 - addressBits)) - 1n;
  if (upper <= 1n || upper === allOnes) return value;
  report(resolution, word.span, 'not-canonical', word.name, hex(value), addressBits);
  return 0n;
}

function makeSlot(resolution: Resolution, memory: Memory, statement: Statement): void {
  const { slots, machine } = memory;
  if (slots.length === MAX_SLOTS) {
    report(resolution, statement.span, 'too-many-slots', MAX_SLOTS);
    return;
  }
  const found = resolution.problems.length;
  const idWord = argument(statement, 'ID');
  const id = numberWithin(resolution, idWord, { least: 0, most: SLOT_IDS - 1 });
  const gpa = pageAddress(resolution, key(statement, 'gpa')!, machine.maxphyaddr);
  const size = pageBytes(resolution, key(statement, 'size')!, machine.maxphyaddr);
  if (resolution.problems.length > found) {
    memory.hasFaultySlot = true;
    return;
  }
  const end = gpa + size;
  if (end > 2 ** machine.maxphyaddr) {
    report(resolution, statement.span, 'slot-end', hex(end), machine.maxphyaddr);
  }
  if (slots.some((slot) => slot.id === id)) {
    report(resolution, idWord.span, 'slot-twice', id);
  }
  const other = slots.find((slot) => slot.gpa < end && gpa < slot.gpa + slot.size);
  if (other !== undefined) {
    const last = other.gpa + other.size - 1;
    report(resolution, statement.span, 'slot-overlap', other.id, hex(other.gpa), hex(last));
  }
  const total = slots.reduce((sum, slot) => sum + slot.size, size);
  if (slots.length === MAX_SLOTS) report(resolution, statement.span, 'too-many-slots', MAX_SLOTS);
  if (total > MAX_MEMORY) {
    report(resolution, statement.span, 'too-much-memory', MAX_MEMORY / 2 ** 30);
  }
  const flag = (name: string) => hasFlag(statement, name);
  const gigantic = flag('gigantic');
  if (gigantic && (gpa % GIGANTIC_PAGE !== 0 || size % GIGANTIC_PAGE !== 0))
    report(resolution, statement.span, 'slot-gigantic');
  slots.push({ id, gpa, size, ro: flag('ro'), log: flag('log'), huge: flag('huge'), gigantic });
}

function makeStub(resolution: Resolution, memory: Memory, statement: Statement): void {
  const page = (name: string) => {
    const word = key(statement, name);
    if (word === undefined) return null;
    const address = virtualAddress(resolution, word, memory.paging);
    isAligned(resolution, word, address, PAGE);
    return address;
  };
  const gpaWord = key(statement, 'gpa')!;
  const gpa = pageAddress(resolution, gpaWord, memory.machine.maxphyaddr);
  memory.inSlots.push({ word: gpaWord, gpa, size: PAGE });
  memory.stub = { gva: page('gva') ?? 0n, gpa, ugva: page('ugva') };
}

/** A new name. What it stands for is taken even if something is wrong, so that its uses are not called wrong too. */
function declare(resolution: Resolution, word: Word, value: bigint, isSpace: boolean): void {
  const { line } = word.span;
  const older = resolution.names.get(word.text);
  if (older !== undefined) {
    report(resolution, word.span, 'name-taken', word.text, older.line);
    return;
  }
  resolution.names.set(word.text, { value, line, isSpace });
}

function makeSpace(resolution: Resolution, memory: Memory, statement: Statement): void {
  const nameWord = argument(statement, 'NAME');
  const poolWord = key(statement, 'pool')!;
  const bits = Math.min(MODES[memory.paging].registerBits, memory.machine.maxphyaddr);
  const pool = pageAddress(resolution, poolWord, bits);
  declare(resolution, nameWord, BigInt(pool), true);
  memory.inSlots.push({ word: poolWord, gpa: pool, size: PAGE });
  memory.setup.push({ kind: 'space', span: statement.span, name: nameWord.text, pool });
}

/** The page size of a `map`, as far as the mode has it. */
function mapSize(resolution: Resolution, memory: Memory, statement: Statement): PageSize {
  const word = key(statement, 'size');
  if (word === undefined) return 0x1000;
  const size = PAGE_SIZES[word.text]!;
  const { sizes } = MODES[memory.paging];
  if (sizes.includes(size)) return size;
  const allowed = Object.keys(PAGE_SIZES).filter((name) => sizes.includes(PAGE_SIZES[name]!));
  report(resolution, word.span, 'wrong-page-size', allowed, memory.paging, word.text);
  return 0x1000;
}

/** The bits of a leaf: several words are joined as by `|`. */
function leafBits(resolution: Resolution, memory: Memory, statement: Statement): bigint {
  const { entryBits } = MODES[memory.paging];
  const words = statement.words.filter((word) => word.role === 'argument' && word.name === 'BITS');
  return words.reduce(
    (bits, word) => bits | valueWithin(resolution, word, entryBits, 'entry', entryBits / 8),
    0n,
  );
}

function makeMap(resolution: Resolution, memory: Memory, statement: Statement): void {
  const spaceWord = argument(statement, 'SPACE');
  const space = resolution.names.get(spaceWord.text);
  if (space?.isSpace !== true) {
    report(resolution, spaceWord.span, 'no-space', spaceWord.text, space?.line ?? null);
  }
  const size = mapSize(resolution, memory, statement);
  const gvaWord = argument(statement, 'GVA');
  const gpaWord = argument(statement, 'GPA');
  const gva = virtualAddress(resolution, gvaWord, memory.paging);
  isAligned(resolution, gvaWord, gva, size);
  const bits = Math.min(MODES[memory.paging].entryBits, ENTRY_ADDRESS_BITS);
  const gpa = valueWithin(resolution, gpaWord, bits, 'entry-address');
  // Only whole frames: address bits below a large page's size are reserved ones, which a scenario may set on purpose.
  isAligned(resolution, gpaWord, gpa, PAGE);
  const leaf = leafBits(resolution, memory, statement);
  memory.setup.push({ kind: 'map', span: statement.span, space: spaceWord.text, gva, gpa, bits: leaf, size });
}

function makePoke(resolution: Resolution, memory: Memory, statement: Statement): void {
  const gpaWord = argument(statement, 'GPA');
  const bits = memory.machine.maxphyaddr;
  const address = valueWithin(resolution, gpaWord, bits, 'physical-address');
  const width = Number(key(statement, 'width')?.text ?? '8') as Width;
  const value = fittingValue(resolution, argument(statement, 'VALUE'), width);
  const gpa = Number(address);
  memory.inSlots.push({ word: gpaWord, gpa, size: width });
  memory.setup.push({ kind: 'poke', span: statement.span, gpa, value, width });
}

/** A value that fits in so many bytes. */
export function fittingValue(resolution: Resolution, word: Word, width: Width): bigint {
  return valueWithin(resolution, word, width * 8, 'width', width);
}

type Maker = (resolution: Resolution, memory: Memory, statement: Statement) => void;

const MAKERS: Readonly<Record<string, Maker>> = {
  slot: makeSlot,
  stub: makeStub,
  let: (resolution, _memory, statement) =>
    declare(
      resolution,
      argument(statement, 'NAME'),
      wordValue(resolution, argument(statement, 'VALUE')),
      false,
    ),
  space: makeSpace,
  map: makeMap,
  poke: makePoke,
};

/** Takes one statement about memory; others are not its business. */
export function checkMemory(resolution: Resolution, memory: Memory, statement: Statement): void {
  MAKERS[statement.verb]?.(resolution, memory, statement);
}

/** Says what should lie in a slot and does not. To be called when all slots are known. */
export function checkPlaces(resolution: Resolution, memory: Memory): void {
  if (memory.hasFaultySlot) return;
  for (const { word, gpa, size } of memory.inSlots) {
    const inside = memory.slots.some((slot) => gpa >= slot.gpa && gpa + size <= slot.gpa + slot.size);
    if (!inside) report(resolution, word.span, 'in-no-slot', word.name, hex(gpa));
  }
}
