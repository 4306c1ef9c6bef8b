import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startHaste, useHaste } from './haste.ts';
import { setCursor } from './store.ts';

const isHasty = (): boolean => useHaste.getState().hasty;
let cursor = 0;

/** Moves the cursor so many times, each so many milliseconds after the last. */
function moveOn(times: number, pause: number): void {
  for (let move = 0; move < times; move++) {
    vi.advanceTimersByTime(pause);
    setCursor(++cursor);
  }
}

beforeAll(() => {
  vi.useFakeTimers();
  startHaste();
});

afterAll(() => {
  vi.useRealTimers();
});

it('is not in single steps, nor while five events are played in a second', () => {
  moveOn(1, 1000);
  expect(isHasty()).toBe(false);
  moveOn(5, 200);
  expect(isHasty()).toBe(false);
});

it('is while a key is held, until the cursor rests', () => {
  moveOn(1, 1000);
  for (let move = 0; move < 40; move++) {
    moveOn(1, 33);
    expect(isHasty(), `after ${move + 2} moves`).toBe(true);
  }
  vi.advanceTimersByTime(100);
  expect(isHasty()).toBe(true);
  vi.advanceTimersByTime(60);
  expect(isHasty()).toBe(false);
});

it('begins anew', () => {
  moveOn(3, 50);
  expect(isHasty()).toBe(true);
  vi.advanceTimersByTime(151);
  expect(isHasty()).toBe(false);
  moveOn(2, 100);
  expect(isHasty()).toBe(true);
});

it('is no matter of anything else that changes', () => {
  vi.advanceTimersByTime(1000);
  setCursor(cursor);
  setCursor(cursor);
  expect(isHasty()).toBe(false);
});
