import { describe, expect, it } from 'vitest';
import { addFirst, addLast, initList, remove } from './list.ts';
import { LimitExceeded } from './log.ts';
import { LogReader } from './log-reader.ts';
import { DEFAULT_LIMITS, FRAME, FRAME_SHIFT, FRAME_WORDS, Machine } from './words.ts';

/** A machine whose log begins now, and a way to read the log. */
function started() {
  const m = new Machine();
  const place = m.allocateFrames(2, FRAME.heap) << FRAME_SHIFT;
  const base = m.copy();
  m.log.begin();
  return { m, place, reader: () => new LogReader(m.log.finish(base)) };
}

describe('the setter', () => {
  it('notes every change, and nothing that is none', () => {
    const { m, place, reader } = started();
    m.set(place, 7);
    m.set(place, 7);
    m.set(place, 0x1_0000_0009);
    m.log.emit(0);
    m.set(place + 1, -1);
    m.log.emit(0);
    expect(reader().changes(0)).toEqual([
      { place, old: 0, value: 7 },
      { place, old: 7, value: 9 },
    ]);
    expect(reader().changes(1)).toEqual([{ place: place + 1, old: 0, value: -1 }]);
  });
});

describe('frames', () => {
  it('are zero, follow each other, and know what they are used for', () => {
    const { m } = started();
    const first = m.allocateFrames(3, FRAME.table, 42);
    expect(m.allocateFrames(1, FRAME.guest)).toBe(first + 3);
    expect([0, 1, 2].map((i) => [m.frameUse(first + i), m.frameOwner(first + i)])).toEqual(
      Array(3).fill([FRAME.table, 42]),
    );
    expect(m.frameUse(first + 100_000)).toBe(0);
    const start = first << FRAME_SHIFT;
    expect(m.words.subarray(start, start + FRAME_WORDS).every((word) => word === 0)).toBe(true);
  });

  it('are described also beyond the first page of descriptors, and when memory has grown', () => {
    const { m, place } = started();
    m.set(place, 5);
    const first = m.allocateFrames(5000, FRAME.guest, 3);
    expect(m.frameUse(first + 4999)).toBe(FRAME.guest);
    expect(m.frameOwner(first + 4999)).toBe(3);
    expect(m.get(place)).toBe(5);
  });

  it('are limited, and say by how much the limit was passed', () => {
    const m = new Machine({ ...DEFAULT_LIMITS, memory: 2 });
    m.allocateFrames(400, FRAME.guest);
    const passed = { what: 'memory', limit: 2, needed: 4 };
    expect(() => m.allocateFrames(400, FRAME.guest)).toThrow(LimitExceeded);
    expect(() => m.allocateFrames(400, FRAME.guest)).toThrow(expect.objectContaining(passed));
  });

  it('can be cleared', () => {
    const { m, place } = started();
    for (let i = 0; i < 2 * FRAME_WORDS; i++) m.set(place + i, i + 1);
    m.clearFrame(place >>> FRAME_SHIFT);
    expect(m.words.subarray(place, place + FRAME_WORDS).some((word) => word !== 0)).toBe(false);
    expect(m.get(place + FRAME_WORDS)).toBe(FRAME_WORDS + 1);
  });
});

describe('small structures', () => {
  it('do not overlap, are even, and never cross a frame', () => {
    const { m } = started();
    const taken = new Set<number>();
    for (let i = 0; i < 500; i++) {
      const size = 1 + ((i * 37) % 90);
      const place = m.allocateWords(size);
      expect(place % 2).toBe(0);
      expect((place + size - 1) >>> FRAME_SHIFT).toBe(place >>> FRAME_SHIFT);
      for (let word = place; word < place + size; word++) {
        expect(taken.has(word)).toBe(false);
        taken.add(word);
      }
    }
  });
});

describe('a list', () => {
  const nodesOf = (m: Machine, head: number, direction: 0 | 1): number[] => {
    const nodes: number[] = [];
    for (let node = m.get(head + direction); node !== head; node = m.get(node + direction)) nodes.push(node);
    return nodes;
  };

  it('keeps its order, forwards and backwards, as nodes come and go', () => {
    const { m } = started();
    const [head, a, b, c] = [0, 1, 2, 3].map(() => m.allocateWords(2)) as [number, number, number, number];
    initList(m, head);
    expect(nodesOf(m, head, 0)).toEqual([]);
    addFirst(m, head, a);
    addFirst(m, head, b);
    addLast(m, head, c);
    expect(nodesOf(m, head, 0)).toEqual([b, a, c]);
    expect(nodesOf(m, head, 1)).toEqual([c, a, b]);
    remove(m, a);
    expect(nodesOf(m, head, 0)).toEqual([b, c]);
    expect([m.get(a), m.get(a + 1)]).toEqual([0, 0]);
    remove(m, c);
    remove(m, b);
    expect(nodesOf(m, head, 1)).toEqual([]);
  });
});
