/** Play and stop: the cursor moves by itself, an event at a time, until a stop or the end. */
import { create } from 'zustand';
import { focused, isPageFocused, moveFocused } from '#ui/compare/cursor.ts';
import { moved } from './sequence.ts';
import { currentSequence } from './session.ts';
import { stopFrom } from './stops.ts';

/** Events in a second that can be played. */
export const PACES = [1, 2, 5, 10, 20] as const;
export type Pace = (typeof PACES)[number];

const USUAL: Pace = 2;
const KEY = 'penumbra.pace';

/** The pace that a browser has kept. */
function keptPace(): Pace {
  try {
    return PACES.find((pace) => `${pace}` === localStorage.getItem(KEY)) ?? USUAL;
  } catch {
    return USUAL;
  }
}

export const usePlayback = create<{ playing: boolean; pace: Pace }>(() => ({
  playing: false,
  pace: keptPace(),
}));

let timer: ReturnType<typeof setInterval> | undefined;

function begin(): void {
  clearInterval(timer);
  timer = setInterval(advance, 1000 / usePlayback.getState().pace);
}

export function stop(): void {
  clearInterval(timer);
  usePlayback.setState({ playing: false });
}

function advance(): void {
  const { run, cursor } = focused();
  if (!run) {
    stop();
    return;
  }
  const sequence = currentSequence(run);
  const next = moved(sequence, cursor, 1);
  const stopAt = isPageFocused() ? stopFrom(cursor, 1) : -1;
  const isStopped = stopAt >= 0 && stopAt <= next;
  const target = isStopped ? stopAt : next;
  if (target !== cursor) moveFocused(target);
  // At once, so that who then plays again begins anew.
  if (isStopped || moved(sequence, target, 1) === target) stop();
}

/** Plays at a pace, now and later, also when the page is opened again. */
export function setPace(pace: Pace): void {
  try {
    localStorage.setItem(KEY, `${pace}`);
  } catch {
    // Not kept, but played.
  }
  usePlayback.setState({ pace });
  if (usePlayback.getState().playing) begin();
}

/** To the next pace, or the last; the fastest and the slowest stay. */
export function changePace(direction: 1 | -1): void {
  const pace = PACES[PACES.indexOf(usePlayback.getState().pace) + direction];
  if (pace) setPace(pace);
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
  begin();
}
