/** Where the parts of a walk in rows stand, for the room that there is. Lengths in CSS pixels. */
import type { WalkRow } from './model.ts';

export interface RowsGeometry {
  readonly scale: number;
  readonly labelWidth: number;
  readonly cellWidth: number;
  readonly gap: number;
  readonly sliceHeight: number;
  readonly cellHeight: number;
  /** Left edge of a column; the one after the last cell is the end's. */
  readonly columnX: (column: number) => number;
  readonly endWidth: number;
  /** Height of a row's title above it; 0 where it stands at the left. */
  readonly titleHeight: number;
  /** Whether an entry's bits have a line of their own below where it leads. */
  readonly hasFlagsLine: boolean;
  /** Whether its rights have one below that. */
  readonly hasRightsLine: boolean;
  /** Where a cell's note stands: in its first line at the right, or in a last line of its own. */
  readonly hasNoteLine: boolean;
}

/** A row's place: its own slices of the address, where they are not those of the row above, and its cells. */
export interface PlacedRow {
  readonly row: WalkRow;
  readonly hasOwnSlices: boolean;
  readonly sliceY: number;
  readonly top: number;
}

export interface RowsPlan {
  readonly at: RowsGeometry;
  readonly rows: readonly PlacedRow[];
  readonly height: number;
}

const NARROW = 520;
/** In a narrower cell a frame's number needs its line for itself. */
const STACKED = 72;
/** Height of a line of a narrow figure's cells. */
const LINE = 14;
/** Height of the cells of others, by whether rights have a line; and between two rows. */
const CELL = 42;
const CELL_WITH_RIGHTS = 55;
const BETWEEN = 22;
/** Below the last row, for its edge. */
const FOOT = 4;
/** What sums of fractions may be too much, where a figure is made to fit its room exactly. */
const ROUNDING = 1e-6;

/** @param most that type and spaces are enlarged */
function geometry(width: number, columns: number, hasRightsLine: boolean, most = 1.7): RowsGeometry {
  const isNarrow = width < NARROW;
  const scale = Math.max(1, Math.min(most, width / 760));
  const labelWidth = isNarrow ? 0 : 104 * scale;
  const gap = isNarrow ? 6 : 14 * scale;
  const endShare = isNarrow ? 1 : 1.05;
  const cellWidth = (width - labelWidth - gap * columns - 2) / (columns + endShare);
  const hasFlagsLine = isNarrow && cellWidth < STACKED;
  const lines = Number(hasFlagsLine) + Number(hasRightsLine);
  return {
    scale: isNarrow ? 0.92 : scale,
    labelWidth,
    cellWidth,
    gap,
    sliceHeight: 22 * scale,
    cellHeight: isNarrow ? 54 + lines * LINE : (hasRightsLine ? CELL_WITH_RIGHTS : CELL) * scale,
    columnX: (column) => labelWidth + column * (cellWidth + gap) + 1,
    endWidth: cellWidth * endShare,
    titleHeight: isNarrow ? 20 : 0,
    hasFlagsLine,
    hasRightsLine,
    hasNoteLine: isNarrow,
  };
}

const sliceText = (row: WalkRow): string => row.slices.map((slice) => slice.bits + slice.digits).join();

function placed(rows: readonly WalkRow[], at: RowsGeometry): RowsPlan {
  let y = 0;
  const list = rows.map((row, i) => {
    const above = rows[i - 1];
    const hasOwnSlices = !above || sliceText(row) !== sliceText(above);
    const sliceY = y + (above && hasOwnSlices ? 10 * at.scale : 0);
    const top =
      (hasOwnSlices ? sliceY + at.sliceHeight + 8 * at.scale : y + BETWEEN * at.scale) + at.titleHeight;
    y = top + at.cellHeight;
    return { row, hasOwnSlices, sliceY, top };
  });
  return { at, rows: list, height: Math.ceil(y + FOOT - ROUNDING) };
}

/**
 * Rights have a line of their own where there is room for it, if need be with smaller type.
 * @param height of the room; Infinity where the figure may grow
 * @param columns cells in a row, without the end
 */
export function rowsPlan(
  rows: readonly WalkRow[],
  columns: number,
  { width, height }: { readonly width: number; readonly height: number },
): RowsPlan {
  const largest = placed(rows, geometry(width, columns, true));
  if (largest.height <= height) return largest;
  const fitting = (largest.at.scale * (height - FOOT)) / (largest.height - FOOT);
  const smaller = placed(rows, geometry(width, columns, true, fitting));
  return smaller.height <= height ? smaller : placed(rows, geometry(width, columns, false));
}
