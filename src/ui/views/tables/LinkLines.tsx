import { linkCurve } from '#ui/design/link-curve.ts';
import { useWords } from '#ui/words/language.ts';
import type { Link } from './links.ts';

/** Lines between the two columns, for what is selected. */
export function LinkLines({
  links,
  width,
  height,
}: {
  readonly links: readonly Link[];
  readonly width: number;
  readonly height: number;
}) {
  const words = useWords();
  if (links.length === 0) return null;
  return (
    <svg className="links" width={width} height={height} aria-hidden="true">
      <defs>
        <marker
          id="link-arrow"
          viewBox="0 0 6 6"
          refX="5"
          refY="3"
          markerWidth="6"
          markerHeight="6"
          orient="auto"
        >
          <path className="arrow-head" d="M0 0 6 3 0 6Z" />
        </marker>
      </defs>
      {links.map((link) => (
        <g key={`${link.kind} ${link.from.y} ${link.to.y}`} className={link.kind}>
          <path d={linkCurve(link.from, link.to)} markerEnd="url(#link-arrow)" />
          <text x={(link.from.x + link.to.x) / 2} y={(link.from.y + link.to.y) / 2 - 4} textAnchor="middle">
            {words.tables.links[link.kind]}
          </text>
        </g>
      ))}
    </svg>
  );
}
