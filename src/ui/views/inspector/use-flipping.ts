import { useState } from 'react';
import type { Insertion } from '#scenario/insert.ts';
import { putIn } from '#ui/edit/edits.ts';
import { goTo } from '#ui/jumps.ts';
import type { Moment } from '#ui/moment.ts';
import type { Place } from '#ui/place.ts';
import { useStudio } from '#ui/store.ts';

/** What a person is about to do to a place, and the doing of it. */
export interface Flipping {
  /** Position of the bit that the pointer or the focus is at. */
  readonly shown: number | null;
  readonly show: (bit: number | null) => void;
  /** Inserts statements; the place stays in view, so that one sees it change. */
  readonly make: (insertion: Insertion) => void;
}

export function useFlipping({ run }: Moment, place: Place): Flipping {
  const [shown, show] = useState<number | null>(null);
  const make = (insertion: Insertion) => {
    // A text that is still to be run is another one than the statements are meant for.
    if (useStudio.getState().text !== run.text) return;
    goTo({ place });
    putIn(insertion);
  };
  return { shown, show, make };
}
