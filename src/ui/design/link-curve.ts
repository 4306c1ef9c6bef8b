/** In CSS pixels. */
interface Point {
  readonly x: number;
  readonly y: number;
}

/** A path's data: from a thing to another beside it, level where it leaves and where it comes in. */
export function linkCurve(from: Point, to: Point): string {
  const middle = (from.x + to.x) / 2;
  return `M${from.x} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`;
}
