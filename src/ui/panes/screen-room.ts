/** How much room the screen has. */
import { useSyncExternalStore } from 'react';

interface Media {
  /** Whether it holds. */
  readonly holds: () => boolean;
  /** The same, for React. */
  readonly useHolds: () => boolean;
}

/** A media query. A list of its own for each asking would be parsed anew each time. */
function media(query: string): Media {
  let known: MediaQueryList | undefined;
  const list = (): MediaQueryList => {
    known ??= matchMedia(query);
    return known;
  };
  const holds = (): boolean => list().matches;
  const subscribe = (listener: () => void): (() => void) => {
    list().addEventListener('change', listener);
    return () => list().removeEventListener('change', listener);
  };
  return { holds, useHolds: () => useSyncExternalStore(subscribe, holds) };
}

const small = media('(max-width: 760px), (max-width: 960px) and (max-height: 500px)');
const narrow = media('(max-width: 1199px)');

/** Whether it has room for one view only: a phone, also on its side. */
export const useIsSmall = small.useHolds;

/** Whether it has room for several views, but not for the inspector beside all others: a tablet. */
export const isNarrow = (): boolean => narrow.holds() && !small.holds();

/** Whether a view has no room to grow below the screen's edge, so that it had better fit: a phone on its side. */
export const useIsLow = media('(max-height: 500px)').useHolds;
