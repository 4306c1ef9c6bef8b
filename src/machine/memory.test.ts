import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bigOfPair, hiOfBig, loOfBig } from '#arch/word64.ts';
import { dropHostPages, hostPage, hostPageWritable, NO_FRAME, protectHostPages } from './host-pages.ts';
import { createMemory, guestFrame, loadedHi, loadedLo, loadGuest, storeGuest } from './memory.ts';
import { loadOperand, operandParts, storeOperand } from './operand.ts';
import { createSlot, findSlot, removeSlot, SLOT_FLAG, slotById } from './slots.ts';
import { Machine } from './words.ts';

/** A machine with 16 small pages from frame 0x10 on, and four times 2 MiB from frame 0x400 on. */
function machine(): Machine {
  const m = new Machine();
  createMemory(m);
  createSlot(m, { id: 3, baseGfn: 0x10, npages: 16, flags: 0 });
  createSlot(m, { id: 7, baseGfn: 0x400, npages: 2048, flags: SLOT_FLAG.huge });
  return m;
}

const loaded = (): bigint => bigOfPair(loadedHi, loadedLo);

describe('slots', () => {
  it('are found by frame and by id, and end where they end', () => {
    const m = machine();
    expect([0xf, 0x10, 0x1f, 0x20, 0x400, 0xbff, 0xc00].map((gfn) => findSlot(m.words, gfn) !== 0)).toEqual([
      false,
      true,
      true,
      false,
      true,
      true,
      false,
    ]);
    expect(slotById(m.words, 7)).toBe(findSlot(m.words, 0x400));
    removeSlot(m, slotById(m.words, 3));
    expect(findSlot(m.words, 0x10)).toBe(0);
    expect(slotById(m.words, 3)).toBe(0);
  });
});

describe('guest memory', () => {
  it('holds what was stored, byte for byte, whatever the widths', () => {
    const width = fc.constantFrom(1, 2, 4, 8);
    const store = fc.record({
      page: fc.constantFrom(0x10, 0x1f, 0x400, 0x5ff, 0x600),
      slot: fc.nat(63),
      width,
      value: fc.bigInt(0n, (1n << 64n) - 1n),
    });
    fc.assert(
      fc.property(fc.array(store, { maxLength: 60 }), (stores) => {
        const m = machine();
        const bytes = new Map<number, bigint>();
        for (const { page, slot, width: size, value } of stores) {
          const offset = slot * size;
          expect(storeGuest(m, page, offset, size, hiOfBig(value), loOfBig(value))).toBe(true);
          for (let i = 0; i < size; i++)
            bytes.set(page * 4096 + offset + i, (value >> BigInt(i * 8)) & 0xffn);
          expect(loadGuest(m, page, offset, size)).toBe(true);
          expect(loaded() & ((1n << BigInt(size * 8)) - 1n)).toBe(value & ((1n << BigInt(size * 8)) - 1n));
        }
        for (const [gpa, byte] of bytes) {
          loadGuest(m, gpa >>> 12, gpa & 0xfff, 1);
          expect(loaded()).toBe(byte);
        }
      }),
      { seed: 8, numRuns: 60 },
    );
  });

  it('reads as zero before it is written, and is not there outside the slots', () => {
    const m = machine();
    expect(loadGuest(m, 0x11, 8, 8)).toBe(true);
    expect(loaded()).toBe(0n);
    expect(loadGuest(m, 0x20, 0, 8)).toBe(false);
    expect(storeGuest(m, 0x20, 0, 8, 0, 1)).toBe(false);
    expect(guestFrame(m, 0x20, false)).toBe(NO_FRAME);
  });
});

describe('a host page', () => {
  it('keeps its frame, and 512 of a huge one are neighbours', () => {
    const m = machine();
    const first = guestFrame(m, 0x400, false);
    expect(guestFrame(m, 0x401, true)).toBe(first + 1);
    expect(guestFrame(m, 0x5ff, false)).toBe(first + 511);
    expect(guestFrame(m, 0x600, false) - first).toBeGreaterThanOrEqual(512);
    expect(guestFrame(m, 0x10, false)).toBe(guestFrame(m, 0x10, true));
  });

  it('that is dropped reads as the shared zeros, and gets a frame of its own when it is written', () => {
    const m = machine();
    const slot = findSlot(m.words, 0x12);
    storeGuest(m, 0x12, 0, 8, 0, 99);
    const before = guestFrame(m, 0x12, false);
    dropHostPages(m, slot, 2, 3);
    const zero = hostPage(m, slot, 2, false);
    expect(hostPageWritable).toBe(false);
    loadGuest(m, 0x12, 0, 8);
    expect(loaded()).toBe(0n);
    const after = hostPage(m, slot, 2, true);
    expect(hostPageWritable).toBe(true);
    expect(new Set([before, zero, after]).size).toBe(3);
  });

  it('that is protected can be read, and not written', () => {
    const m = machine();
    const slot = findSlot(m.words, 0x12);
    storeGuest(m, 0x12, 0, 8, 0, 99);
    protectHostPages(m, slot, 2, 3, false);
    expect(storeGuest(m, 0x12, 0, 8, 0, 1)).toBe(false);
    loadGuest(m, 0x12, 0, 8);
    expect(loaded()).toBe(99n);
    protectHostPages(m, slot, 2, 3, true);
    expect(storeGuest(m, 0x12, 0, 8, 0, 1)).toBe(true);
  });
});

describe('an operand', () => {
  it('of any alignment is put together from its parts', () => {
    fc.assert(
      fc.property(
        fc.nat(4095),
        fc.constantFrom(1, 2, 4, 8),
        fc.bigInt(0n, (1n << 64n) - 1n),
        (at, width, value) => {
          const m = machine();
          const frames = [guestFrame(m, 0x10, true), guestFrame(m, 0x11, true)];
          const parts = operandParts(at, width);
          expect(parts.reduce((bytes, [, count]) => bytes + count, 0)).toBe(width);
          let read = 0n;
          parts.forEach(([from, count], i) => {
            const offset = (at + from) & 0xfff;
            const frame = frames[i] as number;
            storeOperand(m, frame, offset, count, from, hiOfBig(value), loOfBig(value));
            read |= bigOfPair(...loadOperand(m.words, frame, offset, count, from));
          });
          const mask = (1n << BigInt(width * 8)) - 1n;
          expect(read & mask).toBe(value & mask);
        },
      ),
      { seed: 9, numRuns: 300 },
    );
  });
});
