/** Memory slots: which guest frames there are. A slot's record has one word for what a hypervisor keeps about it. */
import { record } from './record.ts';
import { HEADER, type Machine } from './words.ts';

export const MAX_SLOTS = 32;

export const SLOT = record([
  'used',
  'id',
  'base_gfn',
  'npages',
  'flags',
  'ptes',
  'huge',
  'dirty_bitmap',
  'arch',
]);
export const SLOT_FLAG = { readOnly: 1, dirtyLog: 2, huge: 4, invalid: 8 } as const;

export interface SlotSpec {
  readonly id: number;
  /** Frames. */
  readonly baseGfn: number;
  readonly npages: number;
  readonly flags: number;
}

/** Makes the table of slots, empty. */
export function createSlotTable(m: Machine): void {
  m.set(HEADER.slots, m.allocateArray(MAX_SLOTS * SLOT.size));
}

/** Makes a slot with memory of its own. Returns its place. Throws RangeError if there is no room for another. */
export function createSlot(m: Machine, spec: SlotSpec): number {
  const slot = freeSlot(m);
  m.set(slot + SLOT.used, 1);
  m.set(slot + SLOT.id, spec.id);
  m.set(slot + SLOT.base_gfn, spec.baseGfn);
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
  for (let slot = slots; slot < slots + MAX_SLOTS * SLOT.size; slot += SLOT.size)
    if (!m.get(slot + SLOT.used)) return slot;
  throw new RangeError(`more than ${MAX_SLOTS} memory slots`);
}

/** Places of all slots in use, in order. */
export function slotPlaces(words: Int32Array): number[] {
  const places: number[] = [];
  const slots = words[HEADER.slots] as number;
  for (let i = 0; i < MAX_SLOTS; i++) if (words[slots + i * SLOT.size]) places.push(slots + i * SLOT.size);
  return places;
}

/** The slot that holds a guest frame, or 0. */
export function findSlot(words: Int32Array, gfn: number): number {
  const slots = words[HEADER.slots] as number;
  for (let slot = slots; slot < slots + MAX_SLOTS * SLOT.size; slot += SLOT.size) {
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
