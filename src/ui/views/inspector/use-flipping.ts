import { useState } from 'react';
import type { Insertion } from '#scenario/insert.ts';
import { putIn } from '#ui/edit/edits.ts';
import { isEmbedded } from '#ui/embed.ts';
import { goTo } from '#ui/jumps.ts';
import type { Moment } from '#ui/moment.ts';
import type { Place } from '#ui/place.ts';
import { useSession } from '#ui/session.ts';
import { useStudio } from '#ui/store.ts';
import type { Flips } from './flips.ts';

/** What a person is about to do to a place, and the doing of it. */
export interface Flipping {
  /** Position of the bit that the pointer or the focus is at. */
  readonly shown: number | null;
  readonly show: (bit: number | null) => void;
  readonly flip: (bit: number) => void;
  /** Inserts statements; the place stays in view, so that one sees it change. */
  readonly make: (insertion: Insertion) => void;
}

/** @param flipsNow what flips bits at the very moment that is shown */
export function useFlipping({ run }: Moment, place: Place, flipsNow: () => Flips): Flipping {
  const [shown, show] = useState<number | null>(null);
  const make = (insertion: Insertion) => {
    // A text that is still to be run is another one than the statements are meant for.
    if (useStudio.getState().text !== run.text) return;
    goTo({ place });
    putIn(insertion);
  };
  const flip = (bit: number) => {
    const found = flipsNow().of(bit);
    if (found) make(found.insertion);
  };
  return { shown, show, flip, make };
}

/** Whether statements can be inserted: not while the text has errors, nor in a frame of another page. */
export const useIsRunnable = (): boolean =>
  useSession(({ problems }) => problems.length === 0) && !isEmbedded();
