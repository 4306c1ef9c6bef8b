/** Enlarging a figure in its box: how much, and by how much it is moved. Lengths in CSS pixels. */

export interface Zoom {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const WHOLE: Zoom = { scale: 1, x: 0, y: 0 };
const MOST = 4;

const between = (least: number, value: number, most: number): number =>
  Math.min(most, Math.max(least, value));

/** Kept so that the figure never leaves its box. */
function within({ scale, x, y }: Zoom, { width, height }: Size): Zoom {
  // `|| 0`: a negative zero is not the whole figure's.
  return {
    scale,
    x: between(width * (1 - scale), x, 0) || 0,
    y: between(height * (1 - scale), y, 0) || 0,
  };
}

/** Enlarged by a factor, with the point of the figure under `from` moved to `to`. */
export function zoomed(zoom: Zoom, box: Size, factor: number, from: Point, to: Point = from): Zoom {
  const scale = between(1, zoom.scale * factor, MOST);
  const ratio = scale / zoom.scale;
  return within({ scale, x: to.x - (from.x - zoom.x) * ratio, y: to.y - (from.y - zoom.y) * ratio }, box);
}

export const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
export const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);
