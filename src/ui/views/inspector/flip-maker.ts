/** What works flips out: a module of its own, which a page that has shown what happened loads for whoever looks closer. */
import { useEffect } from 'react';
import { create } from 'zustand';
import { whenIdle } from '#ui/idle.ts';
import { useSession } from '#ui/session.ts';

export type FlipMaker = typeof import('./make-flips.ts');

const useMaker = create<{ maker: FlipMaker | null }>(() => ({ maker: null }));

const load = async (): Promise<void> => useMaker.setState({ maker: await import('./make-flips.ts') });

/** Loads it once there is a log and the page has nothing more urgent to do, wherever the inspector is then. */
export function usePreparedFlips(): void {
  const hasRun = useSession(({ run }) => run !== null);
  useEffect(() => (hasRun ? whenIdle(load) : undefined), [hasRun]);
}

/** What works flips out; null until it is loaded. */
export const useFlipMaker = (): FlipMaker | null => useMaker((state) => state.maker);
