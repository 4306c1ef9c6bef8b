import { type PointerEvent, useEffect, useRef } from 'react';
import { canvasTokens } from '#ui/design/canvas-tokens.ts';
import { useElementSize } from '#ui/design/element-size.ts';
import type { TablePlace } from '#ui/place.ts';
import { useTheme } from '#ui/theme.ts';
import type { Card } from './card.ts';
import type { TablesModel } from './model.ts';
import type { Sight } from './sight.ts';

const WIDTH = 64;

interface Props {
  readonly model: TablesModel;
  readonly width: number;
  readonly focus: TablePlace | null;
  /** What is in sight, in the model's lengths. */
  readonly sight: Sight;
  readonly onGo: (y: number) => void;
}

/** Draws all cards as bars, on so many CSS pixels; a gap between them where there is room for one. */
function draw(canvas: HTMLCanvasElement, high: number, model: TablesModel, width: number): void {
  canvas.width = WIDTH * devicePixelRatio;
  canvas.height = high * devicePixelRatio;
  const pen = canvas.getContext('2d');
  if (!pen) return;
  pen.scale(canvas.width / width, canvas.height / model.height);
  pen.fillStyle = canvasTokens(canvas).structure;
  for (const { x, y, width: across, height } of model.cards) pen.fillRect(x, y, across, height - 2);
}

/** A card that stands out: the focus, or a table that this step made. */
function Bar({ card, of: { model, width }, className }: { card: Card; of: Props; className: string }) {
  const percent = (part: number, whole: number): string => `${(part / whole) * 100}%`;
  return (
    <i
      className={className}
      style={{
        left: percent(card.x, width),
        width: percent(card.width, width),
        top: percent(card.y, model.height),
        height: percent(card.height, model.height),
      }}
    />
  );
}

/** All tables at once, and which of them are in sight; a press goes there. The same can be done by scrolling. */
export function Minimap(props: Props) {
  const { model, width, sight, focus, onGo } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [measure, { height }] = useElementSize<HTMLDivElement>();
  const dark = useTheme((state) => state.dark);
  // The cards move only when there is another number of them, or one has another height.
  // biome-ignore lint/correctness/useExhaustiveDependencies: as said; the theme changes the colour that is read
  useEffect(() => {
    if (canvas.current && height > 0) draw(canvas.current, height, model, width);
  }, [model.height, model.cards.length, width, height, dark]);
  const go = (event: PointerEvent): void => {
    if (event.buttons === 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const box = event.currentTarget.getBoundingClientRect();
    onGo(((event.clientY - box.top) / box.height) * model.height);
  };
  const focused = model.cards.find(({ table }) => table.id === focus?.table);
  const scale = height / model.height;
  return (
    <div className="minimap" ref={measure} aria-hidden="true" onPointerDown={go} onPointerMove={go}>
      <canvas ref={canvas} style={{ width: WIDTH, height }} />
      {model.cards
        .filter(({ isNew }) => isNew)
        .map((card) => (
          <Bar key={card.table.id} card={card} of={props} className="fresh" />
        ))}
      {focused && <Bar card={focused} of={props} className="focus" />}
      <span className="sight" style={{ top: sight.top * scale, height: Math.max(8, sight.height * scale) }} />
    </div>
  );
}
