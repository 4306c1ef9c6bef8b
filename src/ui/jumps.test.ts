import { beforeEach, describe, expect, it } from 'vitest';
import { carryJumps, forgetJumps, goBack, goForward, goTo, select, useJumps } from './jumps.ts';
import type { Place } from './place.ts';
import { setCursor, useStudio } from './store.ts';

const t3: Place = { kind: 'table', table: 't3' };
const frame: Place = { kind: 'frame', of: 'guest', frame: 0x10 };
const now = () => {
  const { cursor, selection } = useStudio.getState();
  return { cursor, selection };
};

beforeEach(() => {
  forgetJumps();
  useStudio.setState({ cursor: 0, selection: null });
});

describe('jumps', () => {
  it('can be undone and done again, one by one', () => {
    goTo({ event: 5 });
    goTo({ event: 9, place: t3 });
    select(frame);
    goBack();
    expect(now()).toEqual({ cursor: 9, selection: t3 });
    goBack();
    expect(now()).toEqual({ cursor: 5, selection: null });
    goForward();
    goForward();
    expect(now()).toEqual({ cursor: 9, selection: frame });
    goForward();
    expect(now()).toEqual({ cursor: 9, selection: frame });
  });

  it('lead back to where steps had led', () => {
    setCursor(3);
    goTo({ event: 50 });
    goBack();
    expect(now().cursor).toBe(3);
  });

  it('to where one is already are none', () => {
    goTo({ event: 0 });
    goTo({ place: null });
    expect(useJumps.getState().back).toEqual([]);
  });

  it('after going back begin a new way forward', () => {
    goTo({ event: 5 });
    goBack();
    goTo({ event: 7 });
    goForward();
    expect(now().cursor).toBe(7);
  });

  it('are bounded', () => {
    for (let event = 1; event < 1000; event++) goTo({ event });
    expect(useJumps.getState().back.length).toBeLessThanOrEqual(200);
  });

  it('are carried over to a new run', () => {
    goTo({ event: 5 });
    goTo({ event: 9 });
    select(t3);
    carryJumps(
      (cursor) => cursor * 10,
      (place) => (place?.kind === 'table' ? frame : place),
    );
    expect(now().selection).toEqual(frame);
    goBack();
    goBack();
    expect(now()).toEqual({ cursor: 50, selection: null });
  });
});

it('selecting what is selected releases it', () => {
  select(t3);
  select({ kind: 'table', table: 't3' });
  expect(now().selection).toBeNull();
  goBack();
  expect(now().selection).toEqual(t3);
});
