/** How much room the screen has. */
import { useSyncExternalStore } from 'react';

/** Whether a media query holds, for React. */
const holding = (query: string): (() => boolean) => {
  const subscribe = (listener: () => void): (() => void) => {
    const list = matchMedia(query);
    list.addEventListener('change', listener);
    return () => list.removeEventListener('change', listener);
  };
  return () => useSyncExternalStore(subscribe, () => matchMedia(query).matches);
};

/** Whether it has room for one view only: a phone, also on its side. */
export const useIsSmall = holding('(max-width: 760px), (max-width: 960px) and (max-height: 500px)');

/** Whether a view has no room to grow below the screen's edge, so that it had better fit: a phone on its side. */
export const useIsLow = holding('(max-height: 500px)');
