import { hexOfPair } from '#arch/word64.ts';
import { SvgProse } from '#ui/design/Prose.tsx';
import { SvgPlaceLink } from '#ui/PlaceLink.tsx';
import type { Words } from '#ui/words/en.ts';
import { useWords } from '#ui/words/language.ts';
import { code, plainText, type Text } from '#ui/words/text.ts';
import { CellShape } from './CellShape.tsx';
import type { Slice, WalkCell, WalkModel, WalkRow } from './model.ts';
import { type RowsGeometry, rowsPlan } from './rows-geometry.ts';
import { CHARACTER, charactersIn } from './value-fit.ts';

function Slices({
  slices,
  y,
  at,
  columns,
}: {
  readonly slices: readonly Slice[];
  readonly y: number;
  readonly at: RowsGeometry;
  readonly columns: number;
}) {
  return slices.map((slice) => {
    const x = at.columnX(slice.column);
    const width = slice.column === columns ? at.endWidth : at.cellWidth;
    return (
      <g key={slice.column} transform={`translate(${x} ${y})`} className="slice">
        <rect width={width} height={at.sliceHeight} />
        <path d={`M0 ${at.sliceHeight}H${width}`} />
        <text x={7 * at.scale} y={at.sliceHeight * 0.69} className="digits" fontSize={12 * at.scale}>
          {slice.digits}
        </text>
        {(width > 84 || slice.level !== '') && width > 40 && (
          <text
            x={width - 6}
            y={at.sliceHeight * 0.69}
            className="bits"
            textAnchor="end"
            fontSize={10 * at.scale}
          >
            {width > 84 ? `${slice.bits} ${slice.level}` : slice.level}
          </text>
        )}
      </g>
    );
  });
}

/** Where a row leads: the frame, without `0x` where that saves it, and the offset as far as there is room. */
function EndValue({ end, at }: { readonly end: NonNullable<WalkRow['end']>; readonly at: RowsGeometry }) {
  const { scale, hasFlagsLine } = at;
  const room = (at.endWidth - 9 * scale) / (12 * CHARACTER * scale);
  const beside = hasFlagsLine ? 0 : end.offset.length + 0.75;
  const frame = end.frame.length + beside <= room ? end.frame : end.frame.replace(/^0x/, '');
  return (
    <>
      <SvgPlaceLink place={end.place} className={`frame ${end.space}`}>
        {frame}
      </SvgPlaceLink>
      {hasFlagsLine && (
        <tspan x={7 * scale} y={48 * scale}>
          {end.offset}
        </tspan>
      )}
      {!hasFlagsLine && frame.length + beside <= room && <tspan dx={5 * scale}>{end.offset}</tspan>}
    </>
  );
}

function End({
  row,
  y,
  at,
  columns,
}: {
  readonly row: WalkRow;
  readonly y: number;
  readonly at: RowsGeometry;
  readonly columns: number;
}) {
  const words = useWords();
  const { scale } = at;
  const { end } = row;
  const space = end?.space ?? (row.kind === 'shadow' ? 'hpa' : 'gpa');
  return (
    <g transform={`translate(${at.columnX(columns)} ${y})`} className={`walk-end ${end ? space : 'open'}`}>
      <rect width={at.endWidth} height={at.cellHeight} rx="3" />
      <text x={7 * scale} y={16 * scale} className="note" fontSize={10 * scale}>
        {space}
      </text>
      <text x={7 * scale} y={32 * scale} className="value-text" fontSize={12 * scale}>
        {end ? <EndValue end={end} at={at} /> : at.hasNoteLine ? '–' : words.walk.notReached}
      </text>
    </g>
  );
}

function Row({
  row,
  y,
  at,
  columns,
}: {
  readonly row: WalkRow;
  readonly y: number;
  readonly at: RowsGeometry;
  readonly columns: number;
}) {
  const words = useWords();
  const { title, note } = words.walk.rows[row.kind];
  const middle = y + at.cellHeight / 2;
  const reached = row.cells.filter((cell) => cell.state === 'present').length;
  return (
    <g className={`walk-row ${row.kind}`}>
      {at.labelWidth > 0 && (
        <g>
          <text x="0" y={middle - 3 * at.scale} className="row-title" fontSize={12 * at.scale}>
            {title}
          </text>
          <text x="0" y={middle + 12 * at.scale} className="note" fontSize={10 * at.scale}>
            {note}
          </text>
        </g>
      )}
      {at.titleHeight > 0 && (
        <text x="1" y={y - 7} className="row-title" fontSize="12">
          {title} <tspan className="note">{note}</tspan>
        </text>
      )}
      {row.cells.map((cell, i) => (
        <g key={cell.column}>
          <CellShape cell={cell} x={at.columnX(cell.column)} y={y} at={at} isGuest={row.kind === 'guest'} />
          {i < reached && (i + 1 < row.cells.length || row.end) && (
            <path
              className="pointer"
              d={`M${at.columnX(cell.column) + at.cellWidth} ${middle}h${at.gap - 2}`}
              markerEnd="url(#walk-arrow)"
            />
          )}
        </g>
      ))}
      <End row={row} y={y} at={at} columns={columns} />
    </g>
  );
}

/** Width of a character of what stands between two rows. */
const BOND_CHARACTER = 6;

/** "t6 shadows 106". */
const bondText = (words: Words, { slot, place }: WalkCell, { tableFrame }: WalkCell): Text =>
  words.walk.shadows(
    code(slot.replace(/\[.*/, ''), place?.kind === 'entry' ? { kind: 'table', table: place.table } : null),
    code(tableFrame.toString(16), { kind: 'frame', of: 'guest', frame: tableFrame }),
  );

/** "t6 shadows 106": between the guest's cell and the shadow's below it. */
function Bonds({
  rows,
  y,
  height,
  at,
}: {
  readonly rows: readonly WalkRow[];
  readonly y: number;
  readonly height: number;
  readonly at: RowsGeometry;
}) {
  const words = useWords();
  const [guest, shadow] = rows;
  if (!guest || !shadow) return null;
  return shadow.cells.map((cell) => {
    const above = guest.cells.find(
      (candidate) => candidate.tableFrame === cell.tableGfn && candidate.tableFrame >= 0,
    );
    if (!above) return null;
    const from = at.columnX(above.column) + at.cellWidth / 2;
    const to = at.columnX(cell.column) + at.cellWidth / 2;
    const text = bondText(words, cell, above);
    return (
      <g key={cell.column} className="bond">
        <path d={`M${from} ${y}L${to} ${y + height}`} />
        {charactersIn(plainText(text)) * BOND_CHARACTER * at.scale < at.cellWidth + at.gap - 8 && (
          <text
            x={(from + to) / 2}
            y={y + height / 2 + 4 * at.scale}
            textAnchor="middle"
            fontSize={10 * at.scale}
          >
            <SvgProse text={text} />
          </text>
        )}
      </g>
    );
  });
}

/** One row or two, under the address that is cut into indices. @param height of the room; Infinity where the figure may grow */
export function RowsFigure({
  model,
  width,
  height: room,
}: {
  readonly model: WalkModel;
  readonly width: number;
  readonly height: number;
}) {
  const words = useWords();
  const { at, rows, height } = rowsPlan(model.rows, model.columns, { width, height: room });
  const [first, second] = rows;
  const bondY = first ? first.top + at.cellHeight : 0;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a drawing
    <svg
      className="walk-figure"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="group"
      aria-label={words.walk.figure(`0x${hexOfPair(model.hi, model.lo)}`)}
    >
      <defs>
        <marker
          id="walk-arrow"
          viewBox="0 0 6 6"
          refX="5"
          refY="3"
          markerWidth={Math.min(6, at.gap / 2)}
          markerHeight={Math.min(6, at.gap / 2)}
          orient="auto"
        >
          <path d="M0 0 6 3 0 6Z" />
        </marker>
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
      {second && !second.hasOwnSlices && (
        <Bonds rows={model.rows} y={bondY} height={second.top - at.titleHeight - bondY} at={at} />
      )}
      {rows.map(({ row, hasOwnSlices, sliceY, top }) => (
        <g key={row.kind}>
          {hasOwnSlices && <Slices slices={row.slices} y={sliceY} at={at} columns={model.columns} />}
          <Row row={row} y={top} at={at} columns={model.columns} />
        </g>
      ))}
    </svg>
  );
}
