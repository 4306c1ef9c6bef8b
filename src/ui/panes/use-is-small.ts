/** Whether the screen has room for one view only. */
import { useSyncExternalStore } from 'react';

const QUERY = '(max-width: 760px)';

function subscribe(listener: () => void): () => void {
  const query = matchMedia(QUERY);
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

export const useIsSmall = (): boolean => useSyncExternalStore(subscribe, () => matchMedia(QUERY).matches);
