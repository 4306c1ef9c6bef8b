/** The size of an element, followed as it changes. */
import { type RefCallback, useCallback, useState } from 'react';

/** In CSS pixels, without padding. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A ref for an element, and its size (0 until it is shown). */
export function useElementSize<T extends HTMLElement>(): [RefCallback<T>, Size] {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const ref = useCallback((element: T | null) => {
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      const { width = 0, height = 0 } = entry?.contentRect ?? {};
      setSize({ width: Math.floor(width), height: Math.floor(height) });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}

/** A ref for an element, and its width. */
export function useElementWidth<T extends HTMLElement>(): [RefCallback<T>, number] {
  const [ref, { width }] = useElementSize<T>();
  return [ref, width];
}
