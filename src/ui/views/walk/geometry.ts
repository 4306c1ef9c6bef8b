/** Where the parts of a walk's figure stand, for a given width. Lengths in CSS pixels. */

export interface Geometry {
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
  /** Where a cell's note stands: in its first line at the right, or in a last line of its own. */
  readonly hasNoteLine: boolean;
}

const NARROW = 520;
/** In a narrower cell a frame's number needs its line for itself. */
const STACKED = 72;
/** Height of a line of a narrow figure's cells. */
const LINE = 14;

/** @param columns cells in a row, without the end */
export function geometry(width: number, columns: number): Geometry {
  const isNarrow = width < NARROW;
  const scale = Math.min(1.7, Math.max(1, width / 760));
  const labelWidth = isNarrow ? 0 : 104 * scale;
  const gap = isNarrow ? 6 : 14 * scale;
  const endShare = isNarrow ? 1 : 1.05;
  const cellWidth = (width - labelWidth - gap * columns - 2) / (columns + endShare);
  const hasFlagsLine = isNarrow && cellWidth < STACKED;
  return {
    scale: isNarrow ? 0.92 : scale,
    labelWidth,
    cellWidth,
    gap,
    sliceHeight: 22 * scale,
    cellHeight: isNarrow ? 54 + (hasFlagsLine ? LINE : 0) : 42 * scale,
    columnX: (column) => labelWidth + column * (cellWidth + gap) + 1,
    endWidth: cellWidth * endShare,
    titleHeight: isNarrow ? 20 : 0,
    hasFlagsLine,
    hasNoteLine: isNarrow,
  };
}
