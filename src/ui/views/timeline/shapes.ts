/** The timeline's model as shapes that a canvas or an SVG draws. Lengths in CSS pixels, colours as names of tokens. */
import type { Shape } from '#ui/design/event-shape.ts';
import type { Mark, StepBlock, TimelineModel } from './model.ts';

export const RULER = 16;
export const LANE = 36;
export const HOST_LANE = 26;
const BLOCK = 18;
/** Size of a mark. */
export const GLYPH = 9;

export interface BoxShape {
  readonly kind: 'box';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly radius: number;
  readonly fill: string | null;
  readonly stroke: string | null;
  readonly lineWidth: number;
  /** Text within it, cut off where it is too long; where the text begins. */
  readonly label: string;
  readonly labelX: number;
}

export type TimelineShape =
  | BoxShape
  | { readonly kind: 'text'; readonly x: number; readonly y: number; readonly text: string }
  | {
      readonly kind: 'glyph';
      /** Its centre. */
      readonly x: number;
      readonly y: number;
      readonly shape: Shape;
      readonly tone: string;
      readonly lineWidth: number;
    };

/** Height of the drawing. */
export const timelineHeight = (lanes: number, hasHost: boolean): number =>
  RULER + lanes * LANE + (hasHost ? HOST_LANE : 0) + 4;

const hostTop = (model: TimelineModel): number => RULER + model.lanes * LANE;
const laneTop = (model: TimelineModel, lane: number): number =>
  lane < 0 ? hostTop(model) : RULER + lane * LANE;

const plain = { radius: 0, fill: null, stroke: null, lineWidth: 1, label: '', labelX: 0 } as const;

function blockShape(model: TimelineModel, block: StepBlock, isCurrent: boolean): BoxShape {
  const top = block.lane < 0 ? hostTop(model) + 3 : laneTop(model, block.lane);
  const x = Math.max(block.x, -4);
  const width = block.x + block.width - x;
  return {
    kind: 'box',
    x: x + 0.5,
    y: top + 0.5,
    width: Math.max(1, width - 2),
    height: BLOCK - 1,
    radius: 3,
    fill: isCurrent ? 'selection' : 'sunk',
    stroke: isCurrent ? 'ink' : 'structure',
    lineWidth: isCurrent ? 1.5 : 1,
    label: width < 16 ? '' : block.label,
    labelX: Math.max(x, 0) + 6,
  };
}

function markShape(model: TimelineModel, { x, lane, shape, tone }: Mark, isShape: boolean): TimelineShape {
  const middle =
    lane < 0 ? hostTop(model) + HOST_LANE / 2 : laneTop(model, lane) + BLOCK + (LANE - BLOCK) / 2;
  if (isShape) return { kind: 'glyph', x, y: middle, shape, tone, lineWidth: shape === 'down' ? 2 : 1.2 };
  const height = tone === 'fault' ? 14 : 7;
  return { kind: 'box', ...plain, x: Math.floor(x), y: middle - height / 2, width: 1, height, fill: tone };
}

/** An event that is found: a tick under the ruler. */
const foundShape = (x: number): BoxShape => ({
  ...plain,
  kind: 'box',
  x: x - 1,
  y: RULER - 4,
  width: 2,
  height: 4,
  fill: 'ink',
});

/**
 * All shapes, the lowest first.
 * @param isShape whether marks are shapes; else they are pixels
 */
export function timelineShapes(
  model: TimelineModel,
  { isShape, currentStep }: { readonly isShape: boolean; readonly currentStep: number },
): TimelineShape[] {
  const y = hostTop(model) + 3.5;
  return [
    ...model.outside.map(
      ({ x, width }): BoxShape => ({
        ...plain,
        kind: 'box',
        x: x + 1.5,
        y,
        width: width - 3,
        height: HOST_LANE - 7,
        stroke: 'structure',
      }),
    ),
    ...model.found.map(foundShape),
    ...model.ticks.map(({ x, label }): TimelineShape => ({ kind: 'text', x, y: RULER / 2, text: label })),
    ...model.blocks.map((block) => blockShape(model, block, block.step === currentStep)),
    ...model.marks.map((mark) => markShape(model, mark, isShape)),
  ];
}
