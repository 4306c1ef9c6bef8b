/** Text nodes as SVG text: one element a line as the page broke it, as wide as the page set it. */
import type { Rect } from './boxes.ts';
import { element, escaped } from './markup.ts';

/** A piece of text on one line. */
interface Line extends Rect {
  readonly text: string;
}

/** The lines that a text node was broken into; what takes no room (collapsed blanks) is left out. */
function linesOf(node: Text): Line[] {
  const range = document.createRange();
  const lines: { text: string; x: number; y: number; width: number; height: number }[] = [];
  let place = 0;
  for (const character of node.data) {
    range.setStart(node, place);
    place += character.length;
    range.setEnd(node, place);
    const box = range.getClientRects()[0];
    if (!box || box.width === 0) continue;
    const last = lines.at(-1);
    if (last && Math.abs(last.y - box.y) < box.height / 2) {
      last.text += character;
      last.width = box.right - last.x;
    } else lines.push({ text: character, x: box.x, y: box.y, width: box.width, height: box.height });
  }
  return lines.map((line) => ({ ...line, text: line.text.replace(/\s/g, ' ') }));
}

let ruler: CanvasRenderingContext2D | null = null;
const ascents = new Map<string, number>();

/** Share of a line's height that lies above the baseline. */
function ascent({ fontStyle, fontWeight, fontSize, fontFamily }: CSSStyleDeclaration): number {
  const font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
  const known = ascents.get(font);
  if (known !== undefined) return known;
  ruler ??= document.createElement('canvas').getContext('2d');
  if (!ruler) return 0.8;
  ruler.font = font;
  const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below } = ruler.measureText('x');
  const share = above / (above + below);
  ascents.set(font, share);
  return share;
}

const decoration = (style: CSSStyleDeclaration): string | null => {
  const line = style.textDecorationLine;
  return line === 'none' || line === '' ? null : line;
};

/** A text node of an element with this style. @param origin where the picture begins on the page */
export function textMarkup(
  node: Text,
  style: CSSStyleDeclaration,
  origin: { readonly x: number; readonly y: number },
): string {
  if (node.data.trim() === '') return '';
  return linesOf(node)
    .filter(({ text }) => text.trim() !== '')
    .map((line) =>
      element(
        'text',
        {
          x: line.x - origin.x,
          y: line.y - origin.y + line.height * ascent(style),
          textLength: line.text.length > 1 ? line.width : null,
          fill: style.color,
          'font-family': style.fontFamily,
          'font-size': style.fontSize,
          'font-weight': style.fontWeight === '400' ? null : style.fontWeight,
          'font-style': style.fontStyle === 'normal' ? null : style.fontStyle,
          'text-decoration': decoration(style),
          'xml:space': 'preserve',
        },
        escaped(line.text),
      ),
    )
    .join('');
}
