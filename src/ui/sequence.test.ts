import { describe, expect, it } from 'vitest';
import { EVENT, WALKER_NESTED, WALKERS } from '#machine/events.ts';
import { LogWriter } from '#machine/log.ts';
import { LogReader } from '#machine/log-reader.ts';
import { allOf, hardwareOf, listed, moved, type Sequence, storyOf } from './sequence.ts';

const WALKER_KVM = WALKERS.length - 1;

const events = (sequence: Sequence): number[] =>
  Array.from({ length: sequence.length }, (_, rank) => sequence.at(rank));

it('has the calls, or what the hypervisor does, or the hardware alone', () => {
  const log = new LogWriter(100);
  log.emit(EVENT.step, 1);
  log.emit(EVENT.reference, WALKER_NESTED);
  log.emit(EVENT.exit);
  log.emit(EVENT.call);
  log.emit(EVENT.reference, WALKER_KVM);
  log.emit(EVENT.kvm_mmu_set_spte);
  log.emit(EVENT.rmapAdd);
  log.emit(EVENT.return);
  log.emit(EVENT.entry);
  log.emit(EVENT.tlbHit);
  log.emit(EVENT.outcome);
  const reader = new LogReader(log.finish(new Int32Array(1)));
  expect(allOf(reader).length).toBe(11);
  expect(events(storyOf(reader))).toEqual([0, 1, 2, 4, 5, 6, 8, 9, 10]);
  expect(events(hardwareOf(reader))).toEqual([0, 1, 2, 8, 9, 10]);
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
