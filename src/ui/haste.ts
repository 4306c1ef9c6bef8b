/**
 * Whether the cursor moves faster than one can look at what it passes: while a key is held, or many events are played in a second.
 * What only somebody who looks has a use for waits until then, and what moves to be looked at stands still.
 */
import { create } from 'zustand';
import { useStudio } from './store.ts';

/** Milliseconds between two moves that leave no time to look. */
const QUICK = 150;

export const useHaste = create<{ hasty: boolean }>(() => ({ hasty: false }));

/** Follows the page's cursor from now on. */
export function startHaste(): void {
  let last = -Infinity;
  const look = (): void => {
    const rest = last + QUICK - performance.now();
    if (rest > 0) setTimeout(look, rest);
    else useHaste.setState({ hasty: false });
  };
  useStudio.subscribe(({ cursor }, before) => {
    if (cursor === before.cursor) return;
    const now = performance.now();
    if (now - last < QUICK && !useHaste.getState().hasty) {
      useHaste.setState({ hasty: true });
      setTimeout(look, QUICK);
    }
    last = now;
  });
}
