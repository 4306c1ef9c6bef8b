/** The timeline's model as shapes that a canvas or an SVG draws. Lengths in CSS pixels, colours as names of tokens. */
import type { Colour } from '#ui/design/canvas-tokens.ts';
import type { Shape } from '#ui/design/event-shape.ts';
import type { HostLane, Mark, StepBlock, TimelineModel } from './model.ts';

export const RULER = 16;
export const LANE = 36;
/** Height of the host's lane: with steps of its own it is like a vCPU's. */
export const HOST_LANE: Readonly<Record<HostLane, number>> = { none: 0, work: 26, steps: LANE };
const BLOCK = 18;
/** Height of a stretch outside of the guest. */
const WORK = 19;
/** Size of a mark. */
export const GLYPH = 9;

export interface BoxShape {
  readonly kind: 'box';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly radius: number;
  readonly fill: Colour | null;
  readonly stroke: Colour | null;
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
      readonly tone: Colour;
      readonly lineWidth: number;
    };

/** Height of the drawing. */
export const timelineHeight = (lanes: number, host: HostLane): number =>
  RULER + lanes * LANE + HOST_LANE[host] + 4;

const hostTop = (model: TimelineModel): number => RULER + model.lanes * LANE;
const laneTop = (model: TimelineModel, lane: number): number =>
  lane < 0 ? hostTop(model) : RULER + lane * LANE;

/** Where the hypervisor's work is drawn: below the host's steps. */
const hostMiddle = (model: TimelineModel): number => hostTop(model) + HOST_LANE[model.host] - 13;

const plain = { radius: 0, fill: null, stroke: null, lineWidth: 1, label: '', labelX: 0 } as const;

function blockShape(model: TimelineModel, block: StepBlock, isCurrent: boolean): BoxShape {
  const top = laneTop(model, block.lane);
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
  const middle = lane < 0 ? hostMiddle(model) : laneTop(model, lane) + BLOCK + (LANE - BLOCK) / 2;
  if (isShape) return { kind: 'glyph', x, y: middle, shape, tone, lineWidth: shape === 'down' ? 2 : 1.2 };
  const height = tone === 'fault' ? 14 : 7;
  return { kind: 'box', ...plain, x: Math.floor(x), y: middle - height / 2, width: 1, height, fill: tone };
}

/** An event at which playing stops: a disc in the ruler. */
const stopShape = (x: number): TimelineShape => ({
  kind: 'glyph',
  x,
  y: RULER - 4,
  shape: 'stop',
  tone: 'fault',
  lineWidth: 1,
});

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
  const y = hostMiddle(model) - WORK / 2;
  return [
    ...model.outside.map(
      ({ x, width }): BoxShape => ({
        ...plain,
        kind: 'box',
        x: x + 1.5,
        y,
        width: width - 3,
        height: WORK,
        stroke: 'structure',
      }),
    ),
    ...model.stops.map(stopShape),
    ...model.found.map(foundShape),
    ...model.ticks.map(({ x, label }): TimelineShape => ({ kind: 'text', x, y: RULER / 2, text: label })),
    ...model.blocks.map((block) => blockShape(model, block, block.step === currentStep)),
    ...model.marks.map((mark) => markShape(model, mark, isShape)),
  ];
}
