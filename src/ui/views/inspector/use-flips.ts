import { startTransition, useEffect, useMemo, useState } from 'react';
import { create } from 'zustand';
import { useHaste } from '#ui/haste.ts';
import { whenIdle } from '#ui/idle.ts';
import type { Moment } from '#ui/moment.ts';
import { type Place, placeText } from '#ui/place.ts';
import { type EntryFlips, type Flips, STALE, UNKNOWN } from './flips.ts';
import { useIsRunnable } from './use-flipping.ts';

export type FlipMaker = typeof import('./make-flips.ts');

const useMaker = create<{ maker: FlipMaker | null }>(() => ({ maker: null }));

const load = async (): Promise<void> => useMaker.setState({ maker: await import('./make-flips.ts') });

/** What works flips out; null until it is loaded, which is when the page has nothing more urgent to do. */
function useFlipMaker(): FlipMaker | null {
  const maker = useMaker((state) => state.maker);
  useEffect(() => (maker ? undefined : whenIdle(load)), [maker]);
  return maker;
}

/** Finds what flips the bits of a place. */
type Find<P, F extends Flips> = (maker: FlipMaker, moment: Moment, place: P) => F;

/**
 * What flips the bits of a place, and the same found at the very moment that is shown, for what is pressed. The first is worked out when
 * there is time: until the cursor rests it is the one of a moment that is past, and unknown for another place than it was worked out for.
 * @param find the same function each time
 */
export function useFlips<P extends Place, F extends Flips>(
  find: Find<P, F>,
  moment: Moment,
  place: P,
): readonly [F | EntryFlips, () => F | EntryFlips] {
  const maker = useFlipMaker();
  const isRunnable = useIsRunnable();
  const now = useMemo(
    () => () => (maker ? find(maker, moment, place) : UNKNOWN),
    [find, maker, moment, place],
  );
  const hasty = useHaste((state) => state.hasty);
  const shown = placeText(place);
  const [late, setLate] = useState<{ of: string; find: () => F | EntryFlips } | null>(null);
  useEffect(() => {
    if (!hasty) startTransition(() => setLate({ of: shown, find: now }));
  }, [shown, now, hasty]);
  const known = useMemo(() => late?.find() ?? UNKNOWN, [late]);
  const flips = late?.of === shown ? known : UNKNOWN;
  return [isRunnable ? flips : STALE, now];
}
