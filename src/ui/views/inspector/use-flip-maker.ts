import { useEffect } from 'react';
import { create } from 'zustand';
import { whenIdle } from '#ui/idle.ts';

type FlipMaker = typeof import('./make-flips.ts');

const useMaker = create<{ maker: FlipMaker | null }>(() => ({ maker: null }));

const load = async (): Promise<void> => useMaker.setState({ maker: await import('./make-flips.ts') });

/** What works flips out; null until it is loaded, which is when the page has nothing more urgent to do. */
export function useFlipMaker(): FlipMaker | null {
  const maker = useMaker((state) => state.maker);
  useEffect(() => (maker ? undefined : whenIdle(load)), [maker]);
  return maker;
}
