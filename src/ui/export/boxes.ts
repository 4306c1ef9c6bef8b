/** The boxes of an element as SVG: background, hatching, borders, outline, the mark at its edge. Lengths in CSS pixels. */
import { element } from './markup.ts';

/** A rectangle on the page, or on the picture. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const SIDES = ['Top', 'Right', 'Bottom', 'Left'] as const;
type Side = (typeof SIDES)[number];

interface Border {
  readonly width: number;
  readonly style: string;
  readonly colour: string;
}

const pixels = (length: string): number => Number.parseFloat(length) || 0;

export const isVisible = (colour: string): boolean =>
  colour !== 'transparent' && !/^rgba\(.*, 0\)$/.test(colour) && colour !== 'none';

function borderOf(style: CSSStyleDeclaration, side: Side): Border {
  const line = style[`border${side}Style`];
  const isThere = line !== 'none' && line !== 'hidden' && isVisible(style[`border${side}Color`]);
  return {
    width: isThere ? pixels(style[`border${side}Width`]) : 0,
    style: line,
    colour: style[`border${side}Color`],
  };
}

function dashes({ style, width }: Border): string | null {
  if (style === 'dashed') return `${3 * width} ${2 * width}`;
  return style === 'dotted' ? `${width} ${width}` : null;
}

const stroke = (border: Border) => ({
  stroke: border.colour,
  'stroke-width': border.width,
  'stroke-dasharray': dashes(border),
});

function inset({ x, y, width, height }: Rect, by: number): Rect {
  return { x: x + by, y: y + by, width: Math.max(0, width - 2 * by), height: Math.max(0, height - 2 * by) };
}

/** The line of one side, within the box. */
function sideLine(rect: Rect, side: Side, border: Border): string {
  const half = border.width / 2;
  const right = rect.x + rect.width;
  const bottom = rect.y + rect.height;
  const path = {
    Top: `M${rect.x} ${rect.y + half}H${right}`,
    Right: `M${right - half} ${rect.y}V${bottom}`,
    Bottom: `M${rect.x} ${bottom - half}H${right}`,
    Left: `M${rect.x + half} ${rect.y}V${bottom}`,
  }[side];
  return element('path', { d: path, fill: 'none', ...stroke(border) });
}

function frame(rect: Rect, border: Border, radius: number): string {
  const line = (by: number, width: number) =>
    element('rect', {
      ...inset(rect, by),
      rx: radius || null,
      fill: 'none',
      ...stroke({ ...border, width }),
    });
  if (border.style !== 'double') return line(border.width / 2, border.width);
  const third = border.width / 3;
  return line(third / 2, third) + line(border.width - third / 2, third);
}

function borders(style: CSSStyleDeclaration, rect: Rect, radius: number): string {
  const all = SIDES.map((side) => borderOf(style, side));
  const [top] = all as [Border];
  const isFrame = all.every(({ width, style: line, colour }) => {
    return width > 0 && width === top.width && line === top.style && colour === top.colour;
  });
  if (isFrame) return frame(rect, top, radius);
  return SIDES.map((side, i) => {
    const border = all[i] as Border;
    return border.width > 0 ? sideLine(rect, side, border) : '';
  }).join('');
}

/** Id of the pattern that stands for the page's hatching. */
export const HATCH_ID = 'hatch';

/** The pattern of an element that is hatched. */
export const hatchPattern = (colour: string): string =>
  element(
    'pattern',
    { id: HATCH_ID, width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    element('path', { d: 'M0 0V6', stroke: colour, 'stroke-width': 1.5 }),
  );

const isHatched = (style: CSSStyleDeclaration): boolean =>
  style.backgroundImage.startsWith('repeating-linear-gradient');

function background(style: CSSStyleDeclaration, rect: Rect, radius: number): string {
  const fill = (colour: string) => element('rect', { ...rect, rx: radius || null, fill: colour });
  return (
    (isVisible(style.backgroundColor) ? fill(style.backgroundColor) : '') +
    (isHatched(style) ? fill(`url(#${HATCH_ID})`) : '')
  );
}

/** The line that marks a row at its left edge, which the page draws as a shadow within. */
function edgeMark(style: CSSStyleDeclaration, { x, y, height }: Rect): string {
  const match = /^(rgba?\([^)]*\)) ([\d.]+)px 0px 0px 0px inset$/.exec(style.boxShadow);
  return match ? element('rect', { x, y, width: pixels(match[2] ?? ''), height, fill: match[1] ?? '' }) : '';
}

/** An element's outline, which lies above its neighbours. */
export function outlineMarkup(style: CSSStyleDeclaration, rect: Rect): string {
  const width = pixels(style.outlineWidth);
  if (style.outlineStyle === 'none' || width === 0) return '';
  const by = -pixels(style.outlineOffset) - width / 2;
  return element('rect', {
    ...inset(rect, by),
    rx: pixels(style.borderTopLeftRadius) || null,
    fill: 'none',
    stroke: style.outlineColor,
    'stroke-width': width,
  });
}

/** What an element draws below its content. */
export function boxMarkup(style: CSSStyleDeclaration, rect: Rect): string {
  const radius = pixels(style.borderTopLeftRadius);
  return background(style, rect, radius) + borders(style, rect, radius) + edgeMark(style, rect);
}

/** A corner mark that the page draws as the borders of an empty `::before` at the element's upper left corner. */
export function cornerMark(style: CSSStyleDeclaration, { x, y }: Rect): string {
  const size = pixels(style.borderTopWidth) + pixels(style.borderLeftWidth);
  const isCorner = style.position === 'absolute' && style.content === '""' && size > 0;
  const isTriangle = isVisible(style.borderTopColor) && !isVisible(style.borderBottomColor);
  if (!isCorner || !isTriangle) return '';
  return element('path', { d: `M${x} ${y}h${size}l${-size} ${size}Z`, fill: style.borderTopColor });
}
