/** What of a scrolling element is in sight, and zooming by wheel and by two fingers. */
import { type RefCallback, useCallback, useEffect, useRef, useState } from 'react';
import { distance } from '#ui/design/zoom.ts';
import type { Card } from './card.ts';
import { zoomBy } from './state.ts';

export interface Sight {
  readonly top: number;
  readonly height: number;
}

/** Cards this far outside are drawn too. */
const MARGIN = 400;

export const isInSight = (card: Card, { top, height }: Sight): boolean =>
  card.y < top + height + MARGIN && card.y + card.height > top - MARGIN;

/** How much a notch of the wheel zooms. */
const WHEEL = 0.0015;

/** Zooms while Ctrl is held, as pages do, and by two fingers. Returns what ends it. */
function listenToZoom(element: HTMLElement): () => void {
  const fingers = new Map<number, PointerEvent>();
  let last = 0;
  const apart = (): number => {
    const [a, b] = [...fingers.values()];
    return a && b ? distance(a, b) : 0;
  };
  const lift = ({ pointerId }: PointerEvent): void => {
    fingers.delete(pointerId);
    last = apart();
  };
  const off = new AbortController();
  const { signal } = off;
  const listen = <K extends keyof HTMLElementEventMap>(
    kind: K,
    hear: (event: HTMLElementEventMap[K]) => void,
  ) => element.addEventListener(kind, hear, { signal, passive: false });
  listen('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoomBy(Math.exp(-event.deltaY * WHEEL));
  });
  listen('pointerdown', (event) => {
    if (event.pointerType !== 'touch') return;
    fingers.set(event.pointerId, event);
    last = apart();
  });
  listen('pointermove', (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, event);
    const now = apart();
    if (last > 0 && now > 0) zoomBy(now / last);
    last = now;
  });
  listen('pointerup', lift);
  listen('pointercancel', lift);
  return () => off.abort();
}

/** A ref for the element that scrolls, the element itself, and what is in sight of it. */
export function useSight(): {
  readonly attach: RefCallback<HTMLElement>;
  readonly element: { readonly current: HTMLElement | null };
  readonly sight: Sight;
} {
  const [sight, setSight] = useState<Sight>({ top: 0, height: 800 });
  const element = useRef<HTMLElement | null>(null);
  const attach = useCallback((target: HTMLElement | null) => {
    element.current = target;
    if (!target) return;
    const look = (): void => setSight({ top: target.scrollTop, height: target.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(target);
    target.addEventListener('scroll', look, { passive: true });
    const stopZoom = listenToZoom(target);
    return () => {
      observer.disconnect();
      target.removeEventListener('scroll', look);
      stopZoom();
    };
  }, []);
  return { attach, element, sight };
}

/** Brings a card into sight when it becomes another one. */
export function useReveal(
  element: { readonly current: HTMLElement | null },
  cards: readonly Card[],
  id: string,
  zoom: number,
): void {
  const card = cards.find(({ table }) => table.id === id);
  const y = (card?.y ?? -1) * zoom;
  const end = y + (card?.height ?? 0) * zoom;
  useEffect(() => {
    const box = element.current;
    if (!box || y < 0) return;
    const { scrollTop, clientHeight } = box;
    if (y < scrollTop || end > scrollTop + clientHeight)
      box.scrollTop = Math.max(0, Math.min(y - 24, end - clientHeight / 2));
  }, [element, y, end]);
}
