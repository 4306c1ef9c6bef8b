import { describe, expect, it } from 'vitest';
import { FIRST_TOUCH, runText } from '#ui/run.fixture.ts';
import { allOf, listed } from '#ui/sequence.ts';
import { hostLane, places, rangeWith, rankAtX, rankX, tickSpacing, timelineModel } from './model.ts';
import { type BoxShape, timelineShapes } from './shapes.ts';

const run = runText(FIRST_TOUCH);
const { reader } = run;
const source = {
  reader,
  sequence: run.story,
  numberAt: (rank: number) => rank + 1,
  cpus: 1,
  host: 'work' as const,
  found: null,
  stops: listed([]),
};
const whole = { from: 0, count: reader.length };

describe('the timeline', () => {
  it('has a block a step and a mark an event where there is room', () => {
    const model = timelineModel(source, whole, reader.length * 12);
    expect(model.blocks.map((block) => block.label)).toEqual([
      '1 read 0x10000',
      '2 write 0x10000 0x1234',
      '3 read 0x40000000',
    ]);
    const blocks = reader.stepCount * 2;
    expect(model.marks).toHaveLength(reader.length - blocks);
    expect(model.outside).toHaveLength(3);
  });

  it('draws no more marks than pixels, and keeps the faults', () => {
    const model = timelineModel(source, whole, 20);
    expect(model.marks.length).toBeLessThanOrEqual(40);
    expect(model.marks.filter((mark) => mark.tone === 'fault').length).toBeGreaterThan(2);
  });

  it('finds the event under the pointer', () => {
    for (const index of [0, 7, reader.length - 1])
      expect(rankAtX(whole, 640, rankX(whole, 640, index))).toBe(index);
  });

  it('moves the range as little as needed to hold the cursor', () => {
    expect(rangeWith({ from: 10, count: 20 }, 100, 15)).toEqual({ from: 10, count: 20 });
    const moved = rangeWith({ from: 10, count: 20 }, 100, 60);
    expect(moved.from).toBeLessThanOrEqual(60);
    expect(moved.from + moved.count).toBeGreaterThan(60);
    expect(rangeWith({ from: 10, count: 20 }, 100, 0).from).toBe(0);
  });

  it.each([
    [100, 10, 10],
    [7, 10, 1],
    [1000, 12, 100],
    [45, 10, 5],
  ])('spaces ticks for %i events', (events, count, spacing) => {
    expect(tickSpacing(events, count)).toBe(spacing);
  });
});

describe('places of events', () => {
  const range = { from: 10, count: 20 };
  const shown = allOf({ length: 100 });

  it('are where their columns are', () => {
    const found = listed([3, 12, 29, 30]);
    expect(places(shown, found, range, 200)).toEqual([rankX(range, 200, 12), rankX(range, 200, 29)]);
    expect(places(shown, null, range, 200)).toEqual([]);
    expect(places(shown, listed([]), range, 200)).toEqual([]);
  });

  it('are as many as pixels at most, however many events there are', () => {
    const million = allOf({ length: 1_000_000 });
    const xs = places(million, million, { from: 0, count: 1_000_000 }, 300);
    expect(xs.length).toBeGreaterThan(290);
    expect(xs.length).toBeLessThanOrEqual(301);
    expect(new Set(xs.map(Math.floor)).size).toBe(xs.length);
  });

  it('are those of the event before, for what is not stepped through', () => {
    const story = listed([0, 10, 20]);
    const all = { from: 0, count: 3 };
    expect(places(story, listed([12]), all, 30)).toEqual([rankX(all, 30, 1)]);
  });
});

describe('the host’s lane', () => {
  it('holds steps of its own where the host takes some', () => {
    expect(hostLane(reader, true)).toBe('work');
    expect(hostLane(runText(`${FIRST_TOUCH}host drop 0x10000 4K\n`).reader, true)).toBe('steps');
    expect(hostLane(reader, false)).toBe('none');
  });

  it('draws what the hypervisor does below them', () => {
    const dropped = runText(`${FIRST_TOUCH}host drop 0x10000 4K\n`);
    const range = { from: 0, count: dropped.story.length };
    const model = timelineModel(
      { ...source, reader: dropped.reader, sequence: dropped.story, host: 'steps' },
      range,
      range.count * 12,
    );
    const shapes = timelineShapes(model, { isShape: true, currentStep: 0 });
    const step = shapes.find(
      (shape) => shape.kind === 'box' && shape.label.includes('host drop'),
    ) as BoxShape;
    const marks = shapes.filter((shape) => shape.kind === 'glyph' && shape.x > step.x);
    expect(marks.length).toBeGreaterThan(0);
    for (const mark of marks) expect(mark.y).toBeGreaterThan(step.y + step.height);
  });
});
