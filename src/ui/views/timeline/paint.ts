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

function paintBox(context: CanvasRenderingContext2D, box: BoxShape, tokens: CanvasTokens): void {
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

function paintShape(context: CanvasRenderingContext2D, drawn: TimelineShape, tokens: CanvasTokens): void {
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

/** Draws shapes on a canvas of so many CSS pixels. */
export function paint(
  canvas: HTMLCanvasElement,
  shapes: readonly TimelineShape[],
  { width, height }: { readonly width: number; readonly height: number },
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const tokens = canvasTokens(canvas);
  context.scale(ratio, ratio);
  context.textBaseline = 'middle';
  context.font = `${tokens.label} ${tokens.mono}`;
  for (const shape of shapes) paintShape(context, shape, tokens);
}
