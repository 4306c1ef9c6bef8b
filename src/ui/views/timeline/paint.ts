/** The timeline's shapes on a canvas. Colours are read from the page's tokens. */
import { SHAPES, type Shape } from '#ui/design/event-shape.ts';
import type { Mark, StepBlock, TimelineModel } from './model.ts';

export const RULER = 16;
export const LANE = 36;
export const HOST_LANE = 26;
const BLOCK = 18;
const GLYPH = 9;

/** Height of the drawing. */
export const timelineHeight = (lanes: number, hasHost: boolean): number =>
  RULER + lanes * LANE + (hasHost ? HOST_LANE : 0) + 4;

type Colour = (token: string) => string;

const paths = new Map<Shape, Path2D>();

function shapePath(shape: Shape): Path2D {
  let path = paths.get(shape);
  if (!path) {
    path = new Path2D(SHAPES[shape].path);
    paths.set(shape, path);
  }
  return path;
}

const hostTop = (model: TimelineModel): number => RULER + model.lanes * LANE;
const laneTop = (model: TimelineModel, lane: number): number =>
  lane < 0 ? hostTop(model) : RULER + lane * LANE;

function paintBlock(
  context: CanvasRenderingContext2D,
  model: TimelineModel,
  block: StepBlock,
  isCurrent: boolean,
  colour: Colour,
): void {
  const top = block.lane < 0 ? hostTop(model) + 3 : laneTop(model, block.lane);
  const x = Math.max(block.x, -4);
  const width = block.x + block.width - x;
  context.fillStyle = colour(isCurrent ? 'selection' : 'sunk');
  context.strokeStyle = colour(isCurrent ? 'ink' : 'structure');
  context.lineWidth = isCurrent ? 1.5 : 1;
  context.beginPath();
  context.roundRect(x + 0.5, top + 0.5, Math.max(1, width - 2), BLOCK - 1, 3);
  context.fill();
  context.stroke();
  if (width < 16) return;
  context.save();
  context.clip();
  context.fillStyle = colour('ink');
  context.fillText(block.label, Math.max(x, 0) + 6, top + BLOCK / 2 + 0.5);
  context.restore();
}

function paintMark(
  context: CanvasRenderingContext2D,
  model: TimelineModel,
  mark: Mark,
  isShape: boolean,
  colour: Colour,
): void {
  const isHost = mark.lane < 0;
  const middle = isHost
    ? hostTop(model) + HOST_LANE / 2
    : laneTop(model, mark.lane) + BLOCK + (LANE - BLOCK) / 2;
  context.strokeStyle = colour(mark.tone);
  context.fillStyle = colour(mark.tone);
  if (!isShape) {
    const height = mark.tone === 'fault' ? 14 : 7;
    context.fillRect(Math.floor(mark.x), middle - height / 2, 1, height);
    return;
  }
  context.lineWidth = mark.shape === 'down' ? 2 : 1.2;
  context.save();
  context.translate(mark.x - GLYPH / 2, middle - GLYPH / 2);
  context.scale(GLYPH / 10, GLYPH / 10);
  if (SHAPES[mark.shape].filled) context.fill(shapePath(mark.shape));
  else context.stroke(shapePath(mark.shape));
  context.restore();
}

export interface Painting {
  readonly width: number;
  readonly isShape: boolean;
  readonly currentStep: number;
}

const tokens = new Map<string, string>();

/** Design tokens by name, asked of the page once for each theme: asking at each move would lay the page out anew. */
function tokensOf(canvas: HTMLCanvasElement): Colour {
  const theme = document.documentElement.dataset.theme ?? '';
  return (token) => {
    const key = `${theme} ${token}`;
    const known = tokens.get(key) ?? getComputedStyle(canvas).getPropertyValue(`--${token}`);
    tokens.set(key, known);
    return known;
  };
}

/** Draws the model on a canvas whose CSS size is `width` × `timelineHeight`. */
export function paint(
  canvas: HTMLCanvasElement,
  model: TimelineModel,
  { width, isShape, currentStep }: Painting,
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const ratio = devicePixelRatio || 1;
  const height = timelineHeight(model.lanes, model.hasHost);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const colour = tokensOf(canvas);
  context.scale(ratio, ratio);
  context.textBaseline = 'middle';
  context.font = `${colour('label')} ${colour('mono')}`;
  for (const { x, width: length } of model.outside) {
    context.fillStyle = colour('panel');
    context.strokeStyle = colour('structure');
    context.lineWidth = 1;
    context.strokeRect(x + 1.5, hostTop(model) + 3.5, length - 3, HOST_LANE - 7);
  }
  context.fillStyle = colour('ink3');
  context.textAlign = 'center';
  for (const { x, label } of model.ticks) context.fillText(label, x, RULER / 2);
  context.textAlign = 'left';
  for (const block of model.blocks) paintBlock(context, model, block, block.step === currentStep, colour);
  for (const mark of model.marks) paintMark(context, model, mark, isShape, colour);
}
