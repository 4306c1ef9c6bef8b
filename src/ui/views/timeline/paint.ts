/** The timeline's shapes on a canvas. Colours are read from the page's tokens. */
import { type CanvasTokens, canvasTokens } from '#ui/design/canvas-tokens.ts';
import { SHAPES, type Shape } from '#ui/design/event-shape.ts';
import { type BoxShape, GLYPH, type TimelineShape } from './shapes.ts';

const paths = new Map<Shape, Path2D>();

function shapePath(shape: Shape): Path2D {
  let path = paths.get(shape);
  if (!path) {
    path = new Path2D(SHAPES[shape].path);
    paths.set(shape, path);
  }
  return path;
}

function paintBox(context: OffscreenCanvasRenderingContext2D, box: BoxShape, tokens: CanvasTokens): void {
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, box.radius);
  if (box.fill) {
    context.fillStyle = tokens[box.fill];
    context.fill();
  }
  if (box.stroke) {
    context.strokeStyle = tokens[box.stroke];
    context.lineWidth = box.lineWidth;
    context.stroke();
  }
  if (box.label === '') return;
  context.save();
  context.clip();
  context.fillStyle = tokens.ink;
  context.fillText(box.label, box.labelX, box.y + box.height / 2 + 0.5);
  context.restore();
}

function paintShape(
  context: OffscreenCanvasRenderingContext2D,
  drawn: TimelineShape,
  tokens: CanvasTokens,
): void {
  switch (drawn.kind) {
    case 'box':
      paintBox(context, drawn, tokens);
      break;
    case 'text':
      context.fillStyle = tokens.ink3;
      context.textAlign = 'center';
      context.fillText(drawn.text, drawn.x, drawn.y);
      context.textAlign = 'left';
      break;
    case 'glyph':
      context.strokeStyle = tokens[drawn.tone];
      context.fillStyle = tokens[drawn.tone];
      context.lineWidth = drawn.lineWidth;
      context.save();
      context.translate(drawn.x - GLYPH / 2, drawn.y - GLYPH / 2);
      context.scale(GLYPH / 10, GLYPH / 10);
      if (SHAPES[drawn.shape].filled) context.fill(shapePath(drawn.shape));
      else context.stroke(shapePath(drawn.shape));
      context.restore();
  }
}

/** In CSS pixels. */
interface Room {
  readonly width: number;
  readonly height: number;
}

interface Sheet {
  readonly canvas: OffscreenCanvas;
  readonly context: OffscreenCanvasRenderingContext2D;
}

const sheets = new WeakMap<HTMLCanvasElement, Sheet>();

/** A canvas beside the page for one on it: text that is drawn on the page's own has the page laid out there and then. */
function sheetFor(canvas: HTMLCanvasElement, width: number, height: number): Sheet | null {
  const known = sheets.get(canvas);
  if (known?.canvas.width === width && known.canvas.height === height) return known;
  const beside = new OffscreenCanvas(width, height);
  const context = beside.getContext('2d');
  if (!context) return null;
  const { label, mono } = canvasTokens(canvas);
  context.font = `${label} ${mono}`;
  context.textBaseline = 'middle';
  const sheet = { canvas: beside, context };
  sheets.set(canvas, sheet);
  canvas.width = width;
  canvas.height = height;
  return sheet;
}

/** Draws shapes on a canvas of so many CSS pixels. */
export function paint(canvas: HTMLCanvasElement, shapes: readonly TimelineShape[], room: Room): void {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.round(room.width * ratio), Math.round(room.height * ratio)];
  const sheet = width > 0 && height > 0 ? sheetFor(canvas, width, height) : null;
  const context = canvas.getContext('2d');
  if (!sheet || !context) return;
  sheet.context.setTransform(ratio, 0, 0, ratio, 0, 0);
  sheet.context.clearRect(0, 0, room.width, room.height);
  const tokens = canvasTokens(canvas);
  for (const shape of shapes) paintShape(sheet.context, shape, tokens);
  context.clearRect(0, 0, width, height);
  context.drawImage(sheet.canvas, 0, 0);
}
