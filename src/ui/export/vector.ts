/**
 * What an element of the page looks like, as an SVG: text stays text, colours are those that the element has now. Made for
 * the page's own views: boxes, text, drawings. It knows no images, canvases, form fields or transforms other than shifts.
 */
import { boxMarkup, cornerMark, HATCH_ID, hatchPattern, outlineMarkup, type Rect } from './boxes.ts';
import { drawingMarkup } from './drawings.ts';
import { element, escaped } from './markup.ts';
import { textMarkup } from './texts.ts';

/** Form fields have no place in a picture. */
const FIELDS = 'input, select, textarea, canvas';

interface Picture {
  /** Where it is on the page. */
  readonly origin: DOMRect;
  /** Definitions: clip paths, and the hatching where it is used. */
  readonly definitions: string[];
  /** What lies above everything else. */
  readonly above: string[];
}

const rectOn = ({ origin }: Picture, box: DOMRect): Rect => ({
  x: box.x - origin.x,
  y: box.y - origin.y,
  width: box.width,
  height: box.height,
});

const clips = (style: CSSStyleDeclaration, node: Element): boolean =>
  style.overflow !== 'visible' &&
  (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1);

function clipped(markup: string, rect: Rect, picture: Picture): string {
  const id = `clip-${picture.definitions.length}`;
  picture.definitions.push(element('clipPath', { id }, element('rect', { ...rect })));
  return element('g', { 'clip-path': `url(#${id})` }, markup);
}

function content(node: Element, style: CSSStyleDeclaration, picture: Picture): string {
  let markup = '';
  for (const child of node.childNodes) {
    if (child instanceof Element) markup += elementMarkup(child, picture);
    else if (child instanceof Text) markup += textMarkup(child, style, picture.origin);
  }
  return markup;
}

function noteHatch(style: CSSStyleDeclaration, { definitions }: Picture): void {
  if (!style.backgroundImage.startsWith('repeating-linear-gradient')) return;
  const colour = style.backgroundImage.match(/rgba?\([^)]*\)/g)?.findLast((found) => !found.endsWith(', 0)'));
  const isThere = definitions.some((definition) => definition.includes(`id="${HATCH_ID}"`));
  if (colour && !isThere) definitions.push(hatchPattern(colour));
}

/** Whether an element is nothing that a person sees in the picture. */
function isUnseen(node: Element, style: CSSStyleDeclaration, rect: Rect, { origin }: Picture): boolean {
  if (style.display === 'none' || style.visibility === 'hidden' || node.matches(FIELDS)) return true;
  if (style.position === 'absolute' && rect.width <= 1) return true;
  return rect.height > 0 && (rect.y >= origin.height || rect.y + rect.height <= 0);
}

function elementMarkup(node: Element, picture: Picture): string {
  const style = getComputedStyle(node);
  const rect = rectOn(picture, node.getBoundingClientRect());
  if (isUnseen(node, style, rect, picture)) return '';
  if (node instanceof SVGSVGElement) return drawingMarkup(node, rect);
  noteHatch(style, picture);
  picture.above.push(outlineMarkup(style, rect));
  const inner = content(node, style, picture);
  const shown = clips(style, node) ? clipped(inner, rect, picture) : inner;
  const markup = boxMarkup(style, rect) + cornerMark(getComputedStyle(node, '::before'), rect) + shown;
  const linked = node instanceof HTMLAnchorElement ? element('a', { href: node.href }, markup) : markup;
  return style.opacity === '1' ? linked : element('g', { opacity: style.opacity }, linked);
}

/** A picture of an element. @param title what it shows, for readers that cannot see it */
export function vectorOf(node: HTMLElement, title: string): string {
  const box = node.getBoundingClientRect();
  const picture: Picture = { origin: box, definitions: [], above: [] };
  const [width, height] = [Math.ceil(box.width), Math.ceil(box.height)];
  const markup = elementMarkup(node, picture) + picture.above.join('');
  const definitions = picture.definitions.length > 0 ? element('defs', {}, picture.definitions.join('')) : '';
  return element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img' },
    `${element('title', {}, escaped(title))}${definitions}${markup}`,
  );
}
