import { linkCurve } from '#ui/design/link-curve.ts';
import { useWords } from '#ui/words/language.ts';
import type { Link } from './links.ts';
import type { TablesModel } from './model.ts';

/** How far to the right a link goes that has cards to go around, and how far its name stands from them. */
const AROUND = { line: 30, name: 10 } as const;

/** What a link is: above it, or beside it where it goes around. */
function Name({ link: { kind, from, to }, isStacked }: { readonly link: Link; readonly isStacked: boolean }) {
  const words = useWords();
  const y = (from.y + to.y) / 2;
  const place = isStacked
    ? `translate(${Math.max(from.x, to.x) + AROUND.name} ${y}) rotate(90)`
    : `translate(${(from.x + to.x) / 2} ${y - 4})`;
  return (
    <text transform={place} textAnchor="middle" dominantBaseline={isStacked ? 'central' : undefined}>
      {words.tables.links[kind]}
    </text>
  );
}

/** Lines between the guest's tables and the hypervisor's, for what is selected. */
export function LinkLines({
  model: { links, height, isStacked },
  width,
}: {
  readonly model: TablesModel;
  readonly width: number;
}) {
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
          <path
            d={linkCurve(
              link.from,
              link.to,
              isStacked ? Math.max(link.from.x, link.to.x) + AROUND.line : undefined,
            )}
            markerEnd="url(#link-arrow)"
          />
          <Name link={link} isStacked={isStacked} />
        </g>
      ))}
    </svg>
  );
}
