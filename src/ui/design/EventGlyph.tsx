import { eventShape, SHAPES } from './event-shape.ts';

/** The mark of an event's kind. It says nothing to a screen reader: the kind's name stands beside it. */
export function EventGlyph({ kind }: { readonly kind: number }) {
  const { shape, tone } = eventShape(kind);
  const { path, filled } = SHAPES[shape];
  const colour = `var(--${tone})`;
  return (
    <svg className="glyph" viewBox="-1 -1 12 12" width="12" height="12" aria-hidden="true">
      <path d={path} fill={filled ? colour : 'none'} stroke={colour} strokeWidth="1.2" />
    </svg>
  );
}
