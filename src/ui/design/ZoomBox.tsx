import { type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { useWords } from '#ui/words/language.ts';
import { distance, middle, type Point, WHOLE, type Zoom, zoomed } from './zoom.ts';
import './zoom.css';

/** A second tap within so many milliseconds and pixels of the first enlarges, or shows the whole again. */
const DOUBLE = { time: 400, reach: 30 };
const DOUBLE_FACTOR = 2;
/** Movement in pixels from which a touch is no tap. */
const SLIP = 10;

interface Tap {
  readonly at: Point;
  readonly time: number;
}

/** The fingers on an element, and what they do to its zoom. */
function useTouchZoom() {
  const [zoom, setZoom] = useState<Zoom>(WHOLE);
  const box = useRef<HTMLDivElement>(null);
  const fingers = useRef(new Map<number, Point>());
  const start = useRef<Point | null>(null);
  const tap = useRef<Tap | null>(null);

  const pointOf = (event: PointerEvent): Point => {
    const { left = 0, top = 0 } = box.current?.getBoundingClientRect() ?? {};
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const change = (factor: number, from: Point, to: Point) => {
    const { clientWidth: width = 0, clientHeight: height = 0 } = box.current ?? {};
    setZoom((now) => zoomed(now, { width, height }, factor, from, to));
  };
  const down = (event: PointerEvent) => {
    if (event.pointerType !== 'touch') return;
    const at = pointOf(event);
    fingers.current.set(event.pointerId, at);
    start.current = fingers.current.size === 1 ? at : null;
  };
  const move = (event: PointerEvent) => {
    const from = fingers.current.get(event.pointerId);
    if (!from) return;
    const to = pointOf(event);
    const [other] = [...fingers.current].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    fingers.current.set(event.pointerId, to);
    if (other)
      change(
        distance(other, to) / Math.max(1, distance(other, from)),
        middle(other, from),
        middle(other, to),
      );
    else if (zoom.scale > 1) change(1, from, to);
  };
  const up = (event: PointerEvent) => {
    if (!fingers.current.delete(event.pointerId)) return;
    const at = pointOf(event);
    const isTap = event.type === 'pointerup' && start.current && distance(start.current, at) < SLIP;
    const last = tap.current;
    tap.current = isTap ? { at, time: event.timeStamp } : null;
    if (!isTap || !last || event.timeStamp - last.time > DOUBLE.time || distance(last.at, at) > DOUBLE.reach)
      return;
    tap.current = null;
    if (zoom.scale > 1) setZoom(WHOLE);
    else change(DOUBLE_FACTOR, at, at);
  };
  const handlers = { onPointerDown: down, onPointerMove: move, onPointerUp: up, onPointerCancel: up };
  return { zoom, box, handlers, reset: () => setZoom(WHOLE) };
}

/** A figure that two fingers enlarge, one moves, and a double tap shows larger or whole again. */
export function ZoomBox({ children }: { readonly children: ReactNode }) {
  const words = useWords();
  const { zoom, box, handlers, reset } = useTouchZoom();
  const isZoomed = zoom.scale > 1;
  return (
    <div ref={box} className={`zoom-box${isZoomed ? ' zoomed' : ''}`} {...handlers}>
      <div
        className="zoom-content"
        style={
          isZoomed ? { transform: `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})` } : undefined
        }
      >
        {children}
      </div>
      {isZoomed && (
        <button type="button" className="button zoom-reset" onClick={reset}>
          {words.layout.wholeFigure}
        </button>
      )}
    </div>
  );
}
