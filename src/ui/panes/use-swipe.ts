/** Swipes: a finger that moves sideways, far enough. */
import { type PointerEvent, useRef } from 'react';
import type { Point } from '#ui/design/zoom.ts';

/** Least way in CSS pixels, and how many times as far sideways as up or down. */
const LEAST = 48;
const SIDEWAYS = 2;

/** Where a finger's movement sideways is something else. */
const OWN = '.zoomed, [role="slider"], input, textarea, select, .cm-editor';

interface Touch extends Point {
  readonly id: number;
}

/** Whether an element, or one around it, scrolls sideways. */
function scrollsSideways(element: Element | null): boolean {
  for (let at = element; at; at = at.parentElement) {
    if (at.scrollWidth > at.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(at).overflowX))
      return true;
  }
  return false;
}

/** Which way a finger went: 1 to the left, as one turns a page; -1 to the right; 0 for anything else. */
export function swipeOf(start: Point, end: Point): -1 | 0 | 1 {
  const [dx, dy] = [end.x - start.x, end.y - start.y];
  const isSwipe = Math.abs(dx) >= LEAST && Math.abs(dx) > SIDEWAYS * Math.abs(dy);
  return isSwipe ? (dx < 0 ? 1 : -1) : 0;
}

/** Handlers for an element on which a swipe means something. */
export function useSwipe(onSwipe: (direction: 1 | -1) => void) {
  const start = useRef<Touch | null>(null);
  const sign = ({ pointerId, clientX, clientY }: PointerEvent): Touch => ({
    id: pointerId,
    x: clientX,
    y: clientY,
  });
  return {
    onPointerDown: (event: PointerEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      // A second finger makes it a pinch.
      const isFirst = event.pointerType === 'touch' && event.isPrimary;
      start.current = isFirst && !target?.closest(OWN) && !scrollsSideways(target) ? sign(event) : null;
    },
    onPointerUp: (event: PointerEvent) => {
      const direction = start.current?.id === event.pointerId ? swipeOf(start.current, sign(event)) : 0;
      start.current = null;
      if (direction !== 0) onSwipe(direction);
    },
    onPointerCancel: () => {
      start.current = null;
    },
  };
}
