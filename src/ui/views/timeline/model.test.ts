import { describe, expect, it } from 'vitest';
import { EVENT } from '#machine/events.ts';
import { FIRST_TOUCH, runText } from '#ui/run.fixture.ts';
import { matchingEvents } from './filter.ts';
import { rangeWith, rankAtX, rankX, tickSpacing, timelineModel } from './model.ts';

const run = runText(FIRST_TOUCH);
const { reader } = run;
const source = { reader, sequence: run.story, numberAt: (rank: number) => rank + 1, cpus: 1, hasHost: true };
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

describe('the filter', () => {
  it('leaves events whose line has every word', () => {
    const found = matchingEvents(run, run.story, 'SPTE level=1');
    expect(found.length).toBeGreaterThan(0);
    for (let rank = 0; rank < found.length; rank++)
      expect([EVENT.kvm_mmu_set_spte, EVENT.kvm_mmu_spte_requested]).toContain(reader.kind(found.at(rank)));
    expect(matchingEvents(run, run.story, '  ')).toBe(run.story);
  });
});
