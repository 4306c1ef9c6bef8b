/** Play and stop: the cursor moves by itself, an event at a time, until a stop or the end. */
import { create } from 'zustand';
import { focused, isPageFocused, moveFocused } from '#ui/compare/cursor.ts';
import { moved } from './sequence.ts';
import { currentSequence } from './session.ts';
import { stopFrom } from './stops.ts';

/** Milliseconds an event stays. */
const PACE = 450;

export const usePlayback = create<{ playing: boolean }>(() => ({ playing: false }));

let timer: ReturnType<typeof setInterval> | undefined;

export function stop(): void {
  clearInterval(timer);
  usePlayback.setState({ playing: false });
}

function advance(): void {
  const { run, cursor } = focused();
  const next = run ? moved(currentSequence(run), cursor, 1) : cursor;
  const stopAt = isPageFocused() ? stopFrom(cursor, 1) : -1;
  const isStopped = stopAt >= 0 && stopAt <= next;
  if (next !== cursor) moveFocused(isStopped ? stopAt : next);
  if (next === cursor || isStopped) stop();
}

/** Plays from the cursor (from the beginning, if it stands at the end), or stops. */
export function togglePlay(): void {
  if (usePlayback.getState().playing) {
    stop();
    return;
  }
  const { run, cursor } = focused();
  if (!run) return;
  const sequence = currentSequence(run);
  if (moved(sequence, cursor, 1) === cursor) moveFocused(sequence.at(0));
  usePlayback.setState({ playing: true });
  timer = setInterval(advance, PACE);
}
