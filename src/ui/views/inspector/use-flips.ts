import { useMemo, useState } from 'react';
import { useHaste } from '#ui/haste.ts';
import type { Moment } from '#ui/moment.ts';
import { type Place, placeText } from '#ui/place.ts';
import { type FlipMaker, useFlipMaker } from './flip-maker.ts';
import { type EntryFlips, type Flips, STALE, UNKNOWN } from './flips.ts';
import { useIsRunnable } from './use-flipping.ts';

/** Finds what flips the bits of a place. */
type Find<P, F extends Flips> = (maker: FlipMaker, moment: Moment, place: P) => F;

/**
 * What flips the bits of a place, and the same found at the very moment that is shown, for what is pressed. The first is found at once,
 * so that nothing moves below it afterwards; but while the cursor races it is the one of a moment that is past, and unknown for
 * another place than it was found for.
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
  const isHasty = useHaste((state) => state.hasty);
  const shown = placeText(place);
  const [found, setFound] = useState<{ of: string; by: typeof now; flips: F | EntryFlips } | null>(null);
  if (!isHasty && found?.by !== now) setFound({ of: shown, by: now, flips: now() });
  const flips = found?.of === shown ? found.flips : UNKNOWN;
  return [isRunnable ? flips : STALE, now];
}
