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

/** An element that scrolls, what watches it, and where the page wants it and the browser has it. */
interface Scroller<T extends HTMLElement> {
  readonly element: T;
  readonly observer: ResizeObserver;
  wanted: number;
  scrolled: number;
}

/**
 * Follows how far an element is scrolled, and moves it. A move is known here first, and the browser is told between the
 * layout of the next picture and its painting: told any earlier, it would lay the page out at once, in the middle of
 * other work.
 */
export function useScrollPlace<T extends HTMLElement>(): ScrollPlace<T> {
  const [top, moveTo] = useState(0);
  const [view, setView] = useState(0);
  const scroller = useRef<Scroller<T> | null>(null);
  useLayoutEffect(() => {
    const now = scroller.current;
    if (!now || now.wanted === top) return;
    now.wanted = top;
    // An observer that begins to watch an element answers once that is laid out, always before it is painted.
    now.observer.unobserve(now.element);
    now.observer.observe(now.element);
  }, [top]);
  const attach = useCallback((element: T | null) => {
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      setView(Math.floor(entry?.contentRect.height ?? 0));
      if (now.scrolled === now.wanted) return;
      element.scrollTop = now.wanted;
      // Further than it goes, it went as far as it does.
      follow();
    });
    const now: Scroller<T> = { element, observer, wanted: 0, scrolled: 0 };
    const follow = (): void => {
      now.wanted = now.scrolled = element.scrollTop;
      moveTo(now.scrolled);
    };
    const hear = (): void => {
      // What the page moved itself it hears of a picture later, when it may want something else already.
      if (element.scrollTop !== now.scrolled) follow();
    };
    scroller.current = now;
    observer.observe(element);
    element.addEventListener('scroll', hear, { passive: true });
    return () => {
      scroller.current = null;
      observer.disconnect();
      element.removeEventListener('scroll', hear);
    };
  }, []);
  return { attach, top, view, moveTo };
}
