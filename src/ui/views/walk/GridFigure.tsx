import { SvgPlaceLink } from '#ui/PlaceLink.tsx';
import { useWords } from '#ui/words/language.ts';
import { GridCellShape } from './GridCellShape.tsx';
import { type GridGeometry, gridGeometry } from './grid-geometry.ts';
import type { GridCellText, GridModel, GridRowText } from './grid-model.ts';

/** Whether the walk went through a cell, or would have. */
const isPassed = ({ state }: GridCellText): boolean =>
  state === 'read' || state === 'spared' || state === 'absent';

function Heads({ model, at }: { readonly model: GridModel; readonly at: GridGeometry }) {
  const { grid } = useWords().walk;
  const y = 11 * at.scale;
  const size = 11 * at.scale;
  return (
    <g>
      {model.columns.map(({ level, bits }, column) => (
        <text key={level} x={at.columnX(column)} y={y} fontSize={size}>
          <tspan className="frame hpa">{grid.nestedLevel(level)}</tspan>
          {!at.isNarrow && (
            <tspan className="note" dx="6">
              {at.cellWidth > 130 * at.scale ? grid.bitsOfGpa(bits) : bits}
            </tspan>
          )}
        </text>
      ))}
      <text x={at.columnX(model.columns.length)} y={y} fontSize={size} className="frame gpa">
        {model.guestLevels === 0 ? grid.page : grid.guestEntry}
      </text>
    </g>
  );
}

/** The address that a row translates, which can be selected. */
function RowAddress({ row }: { readonly row: GridRowText }) {
  if (!row.gpaPlace) return null;
  return (
    <SvgPlaceLink place={row.gpaPlace} className="gpa-address">
      {row.gpa}
    </SvgPlaceLink>
  );
}

/** What a row translates: the address, and whence it is. */
function RowLabel({
  row,
  above,
  y,
  at,
}: {
  readonly row: GridRowText;
  /** Level of the row above, whose entry has the address; null for the first. */
  readonly above: number | null;
  readonly y: number;
  readonly at: GridGeometry;
}) {
  const { grid } = useWords().walk;
  const { scale, isNarrow, lines, cellHeight } = at;
  const isOneLine = isNarrow || lines === 1;
  const start = row.level === 0 ? grid.unpaged : grid.cr3;
  const name = above === null ? start : grid.levelEntry(above);
  if (isOneLine) {
    const base = isNarrow && lines > 1 ? y - 4 : y + 14 * scale;
    const hasAddress = !isNarrow || lines > 1;
    return (
      <text x="0" y={base} fontSize={10.5 * scale}>
        <tspan className="note">
          {above === null || (isNarrow && lines > 1) ? name : grid.rowName(row.level, above)}
        </tspan>
        {hasAddress && <tspan dx="5"> </tspan>}
        {hasAddress && <RowAddress row={row} />}
      </text>
    );
  }
  const middle = y + cellHeight / 2;
  return (
    <>
      <text x="0" y={middle - 4 * scale} className="note" fontSize={10 * scale}>
        {name}
      </text>
      <text x="0" y={middle + 11 * scale} fontSize={12 * scale}>
        <RowAddress row={row} />
      </text>
    </>
  );
}

/** The index that a row's guest entry has in its table, and the bits of the linear address that are it. */
function SliceLabel({
  slice,
  y,
  at,
}: {
  readonly slice: NonNullable<GridRowText['slice']>;
  readonly y: number;
  readonly at: GridGeometry;
}) {
  const { scale, lines, cellHeight, isNarrow } = at;
  const isOneLine = lines === 1 || isNarrow;
  const middle = y + cellHeight / 2;
  return (
    <g className="slice-label">
      <text
        x={at.sliceX}
        y={isOneLine ? middle + 4 : middle - 2 * scale}
        className="digits"
        fontSize={11.5 * scale}
      >
        {slice.digits}
      </text>
      {!isOneLine && (
        <text x={at.sliceX} y={middle + 12 * scale} className="note" fontSize={10 * scale}>
          {`gva ${slice.bits}`}
        </text>
      )}
    </g>
  );
}

/** The pointers that are followed in a row: from its address through the nested tables to the guest's entry. */
function Pointers({
  row,
  y,
  at,
}: {
  readonly row: GridRowText;
  readonly y: number;
  readonly at: GridGeometry;
}) {
  const middle = y + at.cellHeight / 2;
  const cells = row.nested;
  const arrow = (from: number, to: number, kind: string, hasHead = true) => (
    <path
      key={`${kind} ${from}`}
      className={`pointer ${kind}`}
      d={`M${from} ${middle}H${to - (hasHead ? 1 : 0)}`}
      markerEnd={hasHead ? `url(#grid-arrow-${kind})` : undefined}
    />
  );
  return (
    <>
      {!at.isNarrow && row.gpa && at.lines > 1 && arrow(at.columnX(0) - 13 * at.scale, at.columnX(0), 'gpa')}
      {cells.map((cell, i) => {
        const isFollowed = isPassed(cell) && cell.fault === null && cell.mended === null;
        const hasHead = cells[i + 1]?.state !== 'absent';
        return isFollowed && arrow(at.columnX(i) + at.cellWidth, at.columnX(i + 1), 'nested', hasHead);
      })}
    </>
  );
}

/** From a guest's entry back to the next row, which begins with the address that it holds. */
function Return({
  y,
  columns,
  at,
}: {
  readonly y: number;
  readonly columns: number;
  readonly at: GridGeometry;
}) {
  const from = at.columnX(columns) + at.guestWidth / 2;
  const bottom = y + at.cellHeight;
  const turn = bottom + (at.isNarrow ? 4 : at.gap / 2);
  const left = at.columnX(0);
  const next = bottom + at.gap;
  if (at.isNarrow) return <path className="pointer return" d={`M${from} ${bottom}V${turn}H${left}`} />;
  const into =
    at.lines === 1
      ? `H${left - 9 * at.scale}V${next + at.cellHeight / 2}H${left - 1}`
      : `H${left - 36 * at.scale}V${next + at.cellHeight / 2 - 15 * at.scale}`;
  return (
    <path
      className="pointer return"
      d={`M${from} ${bottom}V${turn}${into}`}
      markerEnd="url(#grid-arrow-gpa)"
    />
  );
}

/** The page that the walk leads to. */
function Data({
  model,
  y,
  at,
}: {
  readonly model: GridModel;
  readonly y: number;
  readonly at: GridGeometry;
}) {
  const { walk } = useWords();
  const { scale, lines } = at;
  const { end } = model;
  return (
    <g
      transform={`translate(${at.columnX(model.columns.length)} ${y})`}
      className={`walk-end ${end ? 'hpa' : 'open'}`}
    >
      <rect width={at.guestWidth} height={at.cellHeight} rx="3" />
      {lines > 1 && (
        <text x={7 * scale} y={14 * scale} className="note" fontSize={10 * scale}>
          {walk.grid.page}
        </text>
      )}
      <text x={7 * scale} y={(lines === 1 ? 14 : 28) * scale} className="value-text" fontSize={12 * scale}>
        {end ? (
          <>
            <tspan className="frame hpa">{end.frame}</tspan>
            <tspan dx="3">{end.offset}</tspan>
          </>
        ) : at.isNarrow ? (
          '–'
        ) : (
          walk.notReached
        )}
      </text>
    </g>
  );
}

function Row({
  model,
  row,
  i,
  at,
}: {
  readonly model: GridModel;
  readonly row: GridRowText;
  readonly i: number;
  readonly at: GridGeometry;
}) {
  const y = at.rowY(i);
  const columns = model.columns.length;
  const { guest } = row;
  const isFollowed = guest !== null && isPassed(guest) && model.rows[i + 1]?.gpa != null && !guest.fault;
  return (
    <g>
      <RowLabel row={row} above={model.rows[i - 1]?.level ?? null} y={y} at={at} />
      <Pointers row={row} y={y} at={at} />
      {row.nested.map((cell, column) => (
        <GridCellShape
          key={model.columns[column]?.level}
          cell={cell}
          isGuest={false}
          x={at.columnX(column)}
          y={y}
          at={at}
        />
      ))}
      {guest ? (
        <GridCellShape cell={guest} isGuest x={at.columnX(columns)} y={y} at={at} />
      ) : (
        <Data model={model} y={y} at={at} />
      )}
      {row.slice && <SliceLabel slice={row.slice} y={y} at={at} />}
      {isFollowed && <Return y={y} columns={columns} at={at} />}
    </g>
  );
}

/** How many references: made and spared, and the rule behind the number where nothing is cut short. */
function Count({ model, at }: { readonly model: GridModel; readonly at: GridGeometry }) {
  const { grid } = useWords().walk;
  const { made, all, columns, guestLevels } = model;
  const isWhole = all === (guestLevels + 1) * (columns.length + 1) - 1;
  return (
    <text x="0" y={at.height - 5 * at.scale} fontSize={11 * at.scale} className="note">
      <tspan className="row-title">{grid.count(made, all)}</tspan>
      {isWhole && !at.isNarrow && <tspan dx="8">{grid.rule(guestLevels, columns.length)}</tspan>}
    </text>
  );
}

const Arrow = ({ kind, size }: { readonly kind: 'nested' | 'gpa'; readonly size: number }) => (
  <marker
    id={`grid-arrow-${kind}`}
    className={kind}
    viewBox="0 0 6 6"
    refX="5"
    refY="3"
    markerWidth={size}
    markerHeight={size}
    orient="auto"
  >
    <path d="M0 0 6 3 0 6Z" />
  </marker>
);

interface Props {
  readonly model: GridModel;
  readonly width: number;
  /** Of the room; Infinity where the figure may grow. */
  readonly height: number;
  readonly label: string;
}

/** A two-dimensional walk: a row a guest level, a column a nested level, numbered as the hardware makes the references. */
export function GridFigure({ model, width, height, label }: Props) {
  const at = gridGeometry(width, height, {
    columns: model.columns.length,
    rows: model.rows.length,
    digits: Math.max(...model.rows.map(({ gpa }) => gpa?.length ?? 0)),
  });
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a drawing
    <svg
      className="walk-figure grid-figure"
      width={width}
      height={at.height}
      viewBox={`0 0 ${width} ${at.height}`}
      role="group"
      aria-label={label}
    >
      <defs>
        <Arrow kind="nested" size={at.isNarrow ? 3 : 5} />
        <Arrow kind="gpa" size={at.isNarrow ? 3 : 5} />
        <pattern
          id="walk-hatch"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <path d="M0 0V6" />
        </pattern>
      </defs>
      <Heads model={model} at={at} />
      {model.rows.map((row, i) => (
        <Row key={row.level} model={model} row={row} i={i} at={at} />
      ))}
      <Count model={model} at={at} />
    </svg>
  );
}
