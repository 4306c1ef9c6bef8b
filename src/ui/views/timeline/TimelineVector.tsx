import type { Colour } from '#ui/design/canvas-tokens.ts';
import { SHAPES } from '#ui/design/event-shape.ts';
import { type BoxShape, GLYPH, type TimelineShape } from './shapes.ts';

const colour = (token: Colour | null): string => (token ? `var(--${token})` : 'none');

function Box({ box, id }: { readonly box: BoxShape; readonly id: string }) {
  const { x, y, width, height, radius } = box;
  const middle = y + height / 2;
  return (
    <g>
      <rect
        x={x}
        y={y}
        width={width}
        height={height}
        rx={radius}
        fill={colour(box.fill)}
        stroke={colour(box.stroke)}
        strokeWidth={box.lineWidth}
      />
      {box.label !== '' && (
        <>
          <clipPath id={id}>
            <rect x={x} y={y} width={width} height={height} />
          </clipPath>
          <text
            x={box.labelX}
            y={middle}
            dominantBaseline="central"
            fill="var(--ink)"
            clipPath={`url(#${id})`}
          >
            {box.label}
          </text>
        </>
      )}
    </g>
  );
}

function Shape({ shape, id }: { readonly shape: TimelineShape; readonly id: string }) {
  switch (shape.kind) {
    case 'box':
      return <Box box={shape} id={id} />;
    case 'text':
      return (
        <text x={shape.x} y={shape.y} dominantBaseline="central" textAnchor="middle" fill="var(--ink3)">
          {shape.text}
        </text>
      );
    case 'glyph': {
      const { path, filled } = SHAPES[shape.shape];
      const place = `translate(${shape.x - GLYPH / 2} ${shape.y - GLYPH / 2}) scale(${GLYPH / 10})`;
      return (
        <path
          d={path}
          transform={place}
          fill={filled ? colour(shape.tone) : 'none'}
          stroke={filled ? 'none' : colour(shape.tone)}
          strokeWidth={shape.lineWidth}
        />
      );
    }
  }
}

/** The timeline's shapes as an SVG: for pictures that are exported. */
export function TimelineVector({
  shapes,
  width,
  height,
}: {
  readonly shapes: readonly TimelineShape[];
  readonly width: number;
  readonly height: number;
}) {
  return (
    <svg className="timeline-vector" width={width} height={height} aria-hidden="true">
      {shapes.map((shape, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: shapes of one drawing have no other name
        <Shape key={i} shape={shape} id={`timeline-clip-${i}`} />
      ))}
    </svg>
  );
}
