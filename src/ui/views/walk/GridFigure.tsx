import { flagsText, indexText, rightsText } from '#ui/entry-text.ts';
import { useWords } from '#ui/words/language.ts';
import type { Reference } from './focus.ts';
import { geometry } from './geometry.ts';
import type { GridWalk } from './grid.ts';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function GridCell({
  reference,
  box,
  isGuest,
}: {
  readonly reference: Reference;
  readonly box: Box;
  readonly isGuest: boolean;
}) {
  return (
    <g
      transform={`translate(${box.x} ${box.y})`}
      className={`cell present ${isGuest ? 'guest' : 'hardware'}`}
    >
      <rect width={box.width} height={box.height} rx="3" />
      <text x="7" y="15" className="row-title" fontSize="11">
        {reference.order}
      </text>
      <text x={box.width - 6} y="15" textAnchor="end" className="slot" fontSize="10">
        [{indexText(reference.index)}]
      </text>
      <text x="7" y="31" className="value-text" fontSize="11">
        <tspan className={isGuest ? 'frame gpa' : 'frame hpa'}>{reference.frame.toString(16)}</tspan>
        <tspan dx="5">{flagsText(reference.flags)}</tspan>
      </text>
      <text x={box.width - 6} y={box.height - 5} textAnchor="end" className="slot" fontSize="10">
        {rightsText(reference.flags)}
      </text>
    </g>
  );
}

/** A two-dimensional walk: a row a guest level, a column a nested level, numbered as the hardware makes the references. */
export function GridFigure({ grid, width }: { readonly grid: GridWalk; readonly width: number }) {
  const words = useWords();
  const columns = grid.levels.length;
  const at = geometry(width, columns);
  const height = 50;
  const top = 20;
  const total = top + grid.rows.length * (height + 12);
  return (
    <svg
      className="walk-figure"
      width={width}
      height={total}
      viewBox={`0 0 ${width} ${total}`}
      role="img"
      aria-label={words.walk.references(grid.references)}
    >
      {grid.levels.map((level, column) => (
        <text key={level} x={at.columnX(column)} y="12" className="note" fontSize="11">
          {words.walk.nested(level)}
        </text>
      ))}
      <text x={at.columnX(columns)} y="12" className="note" fontSize="11">
        {words.walk.guestEntry}
      </text>
      {grid.rows.map((row, i) => {
        const y = top + i * (height + 12);
        return (
          <g key={row.guest?.event ?? 'data'}>
            <text x="0" y={y + height / 2} className="row-title" fontSize="12">
              {row.level === 0 ? words.walk.data : `L${row.level}`}
            </text>
            {row.nested.map((reference) => (
              <GridCell
                key={reference.event}
                reference={reference}
                isGuest={false}
                box={{ x: at.columnX(grid.levels.indexOf(reference.level)), y, width: at.cellWidth, height }}
              />
            ))}
            {row.guest && (
              <GridCell
                reference={row.guest}
                isGuest
                box={{ x: at.columnX(columns), y, width: at.endWidth, height }}
              />
            )}
          </g>
        );
      })}
    </svg>
  );
}
