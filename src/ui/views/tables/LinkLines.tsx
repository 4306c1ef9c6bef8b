import { useWords } from '#ui/words/language.ts';
import type { Link } from './links.ts';

function curve({ from, to }: Link): string {
  const bend = (to.x - from.x) / 2;
  return `M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`;
}

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
          <path d={curve(link)} markerEnd="url(#link-arrow)" />
          <text x={(link.from.x + link.to.x) / 2} y={(link.from.y + link.to.y) / 2 - 4} textAnchor="middle">
            {words.tables.links[link.kind]}
          </text>
        </g>
      ))}
    </svg>
  );
}
