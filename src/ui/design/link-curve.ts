/** In CSS pixels. */
interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * A path's data: from a thing to another, level where it leaves and where it comes in.
 * @param middle how far to the right it is drawn to: between things beside each other midway, else around what lies between them
 */
export function linkCurve(from: Point, to: Point, middle = (from.x + to.x) / 2): string {
  return `M${from.x} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`;
}
