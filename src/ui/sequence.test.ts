import { describe, expect, it } from 'vitest';
import { EVENT } from '#machine/events.ts';
import { LogWriter } from '#machine/log.ts';
import { LogReader } from '#machine/log-reader.ts';
import { allOf, listed, moved, storyOf } from './sequence.ts';

it('passes over calls and returns', () => {
  const log = new LogWriter(100);
  log.emit(EVENT.step, 1);
  log.emit(EVENT.call);
  log.emit(EVENT.entry);
  log.emit(EVENT.return);
  log.emit(EVENT.outcome);
  const reader = new LogReader(log.finish(new Int32Array(1)));
  const story = storyOf(reader);
  expect(Array.from({ length: story.length }, (_, rank) => story.at(rank))).toEqual([0, 2, 4]);
  expect(allOf(reader).length).toBe(5);
});

describe('a sequence', () => {
  const sequence = listed([2, 5, 9]);
  it.each([
    [0, -1],
    [2, 0],
    [4, 0],
    [5, 1],
    [9, 2],
    [99, 2],
  ])('event %i has rank %i', (index, rank) => {
    expect(sequence.rank(index)).toBe(rank);
  });

  it.each([
    [2, 1, 5],
    [5, -1, 2],
    [9, 1, 9],
    [2, -1, 2],
    [7, 1, 9],
    [7, -1, 5],
    [0, 1, 2],
  ])('from %i by %i to %i', (from, steps, to) => {
    expect(moved(sequence, from, steps)).toBe(to);
  });
});
