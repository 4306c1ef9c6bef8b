/** Where an element that scrolls is, for React. */
import { type RefCallback, useCallback, useLayoutEffect, useRef, useState } from 'react';

export interface ScrollPlace<T extends HTMLElement> {
  /** For what scrolls. */
  readonly attach: RefCallback<T>;
  /** How far it is scrolled, and how high it is; both in CSS pixels, and 0 until it is shown. */
  readonly top: number;
  readonly view: number;
  /** Scrolls it. May be called while the component that asked for the place renders: what it then draws fits already. */
  readonly moveTo: (top: number) => void;
}

/**
 * Follows how far an element is scrolled, and moves it. A move is known here first and the browser is told when
 * everything is drawn: a page that asks where something is before it has drawn is laid out twice.
 */
export function useScrollPlace<T extends HTMLElement>(): ScrollPlace<T> {
  const [top, moveTo] = useState(0);
  const [view, setView] = useState(0);
  const element = useRef<T | null>(null);
  /** Where the browser has it, as far as is known. */
  const scrolled = useRef(0);
  useLayoutEffect(() => {
    if (!element.current || scrolled.current === top) return;
    element.current.scrollTop = top;
    scrolled.current = element.current.scrollTop;
    // Further than it goes, it went as far as it does.
    moveTo(scrolled.current);
  }, [top]);
  const attach = useCallback((target: T | null) => {
    element.current = target;
    if (!target) return;
    const observer = new ResizeObserver(([entry]) => setView(Math.floor(entry?.contentRect.height ?? 0)));
    const follow = (): void => {
      scrolled.current = target.scrollTop;
      moveTo(target.scrollTop);
    };
    observer.observe(target);
    target.addEventListener('scroll', follow, { passive: true });
    return () => {
      observer.disconnect();
      target.removeEventListener('scroll', follow);
    };
  }, []);
  return { attach, top, view, moveTo };
}
