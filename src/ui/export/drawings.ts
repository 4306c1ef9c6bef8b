/** An SVG of the page as one that stands alone: the style sheets' properties become attributes. */
import type { Rect } from './boxes.ts';

/** What the page's style sheets set on drawings, with what holds where nothing is said. */
const PROPERTIES: readonly (readonly [string, string])[] = [
  ['fill', 'rgb(0, 0, 0)'],
  ['fill-opacity', '1'],
  ['stroke', 'none'],
  ['stroke-width', '1px'],
  ['stroke-dasharray', 'none'],
  ['stroke-linejoin', 'miter'],
  ['stroke-opacity', '1'],
  ['opacity', '1'],
  ['font-family', ''],
  ['font-size', ''],
  ['font-weight', '400'],
  ['text-anchor', 'start'],
  ['dominant-baseline', 'auto'],
  ['paint-order', 'normal'],
  ['text-decoration-line', 'none'],
];

/** Attributes that mean something on the page only. */
const PAGE_ONLY = /^(class|style|role|tabindex|data-.*|aria-.*)$/;

const FONT = /^font-/;

function inline(source: Element, copy: Element): void {
  const style = getComputedStyle(source);
  const isText = source instanceof SVGTextContentElement;
  for (const { name } of [...copy.attributes]) if (PAGE_ONLY.test(name)) copy.removeAttribute(name);
  for (const [property, usual] of PROPERTIES) {
    if (FONT.test(property) && !isText) continue;
    const value = style.getPropertyValue(property).replaceAll('"', property === 'font-family' ? "'" : '');
    const name = property === 'text-decoration-line' ? 'text-decoration' : property;
    if (value === usual || value === '') copy.removeAttribute(name);
    else copy.setAttribute(name, value);
  }
}

/** The drawing, placed on the picture. */
export function drawingMarkup(svg: SVGSVGElement, rect: Rect): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const sources = [svg, ...svg.querySelectorAll('*')];
  const copies = [copy, ...copy.querySelectorAll('*')];
  for (const [i, source] of sources.entries()) inline(source, copies[i] as Element);
  const hidden = sources.flatMap((source, i) =>
    getComputedStyle(source).display === 'none' && !source.closest('defs') ? [copies[i] as Element] : [],
  );
  for (const element of hidden) element.remove();
  for (const [name, value] of Object.entries(rect))
    copy.setAttribute(name, String(Math.round(value * 100) / 100));
  if (getComputedStyle(svg).overflow === 'visible') copy.setAttribute('overflow', 'visible');
  return new XMLSerializer().serializeToString(copy).replace(/ xmlns="[^"]*"/, '');
}
