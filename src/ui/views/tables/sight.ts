/** What of a scrolling element is in sight, and zooming by wheel and by two fingers. */
import { type RefCallback, useMemo, useState } from 'react';
import { useScrollPlace } from '#ui/design/scroll-place.ts';
import { distance } from '#ui/design/zoom.ts';
import type { Card } from './card.ts';
import { zoomBy } from './state.ts';

export interface Sight {
  readonly top: number;
  readonly height: number;
}

/** Cards this far outside are drawn too: they are there when somebody scrolls. */
const MARGIN = 200;

/** Whether a card is to be drawn. @param hasty the cursor moves too fast for anybody to scroll (haste.ts) */
export function isInSight(card: Card, { top, height }: Sight, hasty: boolean): boolean {
  const margin = hasty ? 0 : MARGIN;
  return card.y < top + height + margin && card.y + card.height > top - margin;
}

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

/** Zooming, for an element. */
function attachZoom(element: HTMLElement | null): (() => void) | undefined {
  return element ? listenToZoom(element) : undefined;
}

/** Two uses of an element as one ref. */
const both =
  (one: RefCallback<HTMLElement>, other: RefCallback<HTMLElement>): RefCallback<HTMLElement> =>
  (element) => {
    const ends = [one(element), other(element)];
    return () => {
      for (const end of ends) if (typeof end === 'function') end();
    };
  };

/** A ref for the element that scrolls and zooms, what is in sight of it, and how to scroll it. */
export function useSight(): {
  readonly attach: RefCallback<HTMLElement>;
  readonly sight: Sight;
  readonly moveTo: (top: number) => void;
} {
  const { attach, top, view, moveTo } = useScrollPlace<HTMLElement>();
  return { attach: useMemo(() => both(attach, attachZoom), [attach]), sight: { top, height: view }, moveTo };
}

/** Brings a card into sight when it becomes another one. @param sight of what scrolls, in CSS pixels */
export function useReveal(
  { sight, moveTo }: Pick<ReturnType<typeof useSight>, 'sight' | 'moveTo'>,
  cards: readonly Card[],
  id: string,
  zoom: number,
): void {
  const [last, setLast] = useState('');
  const card = cards.find(({ table }) => table.id === id);
  const y = (card?.y ?? -1) * zoom;
  const end = y + (card?.height ?? 0) * zoom;
  const now = `${y} ${end}`;
  if (sight.height === 0 || now === last) return;
  setLast(now);
  if (y >= 0 && (y < sight.top || end > sight.top + sight.height))
    moveTo(Math.max(0, Math.min(y - 24, end - sight.height / 2)));
}
