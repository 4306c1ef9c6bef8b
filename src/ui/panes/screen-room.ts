/** How much room the screen has. */
import { useSyncExternalStore } from 'react';

/** Whether a media query holds, for React. A list of its own for each asking would be parsed anew each time. */
const holding = (query: string): (() => boolean) => {
  let known: MediaQueryList | undefined;
  const list = (): MediaQueryList => {
    known ??= matchMedia(query);
    return known;
  };
  const subscribe = (listener: () => void): (() => void) => {
    list().addEventListener('change', listener);
    return () => list().removeEventListener('change', listener);
  };
  return () => useSyncExternalStore(subscribe, () => list().matches);
};

/** Whether it has room for one view only: a phone, also on its side. */
export const useIsSmall = holding('(max-width: 760px), (max-width: 960px) and (max-height: 500px)');

/** Whether a view has no room to grow below the screen's edge, so that it had better fit: a phone on its side. */
export const useIsLow = holding('(max-height: 500px)');
