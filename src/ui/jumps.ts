/**
 * Going to things, and back: every selection and every jump of the cursor can be undone. Steps (arrow keys, play) are no jumps;
 * the place that they led to is what a jump leaves.
 */
import { create } from 'zustand';
import { type Place, samePlace } from './place.ts';
import { useStudio } from './store.ts';

/** Where a person was: the cursor, and what was selected. */
interface Spot {
  readonly cursor: number;
  readonly selection: Place | null;
}

interface JumpState {
  /** The latest last. */
  readonly back: readonly Spot[];
  /** The nearest last. */
  readonly forward: readonly Spot[];
}

/** So many jumps can be undone. */
const MOST = 200;

export const useJumps = create<JumpState>(() => ({ back: [], forward: [] }));

const here = (): Spot => {
  const { cursor, selection } = useStudio.getState();
  return { cursor, selection };
};

const sameSpot = (a: Spot, b: Spot): boolean => a.cursor === b.cursor && samePlace(a.selection, b.selection);

function jump(to: Spot): void {
  const from = here();
  if (sameSpot(from, to)) return;
  useJumps.setState(({ back }) => ({ back: [...back, from].slice(-MOST), forward: [] }));
  useStudio.setState(to);
}

/** Moves the cursor to an event, selects a place, or both; what is not named stays. */
export function goTo(to: { readonly event?: number; readonly place?: Place | null }): void {
  const from = here();
  jump({ cursor: to.event ?? from.cursor, selection: to.place === undefined ? from.selection : to.place });
}

/** Selects a place; the one that is selected already is released. */
export function select(place: Place | null): void {
  goTo({ place: samePlace(useStudio.getState().selection, place) ? null : place });
}

/** Takes the last spot of one list, and leaves the present one on the other. */
function travel(from: keyof JumpState, to: keyof JumpState): void {
  const state = useJumps.getState();
  const spot = state[from].at(-1);
  if (!spot) return;
  const rest: Partial<JumpState> = { [from]: state[from].slice(0, -1), [to]: [...state[to], here()] };
  useJumps.setState(rest);
  useStudio.setState(spot);
}

/** Back to where the last jump began. */
export const goBack = (): void => travel('back', 'forward');

/** Undoes the last `goBack`. */
export const goForward = (): void => travel('forward', 'back');

/** Another scenario was opened: there is no way back into the old one. */
export const forgetJumps = (): void => useJumps.setState({ back: [], forward: [] });

/** The scenario was run anew: what was selected is carried over too. Where an event of the old log is in the new one; and a place. */
export function carryJumps(
  moved: (cursor: number) => number,
  movedPlace: (place: Place | null) => Place | null,
): void {
  const carry = ({ cursor, selection }: Spot): Spot => ({
    cursor: moved(cursor),
    selection: movedPlace(selection),
  });
  useJumps.setState(({ back, forward }) => ({ back: back.map(carry), forward: forward.map(carry) }));
  useStudio.setState(({ selection }) => ({ selection: movedPlace(selection) }));
}
