import { type PointerEvent, useEffect, useRef } from 'react';
import { useElementSize } from '#ui/design/element-size.ts';
import type { TablePlace } from '#ui/place.ts';
import { useTheme } from '#ui/theme.ts';
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

/** Draws all cards as bars: the hypervisor's at the right, those that this step made and the focus in their colours. */
function draw(canvas: HTMLCanvasElement, { model, width, focus }: Props, height: number): void {
  const ratio = devicePixelRatio;
  canvas.width = WIDTH * ratio;
  canvas.height = height * ratio;
  const pen = canvas.getContext('2d');
  if (!pen || model.height === 0) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name);
  const [usual, fresh, ink] = [colour('--structure'), colour('--now-edge'), colour('--ink')];
  pen.scale((WIDTH * ratio) / width, (height * ratio) / model.height);
  const least = model.height / height;
  for (const { table, isNew, x, y, width: across, height: down } of model.cards) {
    const isFocus = focus?.table === table.id;
    pen.fillStyle = isFocus ? ink : isNew ? fresh : usual;
    pen.fillRect(x, y, across, Math.max(down - (isFocus ? 0 : 2), isFocus ? least * 2 : least / 2));
  }
}

/** All tables at once, and which of them are in sight; a press goes there. The same can be done by scrolling. */
export function Minimap(props: Props) {
  const { model, sight, onGo } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [measure, { height }] = useElementSize<HTMLDivElement>();
  const theme = useTheme((state) => state.theme);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours that are read
  useEffect(() => {
    if (canvas.current && height > 0) draw(canvas.current, props, height);
  }, [props.model, props.focus, props.width, height, theme]);
  const go = (event: PointerEvent): void => {
    if (event.buttons === 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const box = event.currentTarget.getBoundingClientRect();
    onGo(((event.clientY - box.top) / box.height) * model.height);
  };
  const scale = height / model.height;
  return (
    <div className="minimap" ref={measure} aria-hidden="true" onPointerDown={go} onPointerMove={go}>
      <canvas ref={canvas} style={{ width: WIDTH, height }} />
      <span className="sight" style={{ top: sight.top * scale, height: Math.max(8, sight.height * scale) }} />
    </div>
  );
}
