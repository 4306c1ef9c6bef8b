/** Memory slots: which guest frames there are. A slot's record has one word for what a hypervisor keeps about it. */
import { record } from './record.ts';
import { HEADER, type Machine } from './words.ts';

/** At most so many slots at a time. */
export const MAX_SLOTS = 256;

/**
 * `hva_page`: where the slot's memory begins in the host's address space, in pages: as far from a multiple of 1 GiB as its first
 * guest frame was when it was made. A slot that moves stays there.
 */
export const SLOT = record([
  'used',
  'id',
  'base_gfn',
  'hva_page',
  'npages',
  'flags',
  'ptes',
  'huge',
  'dirty_bitmap',
  'arch',
]);
/** `huge`: backed by 2 MiB host pages; `gigantic` beside it: by 1 GiB ones, and then base and size are multiples of 1 GiB. */
export const SLOT_FLAG = { readOnly: 1, dirtyLog: 2, huge: 4, invalid: 8, gigantic: 16 } as const;

export interface SlotSpec {
  readonly id: number;
  /** Frames. */
  readonly baseGfn: number;
  readonly npages: number;
  readonly flags: number;
}

/** Makes the table of slots, empty. */
export function createSlotTable(m: Machine): void {
  const slots = m.allocateArray(MAX_SLOTS * SLOT.size);
  m.set(HEADER.slots, slots);
  m.set(HEADER.slotsEnd, slots);
}

/** Makes a slot with memory of its own. Returns its place. Throws RangeError if there is no room for another. */
export function createSlot(m: Machine, spec: SlotSpec): number {
  const slot = freeSlot(m);
  m.set(slot + SLOT.used, 1);
  m.set(slot + SLOT.id, spec.id);
  m.set(slot + SLOT.base_gfn, spec.baseGfn);
  m.set(slot + SLOT.hva_page, spec.baseGfn);
  m.set(slot + SLOT.npages, spec.npages);
  m.set(slot + SLOT.flags, spec.flags);
  m.set(slot + SLOT.ptes, m.allocateArray(spec.npages));
  if (spec.flags & SLOT_FLAG.huge) m.set(slot + SLOT.huge, m.allocateArray((spec.npages >>> 9) + 2));
  return slot;
}

/** Takes a slot away; its memory is not used again. */
export function removeSlot(m: Machine, slot: number): void {
  for (let word = 0; word < SLOT.size; word++) m.set(slot + word, 0);
}

function freeSlot(m: Machine): number {
  const slots = m.get(HEADER.slots);
  const end = m.get(HEADER.slotsEnd);
  for (let slot = slots; slot < end; slot += SLOT.size) if (!m.get(slot + SLOT.used)) return slot;
  if (end === slots + MAX_SLOTS * SLOT.size) throw new RangeError(`more than ${MAX_SLOTS} memory slots`);
  m.set(HEADER.slotsEnd, end + SLOT.size);
  return end;
}

/** Places of all slots in use, in order. */
export function slotPlaces(words: Int32Array): number[] {
  const places: number[] = [];
  const end = words[HEADER.slotsEnd] as number;
  for (let slot = words[HEADER.slots] as number; slot < end; slot += SLOT.size) {
    if (words[slot + SLOT.used]) places.push(slot);
  }
  return places;
}

/** The slot that holds a guest frame, or 0. */
export function findSlot(words: Int32Array, gfn: number): number {
  const end = words[HEADER.slotsEnd] as number;
  for (let slot = words[HEADER.slots] as number; slot < end; slot += SLOT.size) {
    if (!words[slot + SLOT.used]) continue;
    const index = gfn - (words[slot + SLOT.base_gfn] as number);
    if (index >= 0 && index < (words[slot + SLOT.npages] as number)) return slot;
  }
  return 0;
}

/** The slot with an id, or 0. */
export function slotById(words: Int32Array, id: number): number {
  return slotPlaces(words).find((slot) => words[slot + SLOT.id] === id) ?? 0;
}
